/**
 * What AWS's STS is known to do (aws-facts, section A): one line for each fact, with what it rests on. A test says which
 * facts it holds by `holds('A.1 query')` (test/held/holds.ts), and docs/local-aws-facts.md is the table of both.
 */

/** What a fact rests on: AWS's service model, its documentation, an answer that was recorded, or nothing of these. */
type Source = 'model' | 'documented' | 'recorded' | 'unconfirmed'

interface Fact {
  readonly says: string
  readonly source: Source
}

const fact = (says: string, source: Source): Fact => ({ says, source })

const wireFormat = {
  'A.1 form': fact('A call is `POST /` with a form; `Action` and `Version` name the operation', 'model'),
  'A.1 query': fact('The same parameters are taken in the query of a GET', 'unconfirmed'),
  'A.1 lists': fact('Lists are `Name.member.N` from 1 on, structures are dotted', 'model'),
  'A.1 empty value': fact('A tag may have an empty value', 'model'),
  'A.1 unknown parameters': fact('Parameters that the action does not have are ignored', 'unconfirmed'),
  'A.1 success': fact(
    'A success is `{Op}Response` in the namespace of STS, with `{Op}Result` and `ResponseMetadata`',
    'model',
  ),
  'A.1 timestamps': fact('Times are ISO 8601 in UTC, in whole seconds, with a Z', 'unconfirmed'),
  'A.1 error': fact('An error is `ErrorResponse` with Type, Code and Message, and RequestId beside Error', 'recorded'),
  'A.1 type': fact('Type is `Sender` for every 4xx and `Receiver` for 5xx', 'model'),
  'A.1 headers': fact(
    'Answers have `x-amzn-RequestId`, the same as in the body, and `Content-Type: text/xml`',
    'unconfirmed',
  ),
  'A.1 JSON': fact(
    'To `Accept: application/json` the answer is JSON of the same nesting, with times in seconds; an error has no envelope',
    'unconfirmed',
  ),
  'A.1 unsigned': fact('The two federated calls need no signature, and one that is there is ignored', 'model'),
  'A.1 signed': fact('All other calls are signed with SigV4 for the service `sts`', 'model'),
  'A.1 session token': fact('Calls with temporary keys bring their session token', 'documented'),
  'A.1 presigned': fact('The signature may be in the query, with an expiry and further signed headers', 'documented'),
  // aws/aws-sdk-go issue 2167, kubernetes-sigs/aws-iam-authenticator issue 258
  'A.1 presigned end': fact('A presigned call holds for 15 minutes, whatever its `X-Amz-Expires` says', 'recorded'),
  'A.1 order': fact(
    'Shape, ARN, decoding, role, duration, provider, signature, times, attributes, trust, policies: in this order',
    'unconfirmed',
  ),
} as const

const shapes = {
  'A.2 arnType': fact('ARNs have 20 to 2048 characters of a set', 'model'),
  'A.2 roleSessionNameType': fact('RoleSessionName has 2 to 64 of `[\\w+=,.@-]`', 'model'),
  'A.2 sourceIdentityType': fact('SourceIdentity has 2 to 64 of `[\\w+=,.@-]` and does not begin `aws:`', 'model'),
  'A.2 userNameType': fact('Name of GetFederationToken has 2 to 32 of `[\\w+=,.@-]`', 'model'),
  'A.2 roleDurationSecondsType': fact('DurationSeconds of AssumeRole* is 900 to 43200', 'model'),
  'A.2 durationSecondsType': fact(
    'DurationSeconds of GetFederationToken and GetSessionToken is 900 to 129600',
    'model',
  ),
  'A.2 externalIdType': fact('ExternalId has 2 to 1224 of `[\\w+=,.@:/-]`', 'model'),
  'A.2 serialNumberType': fact('SerialNumber has 9 to 256 of `[\\w+=/:,.@-]`', 'model'),
  'A.2 tokenCodeType': fact('TokenCode has six digits', 'model'),
  'A.2 sessionPolicyDocumentType': fact('Policy has 1 to 2048 characters of a set', 'model'),
  'A.2 unrestrictedSessionPolicyDocumentType': fact('Policy of AssumeRole has no maximum in its shape', 'model'),
  'A.2 tagListType': fact('There are at most 50 tags', 'model'),
  'A.2 tagKeyListType': fact('There are at most 50 transitive tag keys', 'model'),
  'A.2 tagKeyType': fact('A tag key has 1 to 128 letters, digits, spaces and `_.:/=+-@`', 'model'),
  'A.2 tagValueType': fact('A tag value has 0 to 256 of the same', 'model'),
  'A.2 SAMLAssertionType': fact('SAMLAssertion has 4 to 100,000 characters', 'model'),
  'A.2 clientTokenType': fact('WebIdentityToken has 4 to 20,000 characters', 'model'),
  'A.2 urlType': fact('ProviderId has 4 to 2048 characters', 'model'),
  'A.2 encodedMessageType': fact('EncodedMessage has 1 to 10,240 characters', 'model'),
  'A.2 accessKeyIdType': fact('AccessKeyId has 16 to 128 of `[\\w]`', 'model'),
  'A.2 ProvidedContextsListType': fact('There are 1 to 5 provided contexts, with 4 to 2048 characters each', 'model'),
  'A.2 TargetPrincipalType': fact('TargetPrincipal has 12 to 2048 characters', 'model'),
  'A.2 RootDurationSecondsType': fact('DurationSeconds of AssumeRoot is 0 to 900', 'model'),
  'A.2 webIdentityTokenAudienceListType': fact('There are 1 to 10 audiences with 1 to 1000 characters each', 'model'),
  'A.2 webIdentityTokenDurationSecondsType': fact('DurationSeconds of GetWebIdentityToken is 60 to 3600', 'model'),
  'A.2 minimumSessionTokenSizeType': fact('MinimumSessionTokenSize is 0 to 4096', 'model'),
  'A.2 webIdentitySubjectType': fact(
    'The subject of a token has 6 to 255 characters where it is told: a longer one is refused, a shorter one told',
    'model',
  ),
  'A.2 assumedRoleIdType': fact('AssumedRoleId and FederatedUserId have 2 to 193 of `[\\w+=,.@:-]`', 'model'),
  'A.2 PolicyArns': fact('There are at most 10 policy ARNs', 'documented'),
} as const

