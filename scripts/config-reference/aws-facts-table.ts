// biome-ignore-all lint/suspicious/noTemplateCurlyInString: policy variables look so.
/**
 * What is known of AWS beside the calls of STS themselves (section A, in test/local-aws/facts.ts): one line for each
 * fact, by section. Code and tests cite a section as `aws-facts B.4`; a test resolves every citation to a heading of
 * docs/aws-facts.md, which is generated from this table.
 */

/** What a fact rests on: AWS's service models, its documentation, an answer that was recorded, or nothing of these. */
export type FactSource = 'model' | 'documented' | 'recorded' | 'unconfirmed'

export interface FactSection {
  readonly title: string
  readonly facts: readonly (readonly [says: string, source: FactSource])[]
}

export const factSections: Readonly<Record<string, FactSection>> = {
  'B.1': {
    title: 'Condition keys of a SAML sign-in',
    facts: [
      ['`saml:iss` is the text of the Assertion’s Issuer', 'documented'],
      ['`saml:aud` is the Recipient of SubjectConfirmationData, not the Audience', 'documented'],
      ['`saml:sub` is the NameID, `saml:sub_type` its Format (B.3), `saml:namequalifier` a hash (B.2)', 'documented'],
      ['`saml:doc` is the account and friendly name of the SAML provider in IAM: `111122223333/corp`', 'documented'],
      [
        'Further `saml:*` keys come from eduPerson, eduOrg, Active Directory and X.500 attributes by Name',
        'documented',
      ],
      ['Only `saml:namequalifier`, `saml:sub` and `saml:sub_type` remain available after the first call', 'documented'],
      ['An attribute’s Name is compared with its case; the name of a condition key without', 'documented'],
      ['X.500 attributes are read with and without `urn:oid:`, by the printed and the correct OID', 'unconfirmed'],
      ['Of two attributes that feed one key AWS maps one, and does not say which', 'documented'],
    ],
  },
  'B.2': {
    title: 'NameQualifier',
    facts: [
      ['Base64 of SHA-1 over the Issuer, the account, `/` and the name of the SAML provider, in this order', 'model'],
      ['There is no slash between Issuer and account, although one page of the documentation has one', 'model'],
    ],
  },
  'B.3': {
    title: 'Format and sub_type',
    facts: [
      ['The prefix `urn:oasis:names:tc:SAML:2.0:nameid-format:` is removed; any other Format is kept whole', 'model'],
      ['A NameID without Format has the SAML 1.1 value for unspecified', 'unconfirmed'],
    ],
  },
  'B.4': {
    title: 'Attributes of AWS',
    facts: [
      ['Their Names begin `https://aws.amazon.com/SAML/Attributes/` and are case-sensitive', 'documented'],
      ['`Role`: pairs of a role ARN and a SAML provider ARN, separated by a comma, in either order', 'unconfirmed'],
      ['`RoleSessionName`: one value of 2 to 64 characters of `[\\w+=,.@-]`', 'documented'],
      ['`SessionDuration`: one integer of 900 to 43200; in an API call it can only shorten the session', 'documented'],
      ['`PrincipalTag:KEY`: one attribute for each tag, with one value', 'documented'],
      ['`TransitiveTagKeys`: any number of values', 'documented'],
      ['`SourceIdentity`: one value of 2 to 64 characters that does not begin `aws:`', 'documented'],
      ['`AuthnStatement/@SessionNotOnOrAfter` limits the session too', 'model'],
    ],
  },
  'B.5': {
    title: 'What a SAML response must satisfy',
    facts: [
      ['Exactly one SubjectConfirmation, whose data has Recipient and NotOnOrAfter', 'documented'],
      ['Recipient is the partition’s sign-in address, global or regional', 'documented'],
      ['Audience is `urn:amazon:webservices` in the commercial partition', 'documented'],
      [
        'Audience is `urn:amazon:webservices:cn-north-1` in China, `urn:amazon:webservices:govcloud` in GovCloud',
        'unconfirmed',
      ],
      ['It must be redeemed within 5 minutes of its issue', 'recorded'],
      ['The 5 minutes start at the Assertion’s IssueInstant', 'unconfirmed'],
      ['Issuer equals the entityID of the provider’s metadata', 'documented'],
      ['A signature by a key of the metadata on the Response or on the Assertion is enough', 'unconfirmed'],
      ['At most 100,000 characters of base64', 'model'],
      ['A NameID is required', 'documented'],
      ['One response can be redeemed for several roles within the window', 'recorded'],
      ['InResponseTo is not checked', 'unconfirmed'],
      ['A provider in IAM can hold up to two decryption keys and require encryption', 'model'],
      ['In the answer, Audience is the Recipient and Subject the NameID', 'model'],
    ],
  },
  'C.1': {
    title: 'Condition keys of a web identity',
    facts: [
      ['Keys begin with the issuer without `https://`, with its path', 'documented'],
      ['A slash at the issuer’s end is not part of the key', 'unconfirmed'],
      ['An issuer without a list of its own has `amr`, `aud`, `email`, `oaud` and `sub`', 'documented'],
      ['`<issuer>:azp`, which AWS’s page listed until 2023', 'unconfirmed'],
      ['`<issuer>:aud` is azp where the token has one, else aud; `oaud` is always aud', 'documented'],
      [
        '`cognito-identity.amazonaws.com:amr` is a list: `unauthenticated`, or `authenticated` and the provider',
        'documented',
      ],
      [
        '`www.amazon.com` has `app_id`, and `user_id` and `sub`, which are the same; `graph.facebook.com` has `app_id` and `id`',
        'documented',
      ],
      ['Only aud, sub, amr and the id keys remain available after the first call', 'documented'],
    ],
  },
  'C.2': {
    title: 'Claims of particular issuers',
    facts: [
      [
        'Since 2026 STS reads further claims of GitHub (also in ghe.com, of enterprises and below a path), GitLab.com, Buildkite, CircleCI, Oracle Cloud and Google: those in the table of condition keys, as in the Service Authorization Reference',
        'documented',
      ],
      ['They hold one value, and are available in trust policies only', 'documented'],
      ['Which claim of Google has the number of the organization', 'unconfirmed'],
      ['Other claims of a generic issuer give no key', 'documented'],
    ],
  },
  'C.3': {
    title: 'Shared issuers',
    facts: [
      [
        'For issuers that anyone can get a token from, IAM refuses a trust policy that does not test the required claim',
        'documented',
      ],
      ['Roles that exist are not affected until their policy is changed', 'documented'],
    ],
  },
  'C.4': {
    title: 'Audience of a token',
    facts: [
      ['azp takes the place of aud where the token has one', 'documented'],
      ['The same for other issuers, as Entra’s tokens of version 2 show', 'recorded'],
      ['It must be in the client id list of the provider in IAM, with its case', 'documented'],
      ['Of several audiences any may match', 'unconfirmed'],
    ],
  },
  'C.5': {
    title: 'OpenID providers in IAM',
    facts: [
      ['Looked up by issuer in the role’s account', 'documented'],
      ['The URL has https, no port and no query, at most 255 characters', 'model'],
      ['The discovered issuer equals iss, and keys come from jwks_uri', 'documented'],
      ['Thumbprints count only where no trusted authority signed the certificate', 'documented'],
      ['More than 100 keys of a type make tokens of that type invalid', 'unconfirmed'],
    ],
  },
  'C.6': {
    title: 'Token rules',
    facts: [
      ['RS256, RS384, RS512, ES256, ES384, ES512 and no other algorithm', 'model'],
      ['iss, aud, sub, iat and exp are required', 'unconfirmed'],
      ['Times are integers', 'model'],
      ['sub has 6 to 255 characters in the answer', 'model'],
    ],
  },
  'C.7': {
    title: 'Tags and source identity in a token',
    facts: [
      [
        '`https://aws.amazon.com/tags` holds `principal_tags` with arrays of one value, and `transitive_tag_keys`',
        'documented',
      ],
      ['A flattened form exists: `https://aws.amazon.com/tags/principal_tags/KEY`', 'documented'],
      ['Which form wins where both are present', 'unconfirmed'],
      ['`https://aws.amazon.com/source_identity` is the source identity', 'documented'],
      [
        '`https://aws.amazon.com/roles` is a role ARN or a list of them: STS refuses the token for every other role, before the trust policy',
        'recorded',
      ],
      ['`sts:RoleAuthorizedByIdp` is true where that claim names the role', 'documented'],
      ['`sts:RoleAuthorizedByIdp` is false without that claim', 'unconfirmed'],
    ],
  },
  'C.8': {
    title: 'OAuth 2.0 access tokens',
    facts: [
      ['ProviderId is `www.amazon.com` or `graph.facebook.com`, and absent for OpenID providers', 'model'],
      ['STS asks the provider: a refusal is IDPRejectedClaim, no answer IDPCommunicationError', 'model'],
    ],
  },
  'C.9': {
    title: 'Answer of AssumeRoleWithWebIdentity',
    facts: [
      ['SubjectFromWebIdentityToken is sub, Audience is the value of C.4', 'model'],
      ['Provider is the ARN for providers in IAM', 'unconfirmed'],
    ],
  },
  'D.1': {
    title: 'Limits of session tags',
    facts: [
      ['50 tags; keys of 1 to 128, values of 0 to 256 characters; letters, digits, spaces and `_.:/=+-@`', 'model'],
      ['Keys are unique without their case and keep it; `aws:` is reserved', 'documented'],
      ['Session policies have at most 2,048 characters in all', 'documented'],
    ],
  },
  'D.2': {
    title: 'Tags and chaining',
    facts: [
      ['Transitive tags go into every later AssumeRole session, others do not', 'documented'],
      ['Passing a key that is already transitive is an error', 'recorded'],
      ['A source identity cannot change; sending the same again is allowed', 'documented'],
    ],
  },
  'D.3': {
    title: 'Permissions of a session',
    facts: [
      ['Any tag needs `sts:TagSession` in the trust policy, for the same principal', 'documented'],
      ['Inherited transitive tags need it as well', 'recorded'],
      ['A source identity needs `sts:SetSourceIdentity`', 'documented'],
      ['Each is decided as an action of its own', 'documented'],
    ],
  },
  'D.4': {
    title: 'Packed size',
    facts: [
      ['Tags, policies and ARNs share a packed limit; above 100 percent the call fails', 'model'],
      ['The algorithm', 'unconfirmed'],
      ['Nine tags of 250 characters measured 498 percent', 'recorded'],
    ],
  },
  'D.5': {
    title: 'Keys of the call',
    facts: [
      [
        '`aws:RequestTag/KEY`, `aws:TagKeys`, `sts:TransitiveTagKeys`, `sts:RoleSessionName`, `sts:SourceIdentity`',
        'documented',
      ],
      ['`aws:ResourceTag/KEY` and `iam:ResourceTag/KEY` are the role’s tags', 'documented'],
      ['`aws:PrincipalTag/KEY` only where the caller is a session itself', 'unconfirmed'],
      ['`sts:DurationSeconds` only for bearer tokens', 'documented'],
      ['For an unsigned call `aws:PrincipalType` and `aws:PrincipalAccount` say anonymous', 'documented'],
      [
        '`aws:SourceIp`, `aws:SecureTransport`, `aws:CurrentTime`, `aws:UserAgent`, `aws:RequestedRegion` always',
        'documented',
      ],
    ],
  },
  'D.6': {
    title: 'Policy variables',
    facts: [
      ['`${key}` in Resource after the fifth colon, and in String, Arn and Bool conditions', 'documented'],
      ['Only with Version 2012-10-17', 'documented'],
      [
        'Without a value and a default, the variable is null: nothing equals it, and negated operators match',
        'documented',
      ],
      ['`${key, ’default’}` gives a default; `${*}`, `${?}` and `${$}` are the characters', 'documented'],
    ],
  },
  'E.1': {
    title: 'Principals of a trust policy',
    facts: [
      ['`Federated` names a provider’s ARN or one of four providers by host; no partial wildcards', 'documented'],
      ['`*` includes anonymous callers, and so federated ones', 'unconfirmed'],
      ['A deleted principal is shown by its unique id, and matches nobody', 'documented'],
      ['A provider of another account', 'unconfirmed'],
    ],
  },
  'E.2': {
    title: 'Decision',
    facts: [
      ['An applicable Deny denies; else an applicable Allow allows; else it is denied', 'documented'],
      ['AssumeRoleWith…, TagSession and SetSourceIdentity must each be allowed', 'documented'],
    ],
  },
  'E.3': {
    title: 'Conditions',
    facts: [
      ['Operators and keys are combined by AND, values of one key by OR, of a negated operator by NOR', 'documented'],
    ],
  },
  'E.4': {
    title: 'Operators',
    facts: [
      ['An absent key: positive operators do not match, negated ones do', 'documented'],
      ['`…IfExists` matches an absent key', 'documented'],
      ['`ForAnyValue:…IfExists` with an absent key', 'unconfirmed'],
      ['`ForAllValues` matches an absent key, `ForAnyValue` does not', 'documented'],
      ['A key with several values under an operator without a set prefix', 'unconfirmed'],
      ['Arn operators compare six parts; `*` does not cross a colon before the sixth', 'documented'],
      ['Names of keys are compared without their case', 'documented'],
    ],
  },
  'E.6': {
    title: 'What IAM refuses as a trust policy',
    facts: [
      ['Malformed JSON, a Resource element, NotPrincipal with Allow, actions other than those of STS', 'recorded'],
      ['A policy above 2,048 characters, or 4,096 with a raised quota', 'documented'],
    ],
  },
  'F.1': {
    title: 'Endpoints',
    facts: [
      ['`sts.REGION.SUFFIX` of the partition; FIPS and dual-stack forms', 'model'],
      ['`sts.amazonaws.com` signs for us-east-1', 'model'],
    ],
  },
  'F.2': {
    title: 'Global and regional endpoints',
    facts: [
      [
        'Tokens of the global endpoint are valid in default regions only, unless the account says otherwise',
        'documented',
      ],
      ['Default regions can be deactivated, opt-in regions cannot: RegionDisabledException', 'documented'],
    ],
  },
  'F.3': {
    title: 'CloudTrail, success',
    facts: [
      [
        'SAML: userIdentity SAMLUser with NameQualifier and subject; the assertion’s ID but not the assertion',
        'documented',
      ],
      ['Web identity: WebIdentityUser with provider, audience and subject', 'documented'],
      ['The session token is logged, the secret access key never', 'documented'],
    ],
  },
  'F.4': {
    title: 'CloudTrail, failure',
    facts: [
      ['errorCode is the exception’s name, errorMessage the text of the answer', 'recorded'],
      ['A denied web identity says `An unknown error occurred`', 'recorded'],
    ],
  },
  G: {
    title: 'Console sign-in',
    facts: [
      [
        'getSigninToken turns credentials into a token; login with it and a Destination opens the console',
        'documented',
      ],
      ['The link is valid for 15 minutes', 'documented'],
      ['SessionDuration is 900 to 43200 and must be left out for chained and federated-user credentials', 'documented'],
      ['One session for each browser, up to five with multi-session support', 'documented'],
    ],
  },
}
