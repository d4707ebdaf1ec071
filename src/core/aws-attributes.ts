/**
 * The names by which AWS recognizes the parts of a session in evidence (aws-facts B.4, C.7). AWS compares them byte for
 * byte. In core, as the identity provider of the demo sends them too.
 */

/** The prefix of AWS's own SAML attributes. */
export const AWS_SAML_ATTRIBUTES = 'https://aws.amazon.com/SAML/Attributes/'

export const awsSamlAttributes = {
  role: `${AWS_SAML_ATTRIBUTES}Role`,
  roleSessionName: `${AWS_SAML_ATTRIBUTES}RoleSessionName`,
  sessionDuration: `${AWS_SAML_ATTRIBUTES}SessionDuration`,
  sourceIdentity: `${AWS_SAML_ATTRIBUTES}SourceIdentity`,
  transitiveTagKeys: `${AWS_SAML_ATTRIBUTES}TransitiveTagKeys`,
  /** The tag's key follows. */
  principalTag: `${AWS_SAML_ATTRIBUTES}PrincipalTag:`,
} as const

/** The prefix of AWS's own claims. */
export const AWS_TOKEN_CLAIMS = 'https://aws.amazon.com/'

export const awsTokenClaims = {
  tags: `${AWS_TOKEN_CLAIMS}tags`,
  sourceIdentity: `${AWS_TOKEN_CLAIMS}source_identity`,
  /** The ARN of the only role that the token may be used for, or a list of them. */
  roles: `${AWS_TOKEN_CLAIMS}roles`,
} as const

/** One character that AWS accepts in a tag, as the source of a regular expression with the flag `u`. */
export const TAG_CHARACTER = '[\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]'

/** What AWS accepts in the values. Lengths are in characters, both ends included. In core for the configuration's rules. */
export const roleSessionName = { min: 2, max: 64, pattern: /^[A-Za-z0-9_+=,.@-]*$/ } as const
export const sourceIdentity = { min: 2, max: 64, pattern: /^[A-Za-z0-9_+=,.@-]*$/, reservedPrefix: 'aws:' } as const
export const sessionTag = {
  count: 50,
  key: { min: 1, max: 128, pattern: new RegExp(`^${TAG_CHARACTER}+$`, 'u') },
  value: { min: 0, max: 256, pattern: new RegExp(`^${TAG_CHARACTER}*$`, 'u') },
  reservedPrefix: 'aws:',
} as const