const validation = {
  'A.3 one': fact("`1 validation error detected: Value '…' at '…' failed to satisfy constraint: …`", 'recorded'),
  'A.3 member': fact('The path is the name on the wire with its first letter in lower case', 'recorded'),
  'A.3 member of a list': fact('Members of lists are named `tags.1.member.key`', 'unconfirmed'),
  'A.3 sensitive': fact('Values that are sensitive or absent are not repeated', 'recorded'),
  'A.3 null': fact('`Member must not be null`', 'unconfirmed'),
  'A.3 length at least': fact('`Member must have length greater than or equal to N`', 'unconfirmed'),
  'A.3 length at most': fact('`Member must have length less than or equal to N`', 'unconfirmed'),
  'A.3 value at least': fact('`Member must have value greater than or equal to N`', 'unconfirmed'),
  'A.3 value at most': fact('`Member must have value less than or equal to N`', 'unconfirmed'),
  'A.3 pattern': fact('`Member must satisfy regular expression pattern: R`', 'recorded'),
  'A.3 several': fact('All violations in one answer, joined by `; `', 'unconfirmed'),
  'A.3 no ARN': fact('What is long enough and no ARN is `<the string> is invalid`', 'recorded'),
  // physera/onelogin-aws-cli issue 12, cevoaustralia/aws-google-auth issue 163
  'A.3 no role': fact(
    'To the federated calls an ARN that is no role is `Request ARN is invalid`, and one that is no SAML provider `Principal ARN is invalid`',
    'recorded',
  ),
  // mmmorris1975/aws-runas issue 80
  'A.3 empty': fact('Of an empty value the pattern is told before the length, member by member', 'recorded'),
  'A.3 list of texts': fact('Of a list of texts the list is named, with all that its members must be', 'recorded'),
} as const

