/** Every check of a preflight by its name: what it requires, and what to change if it fails. */
export interface Fix {
  /** For the list of checks. */
  readonly meaning: string
  /** A sentence for the administrator who can change it. */
  readonly change: string
}

export const fixes = {
  roleTakesFederation: {
    meaning: 'the role does not belong to IAM Identity Center, whose roles are available only through Identity Center',
    change: 'Use a role of your own in that account.',
  },
  durationIsAllowed: {
    meaning: "the session is as long as AWS allows: 15 minutes to the role's maximum",
    change: "Ask for a shorter session, or raise the role's MaxSessionDuration in IAM and maxSessionDuration here.",
  },
  providerIsInRolesAccount: {
    meaning: 'the identity provider is registered in the account of the role',
    change: "Register the identity provider in the role's account, and use its ARN there.",
  },
  evidenceFits: {
    meaning: 'a response has at most 100,000 characters, a token at most 20,000',
    change: 'Have the identity provider send fewer roles, groups or attributes for this service.',
  },
  algorithmIsTaken: {
    meaning: 'a token is signed with RS256, RS384, RS512, ES256, ES384 or ES512',
    change: 'Have the provider sign with RS256, or set `evidence: reissued`.',
  },
  keyIsNamed: {
    meaning: 'a token names the key that signed it (`kid`)',
    change: 'Have the provider name its key in the header of its ID tokens (`kid`), or set `evidence: reissued`.',
  },
  assertionIsReadable: {
    meaning: "the provider's own assertion is not encrypted, or IAM has the key",
    change: 'Turn encryption off at the identity provider, or give IAM the key and set `stsDecrypts`.',
  },
  responseIsSuccess: {
    meaning: 'a response has the status Success',
    change: "Ask the identity provider's administrator why it refused the sign-in.",
  },
  issuerIsRegistered: {
    meaning:
      'the Issuer of an assertion is the entityID of the SAML provider in IAM; otherwise AWS answers "Issuer not present in specified provider"',
    change:
      "Use the SAML provider in IAM that has this issuer's metadata, or update its metadata: the entityID must match exactly.",
  },
  audienceIsTaken: {
    meaning: "the Audience of an assertion is AWS's; the audience of a token is a client ID registered in IAM",
    change:
      "Set the provider's `spEntityId` to urn:amazon:webservices; for a token, add its audience (or its `azp`, if it has one, as Entra's v2 tokens do) to the OpenID provider in IAM.",
  },
  hasOneConfirmation: {
    meaning: 'an assertion has exactly one SubjectConfirmation, with the bearer method, Recipient and NotOnOrAfter',
    change:
      'Have the identity provider send one SubjectConfirmation with the bearer method, Recipient and NotOnOrAfter.',
  },
  evidenceIsCurrent: {
    meaning: 'an assertion was issued in the last 5 minutes; a token has not expired and is not days old',
    change: 'Sign in again and use the role right away.',
  },
  timesAreIntegers: {
    meaning: 'a token has `iat` and `exp`, and they and `nbf` are whole numbers',
    change: 'Have the provider send whole seconds, or set `evidence: reissued`.',
  },
  subjectIsNamed: {
    meaning: 'the user has a NameID, or a `sub` of at most 255 characters',
    change: 'Have the identity provider send a NameID, or a shorter `sub`.',
  },
  assertedDurationIsLegal: {
    meaning: "the provider's SessionDuration attribute, if present, is a number from 900 to 43200",
    change: 'Have the identity provider send one SessionDuration of 900 to 43200 seconds, or none.',
  },
  roleIsInAssertion: {
    meaning: "the provider's Role attribute pairs this role with this SAML provider",
    change: 'Have the identity provider send that pair in its Role attribute.',
  },
  roleIsNamedByToken: {
    meaning: 'the token, if it limits the roles it may be used for, names this role',
    change: "Have the identity provider add the role's ARN to the claim https://aws.amazon.com/roles of the token.",
  },
  sessionNameIsLegal: {
    meaning: 'the session name has 2 to 64 characters, all of them ones that AWS accepts',
    change: 'Have the identity provider send a RoleSessionName that AWS accepts.',
  },
  sourceIdentityIsLegal: {
    meaning: 'the source identity, if one is configured, has a value of 2 to 64 characters that AWS accepts',
    change: 'Choose another template for `sourceIdentity`, or have the provider send the attributes it uses.',
  },
  sessionTagsAreLegal: {
    meaning:
      'there are at most 50 tags, AWS accepts their keys and values, and every transitive key is the key of a tag',
    change: 'Correct `sessionTags`, or the tags that the identity provider sends.',
  },
  trustPolicyIsKnown: {
    meaning: "the role's trust policy is known to the gateway",
    change: 'Set `trustPolicy` for the role under `roles` in the configuration.',
  },
  providerIsInPrincipal: {
    meaning: "the trust policy has a statement whose Principal is this sign-in's provider in IAM",
    change: "Set Principal.Federated to the provider's ARN.",
  },
  actionIsAllowed: {
    meaning: 'that statement allows the call',
    change: 'Add the action to that statement.',
  },
  conditionsHold: {
    meaning: 'all its conditions hold',
    change: 'Change the condition, or the value that fills the key.',
  },
  noStatementDenies: {
    meaning: 'no Deny of the trust policy applies',
    change: 'Remove or narrow the Deny.',
  },
  recipientIsTaken: {
    meaning: 'the Recipient of an assertion is an AWS sign-in URL, or `saml:aud` in the trust policy names it',
    change: 'Set SAML:aud in the trust policy to the Recipient.',
  },
  tagsArePermitted: {
    meaning: 'if the session has tags, the trust policy allows sts:TagSession to the same provider',
    change: 'Allow sts:TagSession to the same provider in the trust policy.',
  },
  sourceIdentityIsPermitted: {
    meaning: 'if the session has a source identity, the trust policy allows sts:SetSourceIdentity to the same provider',
    change: 'Allow sts:SetSourceIdentity to the same provider in the trust policy.',
  },
  sessionTagsFit: {
    meaning: 'the tags are estimated to fit into the size that AWS allows',
    change: 'Send fewer or shorter session tags.',
  },
} as const satisfies Readonly<Record<string, Fix>>

export type PreflightCheckName = keyof typeof fixes
