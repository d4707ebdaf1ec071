"""Each call of EC2, S3 and CodeArtifact that is here, by botocore: whether the answer is what the service model says.

Prints JSON: for each operation its name and what botocore's validator has against the answer.
"""
import json
import sys

import botocore.session
from botocore.validate import ParamValidator

URL = sys.argv[1]
BUCKET, INSTANCE, IMAGE = "botocore-data", "i-0123456789abcdef0", "ami-0abcdef1234567890"
session = botocore.session.Session()
report = []


def client(service):
    return session.create_client(service, region_name="eu-west-1", endpoint_url=URL)


def call(service, method, expected, **parameters):
    """`expected`: a member that the answer must have, with a dot for those within; empty for answers without members."""
    made = client_of[service]
    answer = getattr(made, method)(**parameters)
    name = made.meta.method_to_api_mapping[method]
    answer.pop("ResponseMetadata")
    shape = made.meta.service_model.operation_model(name).output_shape
    readable = {key: value.read() if hasattr(value, "read") else value for key, value in answer.items()}
    problems = ParamValidator().validate(readable, shape).generate_report() if shape else ""
    found = readable
    for step in filter(None, expected.split(".")):
        found = found[int(step)] if isinstance(found, list) else found.get(step)
        if found is None:
            problems += f" no {expected}"
            break
    report.append([f"{service} {name}", problems])


client_of = {service: client(service) for service in ("ec2", "s3", "codeartifact")}
location = {"LocationConstraint": "eu-west-1"}
policy = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Deny", "Principal": "*", "Action": "s3:PutObject", "Resource": f"arn:aws:s3:::{BUCKET}/no/*"}],
}

call("ec2", "describe_instances", "Reservations.0.Instances.0.State.Name")
call("ec2", "describe_regions", "Regions.0.RegionName")
call("ec2", "run_instances", "Instances.0.InstanceId", ImageId=IMAGE, MinCount=1, MaxCount=1)
call("ec2", "start_instances", "StartingInstances.0.CurrentState.Code", InstanceIds=[INSTANCE])
call("ec2", "stop_instances", "StoppingInstances.0.PreviousState.Name", InstanceIds=[INSTANCE])
call("ec2", "terminate_instances", "TerminatingInstances.0.CurrentState.Name", InstanceIds=[INSTANCE])
call("s3", "create_bucket", "Location", Bucket=BUCKET, CreateBucketConfiguration=location)
call("s3", "list_buckets", "Buckets.0.CreationDate")
call("s3", "head_bucket", "", Bucket=BUCKET)
call("s3", "get_bucket_location", "LocationConstraint", Bucket=BUCKET)
call("s3", "put_object", "ETag", Bucket=BUCKET, Key="a/b c.txt", Body=b"text", Metadata={"owner": "mia"})
call("s3", "list_objects_v2", "Contents.0.LastModified", Bucket=BUCKET)
call("s3", "get_object", "Metadata.owner", Bucket=BUCKET, Key="a/b c.txt")
call("s3", "head_object", "ContentLength", Bucket=BUCKET, Key="a/b c.txt")
call("s3", "put_bucket_policy", "", Bucket=BUCKET, Policy=json.dumps(policy))
call("s3", "get_bucket_policy", "Policy", Bucket=BUCKET)
call("s3", "delete_bucket_policy", "", Bucket=BUCKET)
call("s3", "delete_object", "", Bucket=BUCKET, Key="a/b c.txt")
call("s3", "delete_bucket", "", Bucket=BUCKET)
call("codeartifact", "get_authorization_token", "expiration", domain="corp")
print(json.dumps(report))