const errors = {
  'A.4 AccessDenied SAML': fact(
    '`Not authorized to perform sts:AssumeRoleWithSAML`: role missing, trust policy, tags, source identity, no subject',
    'documented',
  ),
  'A.4 AccessDenied web identity': fact(
    '`Not authorized to perform sts:AssumeRoleWithWebIdentity`: role missing, trust policy',
    'recorded',
  ),
  'A.4 AccessDenied TagSession': fact(
    'A federated call without sts:TagSession or sts:SetSourceIdentity gets the same text as any other',
    'unconfirmed',
  ),
  'A.4 AccessDenied AssumeRole': fact(
    '`User: … is not authorized to perform: sts:AssumeRole on resource: …`',
    'recorded',
  ),
  'A.4 AccessDenied AssumeRole TagSession': fact(
    '`… sts:TagSession on resource: …` where AssumeRole passes tags',
    'recorded',
  ),
  'A.4 AccessDenied explicit deny': fact('` with an explicit deny in the …` where a statement denies', 'documented'),
  'A.4 AccessDenied implicit deny': fact('` because no … allows the … action` where nothing allows', 'documented'),
  'A.4 AccessDenied root': fact('`Roles may not be assumed by root accounts.`', 'unconfirmed'),
  'A.4 AccessDenied session credentials': fact(
    '`Cannot call GetFederationToken with session credentials`, and the same of GetSessionToken',
    'unconfirmed',
  ),
  'A.4 AccessDenied MFA': fact(
    '`MultiFactorAuthentication failed with invalid MFA one time pass code. `',
    'unconfirmed',
  ),
  'A.4 InvalidIdentityToken base64': fact(
    '`Invalid base64 SAMLResponse (…)`: what cannot be decoded or parsed',
    'recorded',
  ),
  'A.4 InvalidIdentityToken provider': fact("`Specified provider doesn't exist (…)`", 'recorded'),
  // Versent/saml2aws issues 89 and 187, aws/aws-sdk-js-v3 issue 5749
  'A.4 another partition': fact(
    'At an endpoint of another partition than the role its provider does not exist',
    'recorded',
  ),
  'A.4 InvalidIdentityToken issuer': fact('`Issuer not present in specified provider (…)`', 'recorded'),
  'A.4 InvalidIdentityToken signature': fact('`Response signature invalid`', 'recorded'),
  'A.4 InvalidIdentityToken audience': fact('`Response does not contain the required audience.`', 'documented'),
  'A.4 InvalidIdentityToken session name missing': fact('`RoleSessionName is required in AuthnResponse`', 'documented'),
  'A.4 InvalidIdentityToken session name': fact(
    '`RoleSessionName in AuthnResponse must match [a-zA-Z_0-9+=,.@-]{2,64}`',
    'documented',
  ),
  'A.4 InvalidIdentityToken source identity': fact(
    '`Source Identity must match … and not begin with "aws:"`',
    'documented',
  ),
  'A.4 InvalidIdentityToken JWT': fact(
    '`The ID Token provided is not a valid JWT. (…)`: not three parts, no base64url, no JSON, another alg',
    'recorded',
  ),
  'A.4 InvalidIdentityToken OIDC provider': fact(
    '`No OpenIDConnect provider found in your account for <iss>`',
    'recorded',
  ),
  'A.4 InvalidIdentityToken token audience': fact('`Incorrect token audience`', 'recorded'),
  'A.4 InvalidIdentityToken key': fact(
    "`Couldn't retrieve verification key from your identity provider,  please reference …`",
    'unconfirmed',
  ),
  'A.4 InvalidIdentityToken thumbprint': fact(
    "`OpenIDConnect provider's HTTPS certificate doesn't match configured thumbprint`",
    'recorded',
  ),
  'A.4 InvalidIdentityToken claim': fact('`Missing a required claim: <name>`', 'unconfirmed'),
  'A.4 InvalidIdentityToken ProviderId': fact('`Provided Token is not a Login With Amazon token`', 'unconfirmed'),
  'A.4 ExpiredTokenException SAML': fact('`Token must be redeemed within 5 minutes of issuance`', 'recorded'),
  // Versent/saml2aws issue 759
  'A.4 ExpiredTokenException window': fact(
    '`Response has expired`: within the five minutes, and past an end that the response names',
    'recorded',
  ),
  'A.4 ExpiredTokenException token': fact(
    '`Token expired: current date/time N must be before the expiration date/timeN`, without a space',
    'recorded',
  ),
  'A.4 ExpiredTokenException age': fact('`Token too old: <seconds>`', 'recorded'),
  'A.4 IDPRejectedClaim': fact('403 `<host>: <host> responded with HTTP/1.1 400 Bad Request`', 'recorded'),
  'A.4 IDPCommunicationError': fact('The provider of an access token cannot be asked', 'model'),
  'A.4 MalformedPolicyDocument': fact(
    'A session policy that is none: `This policy contains invalid Json`, `Syntax errors in policy.`',
    'recorded',
  ),
  'A.4 PackedPolicyTooLarge': fact('`Packed size of session tags consumes N% of allotted space.`', 'recorded'),
  'A.4 PackedPolicyTooLarge policy': fact(
    '`Packed policy consumes N% of allotted space, please use smaller policy.`',
    'unconfirmed',
  ),
  'A.4 RegionDisabledException': fact(
    '403 `STS is not activated in this region for account:<account>. …`',
    'unconfirmed',
  ),
  'A.4 ValidationError role maximum': fact(
    '`The requested DurationSeconds exceeds the MaxSessionDuration set for this role.`',
    'recorded',
  ),
  'A.4 ValidationError chaining': fact(
    '`The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining.`',
    'recorded',
  ),
  'A.4 InvalidParameterValue duplicate': fact(
    '`Duplicate tag keys found. Please note that Tag keys are case insensitive.`',
    'recorded',
  ),
  'A.4 InvalidParameterValue transitive': fact(
    '`The specified transitive tag key must be included in the requested tags.`',
    'recorded',
  ),
  'A.4 InvalidParameterValue inherited': fact(
    "`One of the specified transitive tag keys can't be set because it conflicts …`",
    'recorded',
  ),
  'A.4 InvalidAuthorizationMessageException': fact(
    '`Message is not valid`: foreign, expired, or broken by a line end',
    'unconfirmed',
  ),
  'A.4 InvalidClientTokenId': fact(
    '`The security token included in the request is invalid.`: unknown key or wrong session token',
    'recorded',
  ),
  'A.4 SignatureDoesNotMatch': fact('`The request signature we calculated does not match …`', 'recorded'),
  // aws/aws-cli issue 6676, QT-DevOps/DevOpsIssues issue 989
  'A.4 SignatureDoesNotMatch time': fact(
    '`Signature expired: …` and `Signature not yet current: …`, beyond 15 minutes',
    'recorded',
  ),
  'A.4 ExpiredToken': fact(
    '`The security token included in the request is expired`: the credentials that sign',
    'unconfirmed',
  ),
  'A.4 MissingAuthenticationToken': fact('`Request is missing Authentication Token`', 'unconfirmed'),
  'A.4 IncompleteSignature': fact('An Authorization header that is not whole', 'unconfirmed'),
  'A.4 OutboundWebIdentityFederationDisabledException': fact('403 where the account has not enabled it', 'model'),
  'A.4 SessionDurationEscalationException': fact('403 for a token that would outlive the session', 'model'),
  'A.4 JWTPayloadSizeExceededException': fact('400 for a token that is too large', 'model'),
  'A.4 ExpiredTradeInTokenException': fact('400 for a trade-in token that has expired', 'model'),
  'A.4 InvalidAction': fact('`Could not find operation <X> for version 2011-06-15`', 'unconfirmed'),
} as const

