/**
 * Every error that AWS sends, with its HTTP status and its message (aws-facts A.4). Messages marked [K] are not
 * confirmed by a recorded response; they decide nothing, and are only here, so they can be corrected in one place.
 */
/** The error code in the response, with its HTTP status. */
const statuses = {
  AccessDenied: 403,
  DeleteConflict: 409,
  EntityAlreadyExists: 409,
  ExpiredToken: 403,
  ExpiredTokenException: 400,
  ExpiredTradeInTokenException: 400,
  FeatureDisabled: 404,
  FeatureEnabled: 409,
  IDPCommunicationError: 400,
  IDPRejectedClaim: 403,
  IncompleteSignature: 400,
  AccountNotManagementOrDelegatedAdministratorException: 400,
  InternalFailure: 500,
  InvalidAction: 400,
  InvalidAuthorizationMessageException: 400,
  InvalidClientTokenId: 403,
  InvalidIdentityToken: 400,
  InvalidInput: 400,
  InvalidParameterValue: 400,
  JWTPayloadSizeExceededException: 400,
  LimitExceeded: 409,
  MalformedInput: 400,
  MalformedPolicyDocument: 400,
  MissingAction: 400,
  MissingAuthenticationToken: 403,
  NoSuchEntity: 404,
  OutboundWebIdentityFederationDisabledException: 403,
  PackedPolicyTooLarge: 400,
  RegionDisabledException: 403,
  RequestEntityTooLarge: 413,
  SessionDurationEscalationException: 403,
  SignatureDoesNotMatch: 403,
  ValidationError: 400,
} as const

export type AwsErrorCode = keyof typeof statuses

/** An answer of AWS that is not a success. */
export class AwsError extends Error {
  readonly code: AwsErrorCode
  readonly status: number
  /** Only for the log: AWS never reveals it. */
  readonly reason: string | undefined
  /** For DecodeAuthorizationMessage: follows the message in the response, and appears nowhere else. */
  readonly encodedMessage: string | undefined

  constructor(code: AwsErrorCode, message: string, reason?: string, encodedMessage?: string) {
    super(message)
    this.name = 'AwsError'
    this.code = code
    this.status = statuses[code]
    this.reason = reason
    this.encodedMessage = encodedMessage
  }
}

