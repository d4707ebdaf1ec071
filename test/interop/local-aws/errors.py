"""Every error that a client has a class for, by botocore of Debian's AWS CLI: prints what came of each call as JSON.

Arguments: the endpoint, an issuer, a token of it that has expired, and one of an issuer that nobody knows. Parameters
are sent as they are, so that the limits are those of the service and not of the client.
"""
import json
import sys
from concurrent.futures import ThreadPoolExecutor

import awscli.botocore.session
import botocore.session  # The same, under the name that it calls itself by.
from botocore import UNSIGNED
from botocore.config import Config
from botocore.exceptions import ClientError

endpoint, issuer, expired, of_stranger = sys.argv[1:]
ACCOUNT = '111122223333'
session = botocore.session.get_session()


def client(service, who, url=endpoint, region='us-east-1', **config):
    key, secret = {
        'admin': ('AKIARTX3GSDSQADMINAA', 'secret-of-admin'),
        'dora': ('AKIARTX3GSDSQDORAAAA', 'secret-of-dora'),
        'gina': ('AKIAWO645SY5AGINAAAA', 'secret-of-gina'),
        'nobody': (None, None),
    }[who]
    settings = Config(parameter_validation=False, retries={'max_attempts': 1}, max_pool_connections=20, **config)
    return session.create_client(
        service, region, endpoint_url=url, aws_access_key_id=key, aws_secret_access_key=secret, config=settings
    )


sts, iam = client('sts', 'admin'), client('iam', 'admin')
dora = client('sts', 'dora')
anyone = client('sts', 'nobody', signature_version=UNSIGNED)
# The local AWS as proxy answers under the names of AWS's endpoints.
in_paris = client('sts', 'gina', 'http://sts.eu-west-3.amazonaws.com', 'eu-west-3', proxies={'http': endpoint})


def role(name):
    return f'arn:aws:iam::{ACCOUNT}:role/{name}'


def web(name, token, **more):
    return lambda: anyone.assume_role_with_web_identity(
        RoleArn=role(name), RoleSessionName='x1', WebIdentityToken=token, **more
    )


def assume(**more):
    return lambda: dora.assume_role(**{'RoleArn': role('Direct'), 'RoleSessionName': 'x1', **more})


TRUST = json.dumps(
    {'Version': '2012-10-17', 'Statement': [{'Effect': 'Allow', 'Principal': {'AWS': ACCOUNT}, 'Action': 'sts:AssumeRole'}]}
)
ALLOW = json.dumps({'Version': '2012-10-17', 'Statement': [{'Effect': 'Allow', 'Action': '*', 'Resource': '*'}]})
AMAZON = {'ProviderId': 'www.amazon.com'}

provider = iam.create_open_id_connect_provider(Url=issuer, ClientIDList=['sts.amazonaws.com'], ThumbprintList=[])
iam.create_role(
    RoleName='Web',
    AssumeRolePolicyDocument=json.dumps(
        {
            'Version': '2012-10-17',
            'Statement': [
                {
                    'Effect': 'Allow',
                    'Principal': {'Federated': provider['OpenIDConnectProviderArn']},
                    'Action': 'sts:AssumeRoleWithWebIdentity',
                }
            ],
        }
    ),
)

# The class that botocore has for it, and a call that gets it.
refusals = [
    (sts.exceptions.IDPRejectedClaimException, web('Amazon', 'Atza|unknown', **AMAZON)),
    (sts.exceptions.IDPCommunicationErrorException, web('Amazon', 'Atza|nobody-answers', **AMAZON)),
    (sts.exceptions.InvalidIdentityTokenException, web('Amazon', 'not-a-token')),
    (sts.exceptions.InvalidIdentityTokenException, web('Amazon', of_stranger)),
    (sts.exceptions.ExpiredTokenException, web('Web', expired)),
    (sts.exceptions.RegionDisabledException, lambda: in_paris.get_session_token()),
    (sts.exceptions.MalformedPolicyDocumentException, assume(Policy='{')),
    (sts.exceptions.PackedPolicyTooLargeException, assume(Tags=[{'Key': f'k{n}', 'Value': 'v' * 250} for n in range(3)])),
    (
        sts.exceptions.InvalidAuthorizationMessageException,
        lambda: sts.decode_authorization_message(EncodedMessage='nonsense'),
    ),
    (iam.exceptions.NoSuchEntityException, lambda: iam.get_role(RoleName='Missing')),
    (
        iam.exceptions.EntityAlreadyExistsException,
        lambda: iam.create_role(RoleName='direct', AssumeRolePolicyDocument=TRUST),
    ),
    (
        iam.exceptions.MalformedPolicyDocumentException,
        lambda: iam.create_role(RoleName='x', AssumeRolePolicyDocument=ALLOW),
    ),
    (iam.exceptions.DeleteConflictException, lambda: iam.delete_role(RoleName='Direct')),
    (
        iam.exceptions.InvalidInputException,
        lambda: iam.create_open_id_connect_provider(Url='https://x.example.com', ThumbprintList=['g' * 40]),
    ),
    (
        iam.exceptions.LimitExceededException,
        lambda: iam.tag_role(RoleName='Direct', Tags=[{'Key': f'k{n}', 'Value': ''} for n in range(30)])
        and iam.tag_role(RoleName='Direct', Tags=[{'Key': f'l{n}', 'Value': ''} for n in range(30)]),
    ),
]

# Errors that have no class: their code on the wire.
codes = [
    ('AccessDenied', web('Missing', of_stranger)),
    ('AccessDenied', lambda: dora.get_federation_token(Name='guest')),
    ('ValidationError', assume(RoleSessionName='x')),
    ('ValidationError', assume(DurationSeconds=899)),
    ('ValidationError', lambda: dora.assume_role(RoleArn=role('Direct'))),
    ('ValidationError', lambda: dora.get_session_token(DurationSeconds=1)),
    ('ValidationError', lambda: iam.create_role(RoleName='')),
    ('InvalidParameterValue', assume(TransitiveTagKeys=['team'])),
    ('MissingAuthenticationToken', lambda: anyone.get_caller_identity()),
]


def told(call):
    try:
        call()
        return None
    except ClientError as error:
        return error


report = []
for exception, call in refusals:
    error = told(call)
    report.append([exception.__name__, type(error).__name__, isinstance(error, exception)])
for code, call in codes:
    error = told(call)
    report.append([code, error and error.response['Error']['Code'], error is not None])

# Twenty at a time, each with a role of its own: nobody gets another one's answer.
def own_role(n):
    name = f'Own{n}'
    iam.create_role(RoleName=name, AssumeRolePolicyDocument=TRUST)
    found = iam.get_role(RoleName=name)['Role']['RoleName']
    session_name = sts.assume_role(RoleArn=role(name), RoleSessionName=name)['AssumedRoleUser']['Arn'].split('/')[-1]
    iam.delete_role(RoleName=name)
    return found == session_name == name and isinstance(told(lambda: iam.get_role(RoleName=name)), ClientError)


with ThreadPoolExecutor(20) as pool:
    parallel = list(pool.map(own_role, range(60)))

print(json.dumps({'refusals': report, 'parallel': parallel}))