const actions = {
  'A.5 AssumeRole required': fact('AssumeRole needs RoleArn and RoleSessionName; an hour is the default', 'model'),
  'A.5 AssumeRole maximum': fact("More than the role's MaxSessionDuration is refused, not clamped", 'model'),
  'A.5 AssumeRole chaining': fact('A role session assumes for an hour at most; asking for more fails', 'documented'),
  'A.5 AssumeRole no federation': fact(
    'Its credentials cannot call GetFederationToken or GetSessionToken',
    'documented',
  ),
  'A.5 AssumeRole root': fact('The root of an account cannot call it', 'documented'),
  'A.5 AssumeRole same account': fact(
    "Within an account the trust policy may name the caller; naming the account needs the caller's own policy too",
    'documented',
  ),
  'A.5 AssumeRole other account': fact(
    "Across accounts the trust policy and the caller's own policy must both allow",
    'documented',
  ),
  'A.5 AssumeRole answer': fact('Credentials, AssumedRoleUser, PackedPolicySize, SourceIdentity', 'model'),
  'A.5 PackedPolicySize absent': fact('PackedPolicySize is absent where neither policy nor tag was passed', 'recorded'),
  'A.5 SAML required': fact('AssumeRoleWithSAML needs RoleArn, PrincipalArn and the whole Response in base64', 'model'),
  'A.5 SAML from the assertion': fact(
    'Session name, tags and source identity come from the assertion; parameters of these names do nothing',
    'model',
  ),
  'A.5 SAML lifetime': fact(
    'The shortest of DurationSeconds, SessionNotOnOrAfter and the SessionDuration attribute',
    'documented',
  ),
  'A.5 SAML role maximum': fact('DurationSeconds above the maximum of the role is a ValidationError', 'documented'),
  'A.5 SAML reserved roles': fact('Roles of Identity Center, `AWSReservedSSO_…`, cannot be taken', 'documented'),
  'A.5 SAML twelve hours': fact('A first session is not chained: twelve hours are possible', 'documented'),
  'A.5 SAML answer': fact(
    'Subject, SubjectType, Issuer, Audience (the Recipient), NameQualifier, SourceIdentity',
    'model',
  ),
  'A.5 web identity required': fact(
    'AssumeRoleWithWebIdentity needs RoleArn, RoleSessionName and WebIdentityToken',
    'model',
  ),
  'A.5 web identity ProviderId': fact(
    'ProviderId is `www.amazon.com` or `graph.facebook.com`, and absent for OpenID',
    'documented',
  ),
  'A.5 web identity integers': fact('The times of a token are integers', 'model'),
  'A.5 web identity algorithms': fact('RS256, RS384, RS512, ES256, ES384 and ES512, and no others', 'model'),
  'A.5 web identity answer': fact('SubjectFromWebIdentityToken, Provider, Audience, SourceIdentity', 'model'),
  'A.5 DecodeAuthorizationMessage permission': fact(
    'It takes the permission sts:DecodeAuthorizationMessage',
    'documented',
  ),
  'A.5 DecodeAuthorizationMessage answer': fact(
    'DecodedMessage is JSON: allowed, explicitDeny, matchedStatements, failures, context',
    'documented',
  ),
  'A.5 GetAccessKeyInfo': fact('It answers the account of a key, whether or not the key is in use', 'documented'),
  'A.5 GetCallerIdentity never denied': fact('It cannot be denied, not even explicitly', 'documented'),
  'A.5 GetCallerIdentity root': fact('Of the root: the account, and `…:root`', 'documented'),
  'A.5 GetCallerIdentity user': fact(
    'Of a user, with its own keys or those of GetSessionToken: `AIDA…`, and its ARN with the path',
    'recorded',
  ),
  'A.5 GetCallerIdentity role': fact(
    'Of a role session: `AROA…:name`, and `assumed-role/<role without path>/<name>`',
    'recorded',
  ),
  'A.5 GetCallerIdentity federated user': fact(
    'Of GetFederationToken: `<account>:<Name>`, and `federated-user/<Name>`',
    'documented',
  ),
  'A.5 GetFederationToken durations': fact(
    '900 to 129600, by default 43200; a root asks for more than an hour and gets one',
    'documented',
  ),
  'A.5 GetFederationToken tags': fact('Tags, without transitive keys', 'model'),
  'A.5 GetFederationToken answer': fact(
    'Credentials, FederatedUser, and PackedPolicySize even when it is 0',
    'recorded',
  ),
  'A.5 GetFederationToken no policy': fact('Without a session policy the session may do nothing', 'documented'),
  'A.5 GetFederationToken may call': fact(
    'Its credentials call no IAM, and of STS only GetCallerIdentity',
    'documented',
  ),
  'A.5 GetSessionToken durations': fact('900 to 129600, by default 43200; for a root 3600 at most', 'documented'),
  'A.5 GetSessionToken answer': fact('Credentials, and the size of the token', 'model'),
  'A.5 GetSessionToken no permission': fact('It needs no permission', 'documented'),
  'A.5 GetSessionToken may call': fact(
    'Its credentials call no IAM without MFA, and of STS AssumeRole and GetCallerIdentity',
    'documented',
  ),
  'A.5 GetServiceBearerToken': fact('A permission and no call: InvalidAction', 'documented'),
  'A.5 TagSession': fact(
    'TagSession, SetSourceIdentity, SetContext and TagGetWebIdentityToken are permissions and no calls: InvalidAction',
    'documented',
  ),
  'A.5 AssumeRoot caller': fact(
    'A user or role session of the management account, or of a delegated administrator; never a root user',
    'documented',
  ),
  'A.5 AssumeRoot target': fact('A member account, by its ID or the ARN of its root user', 'documented'),
  'A.5 AssumeRoot feature': fact('Root sessions must be enabled in the organization', 'documented'),
  'A.5 AssumeRoot permission': fact('`sts:AssumeRoot` for the root user of the member account', 'documented'),
  'A.5 AssumeRoot task policy': fact(
    'One of five managed policies in `root-task/`, which deny everything but their task',
    'documented',
  ),
  'A.5 AssumeRoot IAMAuditRootUserCredentials': fact(
    'IAMAuditRootUserCredentials: reads the credentials of the root user, and GetAccountSummary',
    'documented',
  ),
  'A.5 AssumeRoot IAMCreateRootUserPassword': fact(
    'IAMCreateRootUserPassword: creates and reads the root user’s password',
    'documented',
  ),
  'A.5 AssumeRoot IAMDeleteRootUserCredentials': fact(
    'IAMDeleteRootUserCredentials: reads and deletes the credentials of the root user',
    'documented',
  ),
  'A.5 AssumeRoot S3UnlockBucketPolicy': fact(
    'S3UnlockBucketPolicy: reads, writes and deletes policies of buckets, also those that deny it to everybody',
    'documented',
  ),
  // AWS describes the policy, and does not print it.
  'A.5 AssumeRoot SQSUnlockQueuePolicy': fact(
    'SQSUnlockQueuePolicy: reads and sets attributes of queues',
    'unconfirmed',
  ),
  'A.5 AssumeRoot session': fact('The root user of the member account, for 900 seconds at most', 'documented'),
  'A.5 AssumeRoot source identity': fact('The source identity of the caller is kept and returned', 'model'),
  'A.5 AssumeRoot global endpoint': fact('At `sts.amazonaws.com`: InvalidAction, `Unknown Operation`', 'recorded'),
  'A.5 GetWebIdentityToken issuer': fact(
    'A JWT of the account’s issuer, with discovery document and key set, by RS256 or ES384',
    'documented',
  ),
  'A.5 GetWebIdentityToken claims': fact(
    '`sub` is the ARN of the user or role; `https://sts.amazonaws.com/` has account, region, organization, tags, source identity and the end of the session',
    'documented',
  ),
  'A.5 GetWebIdentityToken tags': fact(
    'Tags become `request_tags` and need `sts:TagGetWebIdentityToken` too',
    'documented',
  ),
  'A.5 GetWebIdentityToken enabled': fact(
    'The account must enable it: EnableOutboundWebIdentityFederation of IAM',
    'documented',
  ),
  'A.5 GetWebIdentityToken global endpoint': fact('It is not available at `sts.amazonaws.com`', 'documented'),
  'A.5 GetWebIdentityToken not for AWS': fact('AssumeRoleWithWebIdentity accepts none of these tokens', 'documented'),
  'A.5 GetWebIdentityToken payload': fact('The largest payload is 16,384 octets', 'unconfirmed'),
  'A.5 GetDelegatedAccessToken answer': fact('Credentials and AssumedPrincipal', 'model'),
  'A.5 GetDelegatedAccessToken call': fact(
    'It is signed, needs `sts:GetDelegatedAccessToken`, and answers AccessDenied to an unknown token',
    'unconfirmed',
  ),
  'A.5 session token size': fact(
    'Session tokens have at least `MinimumSessionTokenSize` octets; the answer has SessionTokenSize and SessionTokenUtilization',
    'model',
  ),
  'A.5 session token lengths': fact(
    'Tokens of version 1 have 240 octets, of version 2 320; the largest has 4,096',
    'unconfirmed',
  ),
  'A.5 SetSecurityTokenServicePreferences': fact(
    'Version 2 makes tokens of the global endpoint longer and valid in all regions; GetAccountSummary shows the version',
    'documented',
  ),
} as const