export const texts = {
  invalidBase64: (requestId: string) =>
    openIdDiscovery('Invalid base64 SAMLResponse', 'AuthSamlInvalidSamlResponseException', requestId),
  providerUnknown: (requestId: string) =>
    openIdDiscovery("Specified provider doesn't exist", 'AuthSamlManifestNotFoundException', requestId),
  issuerUnknown: (requestId: string) =>
    openIdDiscovery('Issuer not present in specified provider', 'AuthSamlInvalidSamlResponseException', requestId),
  responseSignatureInvalid: 'Response signature invalid',
  audienceMissing: 'Response does not contain the required audience.',
  /** [K] */
  statusNotSuccess: 'Response status is not success',
  /** [K] */
  assertionNotEncrypted: 'Response does not contain an encrypted assertion, which the provider requires.',
  /** [K] */
  confirmationInvalid: 'Response does not contain a valid subject confirmation.',
  /** [K] */
  notYetValid: 'Response is not yet valid',
  redeemWithin5Minutes: 'Token must be redeemed within 5 minutes of issuance',
  /** An end that the response itself states: Versent/saml2aws issue 759. */
  responseExpired: 'Response has expired',
  sessionNameRequired: 'RoleSessionName is required in AuthnResponse',
  sessionNameInvalid: 'RoleSessionName in AuthnResponse must match [a-zA-Z_0-9+=,.@-]{2,64}',
  sourceIdentityInvalid: 'Source Identity must match [a-zA-Z_0-9+=,.@-]{2,64} and not begin with "aws:"',
  /** [K] */
  sessionDurationInvalid: 'SessionDuration in AuthnResponse must be between 900 and 43200',
  /** [K] */
  tagsInvalid: 'Session tags in the token do not satisfy the constraints of session tags',
  notAJwt: 'The ID Token provided is not a valid JWT. (You may see this error if you sent an Access Token)',
  noOidcProvider: (issuer: string) => `No OpenIDConnect provider found in your account for ${issuer}`,
  audienceIncorrect: 'Incorrect token audience',
  /** [K] The two spaces after the comma are AWS's own. */
  keyNotRetrieved:
    "Couldn't retrieve verification key from your identity provider,  please reference AssumeRoleWithWebIdentity documentation for requirements",
  thumbprintMismatch: "OpenIDConnect provider's HTTPS certificate doesn't match configured thumbprint",
  /** [K] */
  tokenSignatureInvalid: 'The signature of the ID Token provided is not valid',
  /** [K] */
  claimMissing: (name: string) => `Missing a required claim: ${name}`,
  /** [K] */
  claimNotInteger: (name: string) => `The claim ${name} must be an integer`,
  rejectedByProvider: (host: string) => `${host}: ${host} responded with HTTP/1.1 400 Bad Request`,
  /** [K] */
  providerUnreachable: (host: string) => `${host}: the identity provider did not answer`,
  /** awsteele.com, July 2026 */
  roleNotAuthorized: 'The target role ARN is not present in the roles claim of the identity token',
  /** [K] */
  subjectTooLong: 'The subject of the token is longer than 255 characters',
  subjectUnreadable: 'The subject of the token has characters that no answer can carry',
  /** [K] */
  notAnAccessToken: 'Provided Token is not a Login With Amazon token',
  /** [K] */
  tokenNotYetValid: 'Token is not yet valid',
  /** The missing space before the second number is AWS's own. */
  tokenExpired: (now: number, expiration: number) =>
    `Token expired: current date/time ${now} must be before the expiration date/time${expiration}`,
  tokenTooOld: (seconds: number) => `Token too old: ${seconds}`,
  /** physera/onelogin-aws-cli issue 12 */
  requestArnInvalid: 'Request ARN is invalid',
  /** Versent/saml2aws issue 536, cevoaustralia/aws-google-auth issue 163 */
  principalArnInvalid: 'Principal ARN is invalid',
  durationAboveRole: 'The requested DurationSeconds exceeds the MaxSessionDuration set for this role.',
  duplicateTagKeys: 'Duplicate tag keys found. Please note that Tag keys are case insensitive.',
  transitiveKeyNotPassed: 'The specified transitive tag key must be included in the requested tags.',
  packedTags: (percent: number) => `Packed size of session tags consumes ${percent}% of allotted space.`,
  transitiveKeyInherited:
    "One of the specified transitive tag keys can't be set because it conflicts with a transitive tag key from the calling session.",
  durationAboveChaining:
    'The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining.',
  /** [K] */
  packedPolicy: (percent: number) => `Packed policy consumes ${percent}% of allotted space, please use smaller policy.`,
  /** [K] */
  rootMayNotAssume: 'Roles may not be assumed by root accounts.',
  /** [K] */
  rootMayNotAssumeRoot: 'AssumeRoot may not be called by root accounts.',
  /** [K] */
  rootAccessDenied: (caller: string, account: string) =>
    `User: ${caller} is not authorized to perform: sts:AssumeRoot on resource: arn:aws:iam::${account}:root`,
  /** [K] */
  targetPrincipalInvalid: 'TargetPrincipal must be an account ID or the ARN of a root user.',
  /** [K] */
  taskPolicyUnknown: 'TaskPolicyArn is not a policy for privileged tasks.',
  /** [K] */
  signingAlgorithm: 'SigningAlgorithm must be RS256 or ES384.',
  /** [K] */
  outboundDisabled: 'Outbound web identity federation is not enabled for this account.',
  /** [K] */
  outboundTooLarge: 'The requested token payload size exceeds the maximum allowed size.',
  /** [K] */
  outboundOutlivesSession: 'The requested token duration would extend the session beyond its original expiration time.',
  /** [K] That they are refused is documented. */
  outboundNotAccepted: 'Tokens of GetWebIdentityToken cannot be used for AssumeRoleWithWebIdentity.',
  /** [K] */
  tradeInTokenUnknown: 'The trade-in token is not valid.',
  /** [K] */
  tradeInTokenExpired: 'The trade-in token has expired and can no longer be exchanged for credentials.',
  unknownOperation: 'Unknown Operation',
  /** [K] */
  sessionMayNotCall: (action: string) => `Cannot call ${action} with session credentials`,
  /** [K] The trailing space is AWS's own. */
  mfaCodeInvalid: 'MultiFactorAuthentication failed with invalid MFA one time pass code. ',
  /** [K] */
  contextInvalid: 'Context assertion is not valid',
  /** [K] */
  mfaIncomplete: 'MultiFactorAuthentication failed, must provide both MFA serial number and one time pass code.',
  /** [K] */
  mfaDeviceUnknown:
    'MultiFactorAuthentication failed, unable to validate MFA code.  Please verify your MFA serial number is valid and associated with this user.',
  /** [K] */
  messageInvalid: 'Message is not valid',
  /** [K] */
  tagKeyReserved: 'aws: prefixed tag key names are not allowed for external use.',
  /** [K] */
  accessKeyUnknown: (accessKeyId: string) => `The access key ${accessKeyId} is not known.`,
  policyNotJson: 'This policy contains invalid Json',
  /** [K] */
  tooManyPolicyArns: (most: number) =>
    `1 validation error detected: Value at 'policyArns' failed to satisfy constraint: Member must have length less than or equal to ${most}`,
  securityTokenInvalid: 'The security token included in the request is invalid.',
  /** [K] */
  regionDisabled: (account: string) =>
    `STS is not activated in this region for account:${account}. Your account administrator can activate STS in this region using the IAM Console.`,
  /** [K] */
  securityTokenExpired: 'The security token included in the request is expired',
  signatureDoesNotMatch:
    'The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.',
  signatureExpired: (signed: string, earliest: string, now: string) =>
    `Signature expired: ${signed} is now earlier than ${earliest} (${now} - 15 min.)`,
  signatureNotYetCurrent: (signed: string, latest: string, now: string) =>
    `Signature not yet current: ${signed} is still later than ${latest} (${now} + 15 min.)`,
  /** [K] */
  missingAuthentication: 'Request is missing Authentication Token',
  /** [K] */
  unknownAction: (action: string, version: string) => `Could not find operation ${action} for version ${version}`,
  /** [K] */
  missingAction: 'Missing Action',
  /** [K] */
  notAnInteger: (name: string) => `The parameter ${name} is not an integer`,
} as const

export function notAuthorized(action: string, reason: string): AwsError {
  return new AwsError('AccessDenied', `Not authorized to perform ${action}`, reason)
}

export function invalidToken(message: string, reason?: string): AwsError {
  return new AwsError('InvalidIdentityToken', message, reason)
}

export function expiredToken(message: string, reason?: string): AwsError {
  return new AwsError('ExpiredTokenException', message, reason)
}

export function validationError(message: string): AwsError {
  return new AwsError('ValidationError', message)
}

/** For the trail and the log: the response repeats a mistyped MFA code, which may be close to the right one. */
export function withoutCodes(message: string): string {
  return message.replace(/Value '[^']*' at 'tokenCode'/g, "Value at 'tokenCode'")
}

/** The suffix of some of AWS's messages about SAML. */
function openIdDiscovery(text: string, code: string, requestId: string): string {
  return `${text} (Service: AWSOpenIdDiscoveryService; Status Code: 400; Error Code: ${code}; Request ID: ${requestId}; Proxy: null)`
}