const identifiers = {
  'A.6 prefixes': fact('AKIA and ASIA for keys, AIDA for users, AROA for roles', 'documented'),
  'A.6 key ids': fact('A key id has four characters of prefix and sixteen of `A-Z2-7`', 'documented'),
  'A.6 assumed role id': fact('AssumedRoleId is `AROA…:<RoleSessionName>`', 'documented'),
  'A.6 account in the key': fact('The account can be read from a key id', 'recorded'),
  'A.6 older keys': fact('Older ids, whose first character is before Q, have no account in them', 'recorded'),
} as const

const conditionKeys = {
  'A.7 token.actions.githubusercontent.com:actor': fact('The claim `actor`, one value', 'documented'),
  'A.7 token.actions.githubusercontent.com:actor_id': fact('The claim `actor_id`, one value', 'documented'),
  'A.7 token.actions.githubusercontent.com:enterprise_id': fact('The claim `enterprise_id`, one value', 'documented'),
  'A.7 token.actions.githubusercontent.com:environment': fact('The claim `environment`, one value', 'documented'),
  'A.7 token.actions.githubusercontent.com:job_workflow_ref': fact(
    'The claim `job_workflow_ref`, one value',
    'documented',
  ),
  'A.7 token.actions.githubusercontent.com:ref': fact('The claim `ref`, one value', 'documented'),
  'A.7 token.actions.githubusercontent.com:repository': fact('The claim `repository`, one value', 'documented'),
  'A.7 token.actions.githubusercontent.com:repository_id': fact('The claim `repository_id`, one value', 'documented'),
  'A.7 token.actions.githubusercontent.com:repository_owner_id': fact(
    'The claim `repository_owner_id`, one value',
    'documented',
  ),
  'A.7 token.actions.githubusercontent.com:workflow': fact('The claim `workflow`, one value', 'documented'),
  'A.7 gitlab.com:namespace_id': fact('The claim `namespace_id`, one value', 'documented'),
  'A.7 gitlab.com:pipeline_source': fact('The claim `pipeline_source`, one value', 'documented'),
  'A.7 gitlab.com:project_id': fact('The claim `project_id`, one value', 'documented'),
  'A.7 gitlab.com:ref_protected': fact('The claim `ref_protected`, one value', 'documented'),
  'A.7 gitlab.com:runner_environment': fact('The claim `runner_environment`, one value', 'documented'),
  'A.7 gitlab.com:user_access_level': fact('The claim `user_access_level`, one value', 'documented'),
  'A.7 gitlab.com:user_email': fact('The claim `user_email`, one value', 'documented'),
  'A.7 gitlab.com:user_id': fact('The claim `user_id`, one value', 'documented'),
  'A.7 gitlab.com:user_login': fact('The claim `user_login`, one value', 'documented'),
  'A.7 agent.buildkite.com:build_branch': fact('The claim `build_branch`, one value', 'documented'),
  'A.7 agent.buildkite.com:cluster_id': fact('The claim `cluster_id`, one value', 'documented'),
  'A.7 agent.buildkite.com:cluster_name': fact('The claim `cluster_name`, one value', 'documented'),
  'A.7 agent.buildkite.com:organization_id': fact('The claim `organization_id`, one value', 'documented'),
  'A.7 agent.buildkite.com:organization_slug': fact('The claim `organization_slug`, one value', 'documented'),
  'A.7 agent.buildkite.com:pipeline_id': fact('The claim `pipeline_id`, one value', 'documented'),
  'A.7 agent.buildkite.com:pipeline_slug': fact('The claim `pipeline_slug`, one value', 'documented'),
  // biome-ignore-start lint/suspicious/noTemplateCurlyInString: AWS writes what differs between issuers so
  'A.7 GitHub issuers': fact(
    'The same for `token.actions.githubusercontent.com/${SubPath}`, `token.actions.${Domain}.ghe.com` and `github.com/enterprises/${EnterpriseName}`',
    'documented',
  ),
  'A.7 Buildkite issuers': fact(
    'The same for `agent.${Domain}.buildkite.dev` and `agent.${Domain}.buildkite.site`',
    'documented',
  ),
  'A.7 oidc.circleci.com/org/${OrgId}:oidc.circleci.com/project-id': fact(
    'The claim `oidc.circleci.com/project-id`, one value',
    'documented',
  ),
  'A.7 idcs-${OciUniqueIdentifier}.identity.oraclecloud.com:rpst_id': fact(
    'The claim `rpst_id`, one value',
    'documented',
  ),
  // biome-ignore-end lint/suspicious/noTemplateCurlyInString: AWS writes what differs between issuers so
  'A.7 accounts.google.com:google/organization_number': fact(
    'The number of the organization: the claim `google:organization_number`, or `organization_number` in `google`',
    'unconfirmed',
  ),
  'A.7 issuer:email': fact('The claim `email` of every issuer without keys of its own, one value', 'documented'),
  'A.7 issuer:oaud': fact('The claim `aud`, even if the token has an azp', 'documented'),
  'A.7 sts:RoleAuthorizedByIdp': fact('Whether the claim `https://aws.amazon.com/roles` names the role', 'documented'),
  'A.7 sts:RequestContextProviders': fact('The ARNs of `ProvidedContexts`, a list', 'documented'),
  'A.7 sts:TaskPolicyArn': fact('The `TaskPolicyArn` of AssumeRoot', 'documented'),
  'A.7 sts:IdentityTokenAudience': fact('The `Audience` of GetWebIdentityToken, a list', 'documented'),
  'A.7 sts:SigningAlgorithm': fact('The `SigningAlgorithm` of GetWebIdentityToken', 'documented'),
  'A.7 sts:DurationSeconds': fact('The `DurationSeconds` of GetWebIdentityToken, or its default', 'documented'),
  'A.7 sts:DurationSeconds of GetServiceBearerToken': fact(
    'For GetServiceBearerToken, the `duration` of the service’s token',
    'documented',
  ),
  'A.7 sts:AWSServiceName': fact('The service that asks for sts:GetServiceBearerToken', 'documented'),
  'A.7 sts:RequestContext/identitystore:UserId': fact('The user of the context in `ProvidedContexts`', 'documented'),
  'A.7 sts:RequestContext/identitycenter:ApplicationArn': fact(
    'The application of IAM Identity Center that made the context',
    'documented',
  ),
  'A.7 identitystore:UserId': fact('In calls of a session with that context: its user', 'documented'),
  'A.7 iam:PolicyARN': fact('The `PolicyArn` of AttachRolePolicy and DetachRolePolicy', 'documented'),
  'A.7 iam:PermissionsBoundary': fact(
    'The boundary that CreateRole or PutRolePermissionsBoundary sets; that of the role where its policies change',
    'documented',
  ),
  'A.7 s3:prefix': fact('The `prefix` of ListObjectsV2', 'documented'),
  'A.7 s3:delimiter': fact('The `delimiter` of ListObjectsV2', 'documented'),
  'A.7 s3:max-keys': fact('The `max-keys` of ListObjectsV2', 'documented'),
  'A.7 s3:x-amz-acl': fact('The ACL that PutObject asks for', 'documented'),
  'A.7 s3:x-amz-server-side-encryption': fact('The encryption that PutObject asks for', 'documented'),
  'A.7 s3:x-amz-storage-class': fact('The storage class that PutObject asks for', 'documented'),
  'A.7 s3:if-none-match': fact('The `If-None-Match` of PutObject', 'documented'),
  'A.7 s3:if-match': fact('The `If-Match` of PutObject and DeleteObject', 'documented'),
  'A.7 ec2:InstanceType': fact('The type of the instance, or of the one to launch', 'documented'),
  'A.7 ec2:Region': fact('The region of the endpoint', 'documented'),
  'A.7 ec2:ResourceTag': fact('`ec2:ResourceTag/key`, like `aws:ResourceTag/key`: a tag of the instance', 'documented'),
  'A.7 ec2:CreateAction': fact('`RunInstances`, where ec2:CreateTags is needed for its tags', 'documented'),
  'A.7 aws:RequestTag of RunInstances': fact('The tags for instances, with their keys in `aws:TagKeys`', 'documented'),
}

/** Services beside STS and IAM, as far as they are here. */
const otherServices = {
  'A.8 ec2 refusal': fact(
    'EC2 refuses with UnauthorizedOperation and a message that DecodeAuthorizationMessage opens',
    'documented',
  ),
  // AWS's own Describe actions have been recorded without an encoded message.
  'A.8 ec2 describe': fact('Describe actions have no resource, and are refused with such a message too', 'unconfirmed'),
  'A.8 ec2 dry run': fact(
    'An allowed call with DryRun is answered with DryRunOperation, and does nothing',
    'documented',
  ),
  'A.8 ec2 instances': fact('Starting and stopping are permissions for one instance, with its tags', 'documented'),
  'A.8 s3 prefix': fact(
    'ListObjectsV2 is evaluated with `s3:prefix`, GetObject and PutObject with the key',
    'documented',
  ),
  'A.8 s3 refusal': fact('S3 names the kind of policy that refused, and sends no encoded message', 'documented'),
  'A.8 s3 missing key': fact('Without s3:ListBucket a missing object is AccessDenied, with it NoSuchKey', 'documented'),
  'A.8 s3 root': fact(
    'The root user of the account manages the policy of its buckets whatever that policy says',
    'documented',
  ),
  'A.8 s3 conditions': fact(
    'If-None-Match and If-Match decide about PutObject, DeleteObject and GetObject: PreconditionFailed, or 304 for a read',
    'documented',
  ),
  'A.8 s3 dates': fact(
    'If-Unmodified-Since and If-Modified-Since decide about GetObject and HeadObject where no tag is sent for the same question',
    'documented',
  ),
  'A.8 s3 not modified': fact('A 304 has the ETag, and neither a body nor its length', 'documented'),
  'A.8 ec2 DescribeInstances': fact(
    'DescribeInstances needs `ec2:DescribeInstances`, which has no resource',
    'documented',
  ),
  'A.8 ec2 DescribeRegions': fact('DescribeRegions needs `ec2:DescribeRegions`, which has no resource', 'documented'),
  'A.8 ec2 RunInstances': fact(
    'RunInstances needs `ec2:RunInstances` for image, instance, network interface, security group, subnet and volume, and `ec2:CreateTags` for tags',
    'documented',
  ),
  'A.8 ec2 StartInstances': fact('StartInstances needs `ec2:StartInstances` for each instance', 'documented'),
  'A.8 ec2 StopInstances': fact('StopInstances needs `ec2:StopInstances` for each instance', 'documented'),
  'A.8 ec2 TerminateInstances': fact(
    'TerminateInstances needs `ec2:TerminateInstances` for each instance, which is shown for a while afterwards',
    'documented',
  ),
  'A.8 s3 ListBuckets': fact(
    'ListBuckets needs `s3:ListAllMyBuckets`, and lists the buckets of the account',
    'documented',
  ),
  'A.8 s3 CreateBucket': fact(
    'CreateBucket needs `s3:CreateBucket`; the bucket is in the region of the LocationConstraint, or of the endpoint',
    'documented',
  ),
  'A.8 s3 HeadBucket': fact('HeadBucket needs `s3:ListBucket`; its errors have no body', 'documented'),
  'A.8 s3 GetBucketLocation': fact('GetBucketLocation needs `s3:GetBucketLocation`', 'documented'),
  'A.8 s3 DeleteBucket': fact('DeleteBucket needs `s3:DeleteBucket`', 'documented'),
  'A.8 s3 ListObjectsV2': fact('ListObjectsV2 needs `s3:ListBucket` for the bucket', 'documented'),
  'A.8 s3 GetObject': fact('GetObject needs `s3:GetObject` for the object', 'documented'),
  'A.8 s3 HeadObject': fact('HeadObject needs `s3:GetObject` for the object; its errors have no body', 'documented'),
  'A.8 s3 PutObject': fact(
    'PutObject needs `s3:PutObject` for the object, and `s3:GetObject` to compare its ETag with If-Match',
    'documented',
  ),
  'A.8 s3 DeleteObject': fact(
    'DeleteObject needs `s3:DeleteObject` for the object, and `s3:GetObject` to compare its ETag with If-Match',
    'documented',
  ),
  'A.8 s3 GetBucketPolicy': fact('GetBucketPolicy needs `s3:GetBucketPolicy` for the bucket', 'documented'),
  'A.8 s3 PutBucketPolicy': fact('PutBucketPolicy needs `s3:PutBucketPolicy` for the bucket', 'documented'),
  'A.8 s3 DeleteBucketPolicy': fact('DeleteBucketPolicy needs `s3:DeleteBucketPolicy` for the bucket', 'documented'),
  'A.8 codeartifact GetAuthorizationToken': fact(
    'GetAuthorizationToken needs `codeartifact:GetAuthorizationToken` for the domain, then `sts:GetServiceBearerToken`',
    'documented',
  ),
  'A.8 attached policies': fact(
    'Managed policies attached to a role allow like its own; a role has ten at most, of AWS and of its account, and none when it is deleted',
    'documented',
  ),
  'A.8 managed policies': fact(
    'Customer managed policies have five versions at most, of which the default one applies, and no number twice; one in use is not deleted',
    'documented',
  ),
  'A.8 policies of AWS': fact(
    "GetPolicy, GetPolicyVersion and ListPolicyVersions know AWS's own policies; a role has those of its partition",
    'documented',
  ),
  'A.8 boundary': fact('A permissions boundary limits what the policies of a role or user allow', 'documented'),
  'A.8 resource deny': fact("A Deny in the resource's policy wins over everything", 'documented'),
  'A.8 resource allow': fact(
    'A resource that names the role allows by itself within boundary and session policy; one that names the session, without them; one that names the account leaves it to the caller',
    'documented',
  ),
  'A.8 across accounts': fact(
    'Across accounts the policy of the resource and those of the caller must allow',
    'documented',
  ),
  'A.8 SetContext': fact(
    'ProvidedContexts need sts:SetContext, fill sts:RequestContext keys, and leave identitystore:UserId in the session',
    'documented',
  ),
  'A.8 GetServiceBearerToken': fact(
    "CodeArtifact's GetAuthorizationToken needs sts:GetServiceBearerToken too, with sts:AWSServiceName and sts:DurationSeconds",
    'documented',
  ),
} as const

export const facts = {
  ...wireFormat,
  ...shapes,
  ...validation,
  ...errors,
  ...actions,
  ...identifiers,
  ...conditionKeys,
  ...otherServices,
} satisfies Readonly<Record<string, Fact>>

export type FactId = keyof typeof facts
