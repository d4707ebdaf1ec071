/** Whether AWS will accept the evidence, before it evaluates the role's trust policy (aws-facts B.5, C.4 to C.6). */
import {
  consoleDuration,
  samlAssertion,
  samlRedemptionSeconds,
  webIdentitySubject,
  webIdentityToken,
} from '../../aws/facts/limits.ts'
import { isAwsSamlAudience, partitionById } from '../../aws/facts/partitions.ts'
import { parseArn } from '../../core/arn.ts'
import { awsSamlAttributes, awsTokenClaims } from '../../core/aws-attributes.ts'
import { DAY_MS } from '../../core/duration.ts'
import { type CheckResult, failed, passed, unknown } from '../../core/verdict.ts'
import { namedProviders } from '../../iam/principals.ts'
import type { CommonCheck, PresentedAssertion, PresentedEvidence, PresentedToken, RoleCheck } from './facts.ts'

/** For OpenID AWS looks in the role's account. For SAML it documents the provider's owner, which may be another account (E.1). */
const providerIsInRolesAccount: RoleCheck = ({ evidence, role }) => {
  const { principal, kind } = evidence
  if (namedProviders.has(principal)) return passed(principal, 'known to IAM by name')
  const account = accountOf(principal)
  if (account === role.account) return passed(principal, 'the provider that vouches')
  return (kind === 'saml' ? unknown : failed)(
    `a provider of account ${role.account}`,
    principal,
    'the provider that vouches',
  )
}

const evidenceFits: CommonCheck = ({ evidence }) => {
  const { length } = evidence
  if (length === undefined) return undefined
  const { max } = sizeOf(evidence)
  const source = evidence.kind === 'saml' ? 'SAMLAssertion' : 'WebIdentityToken'
  return length <= max
    ? passed(`${length} characters`, source)
    : failed(`at most ${max} characters`, `${length}`, source)
}

const algorithmIsTaken = ofToken(({ algorithm }) => {
  if (algorithm === undefined) return undefined
  return /^[RE]S(256|384|512)$/.test(algorithm)
    ? passed(algorithm, 'alg')
    : failed('RS256, RS384, RS512, ES256, ES384 or ES512', algorithm, 'alg')
})

/** AWS looks up the key by its kid and tries no others (A.4, C.5). */
const keyIsNamed = ofToken(({ isKeyNamed = true }) =>
  isKeyNamed ? undefined : failed('the name of a published key', 'none', 'kid'),
)

const assertionIsReadable = ofSaml(({ isReadable }) =>
  isReadable
    ? undefined
    : failed('an Assertion, or stsDecrypts and our key in IAM', 'an EncryptedAssertion', 'EncryptedAssertion'),
)

const responseIsSuccess = ofSaml(({ unverified }) => {
  if (unverified?.status === undefined) return undefined
  const source = 'Response/Status/StatusCode'
  return unverified.status === 'Success' ? passed('Success', source) : failed('Success', unverified.status, source)
})

/** The Issuer of the Response is optional; whether AWS compares it is not confirmed. */
const issuerIsRegistered = ofSaml(({ unverified }) => {
  if (!unverified) return undefined
  const { issuer, responseIssuer, registeredIssuer } = unverified
  if (registeredIssuer === undefined)
    return unknown("the entityID of the provider's metadata, which cannot be read", issuer, 'Assertion/Issuer')
  if (issuer !== registeredIssuer) return failed(registeredIssuer, issuer || 'none', 'Assertion/Issuer')
  return responseIssuer === undefined || responseIssuer === registeredIssuer
    ? passed(issuer, 'Assertion/Issuer')
    : unknown(registeredIssuer, responseIssuer, 'Response/Issuer')
})

const hasOneConfirmation = ofSaml(({ confirmationCount: count, isConfirmed = true }) => {
  if (count === undefined) return undefined
  const source = 'Subject/SubjectConfirmation'
  if (count !== 1) return failed('one SubjectConfirmation', String(count), source)
  return isConfirmed
    ? passed('one', source)
    : failed('one of a bearer, with Recipient and NotOnOrAfter', 'one that is not so', source)
})

/** AWS's audience everywhere but in China and GovCloud, whose audiences are not confirmed (B.5). */
const USUAL_AUDIENCE = 'urn:amazon:webservices'

const audienceIsTaken: CommonCheck = ({ evidence }) =>
  evidence.kind === 'saml' ? assertionAudience(evidence) : tokenAudience(evidence)

/** How STS treats a subject longer than its response allows (C.6) is not documented. */
const subjectIsNamed: CommonCheck = ({ evidence }) => {
  const [subject, source] = evidence.kind === 'saml' ? [evidence.nameId?.value, 'NameID'] : [evidence.subject, 'sub']
  if (!subject) return failed('a subject', 'none', source)
  return evidence.kind === 'saml' || subject.length <= webIdentitySubject.max
    ? passed(subject, source)
    : unknown(`at most ${webIdentitySubject.max} characters`, `${subject.length}`, source)
}

/** AWS's limit for a token's age is not published; a day is the value usually quoted (A.4, Token too old). */
const USUAL_TOKEN_AGE_MS = DAY_MS

const evidenceIsCurrent: CommonCheck = ({ evidence, call: { now } }) => {
  const { kind, life, isKept } = evidence
  if (!life) return undefined
  const { issuedAt, expiresAt } = life
  const [source, limit] =
    kind === 'saml'
      ? ['Assertion/@IssueInstant', `redeemed within ${samlRedemptionSeconds / 60} minutes of its issue`]
      : ['exp', 'not expired']
  const found = `issued ${issuedAt.toISOString()}, taken until ${expiresAt.toISOString()}`
  if (expiresAt <= now)
    return isKept
      ? { ...passed(found, source), warning: 'too old for AWS by now, which does not count here' }
      : failed(limit, found, source)
  const doubt = evidence.kind === 'web-identity' ? (notYet(evidence, now) ?? tokenAge(issuedAt, now)) : undefined
  return doubt ?? passed(found, source)
}

/** AWS accepts integers only (C.6), where RFC 7519 allows fractions; that it requires both claims is not confirmed. */
const timesAreIntegers = ofToken(({ times, algorithm }) => {
  if (times === undefined) return undefined
  const absent = ['iat', 'exp'].filter((claim) => !times.has(claim)).join(' and ')
  // Claims without a token around them may have been written by hand.
  if (absent !== '')
    return algorithm === undefined
      ? { ...passed(`no ${absent}`, 'claims'), warning: `AWS refuses a token without ${absent}` }
      : unknown('iat and exp', `no ${absent}`, 'claims')
  const [name, value] = [...times].find(([, each]) => !Number.isSafeInteger(each)) ?? []
  return name === undefined
    ? passed([...times.keys()].join(', '), 'claims')
    : failed('a whole number of seconds', JSON.stringify(value), name)
})

/** If present, one number within AWS's limits (B.4). */
const assertedDurationIsLegal = ofSaml(({ durations = [] }) => {
  const [text = '', ...more] = durations
  if (durations.length === 0) return undefined
  const { min, max } = consoleDuration
  const isLegal = more.length === 0 && /^\d{1,6}$/.test(text) && Number(text) >= min && Number(text) <= max
  return isLegal
    ? passed(`${text} seconds`, awsSamlAttributes.sessionDuration)
    : failed(`one number from ${min} to ${max}`, JSON.stringify(durations), awsSamlAttributes.sessionDuration)
})

const roleIsInAssertion: RoleCheck = ({ evidence, role }) => {
  if (evidence.kind !== 'saml' || evidence.rolePairs === undefined) return undefined
  const { rolePairs, principal } = evidence
  const source = awsSamlAttributes.role
  const isThere = rolePairs.some((pair) => pair.role.arn === role.arn && pair.providerArn === principal)
  const pair = `${role.arn},${principal}`
  if (isThere) return passed(pair, source)
  const same = rolePairs.filter((each) => each.role.arn === role.arn)
  const found = same.map(({ providerArn }) => `that role with ${providerArn}`).join(', ') || 'no pair with that role'
  return failed(pair, found + misnamedRemark(evidence, source), source)
}

/** A token that names roles is refused for every other role, whatever the trust policy says (C.7). */
const roleIsNamedByToken: RoleCheck = ({ evidence, role }) => {
  if (evidence.kind !== 'web-identity' || evidence.authorizedRoles === undefined) return undefined
  const { authorizedRoles } = evidence
  return authorizedRoles.includes(role.arn)
    ? passed(role.arn, awsTokenClaims.roles)
    : failed(role.arn, authorizedRoles.join(', ') || 'no role', awsTokenClaims.roles)
}

/** Checked before the rest of the evidence. */
export const registrationChecks = { providerIsInRolesAccount } as const

/** In AWS's order (A.1). */
export const evidenceChecks = {
  evidenceFits,
  algorithmIsTaken,
  keyIsNamed,
  assertionIsReadable,
  responseIsSuccess,
  issuerIsRegistered,
  audienceIsTaken,
  hasOneConfirmation,
  evidenceIsCurrent,
  timesAreIntegers,
  subjectIsNamed,
  assertedDurationIsLegal,
} as const

export const pairChecks = { roleIsInAssertion, roleIsNamedByToken } as const

/** AWS compares the names of attributes byte for byte. */
export function misnamedRemark({ misnamed = [] }: Pick<PresentedAssertion, 'misnamed'>, name: string): string {
  const near = misnamed.find((each) => each.toLowerCase() === name.toLowerCase())
  return near === undefined ? '' : `; the attribute ${near} is not it: upper and lower case differ`
}

function accountOf(arn: string): string {
  return parseArn(arn)?.account ?? ''
}

function sizeOf({ kind }: PresentedEvidence) {
  return kind === 'saml' ? samlAssertion : webIdentityToken
}

/** A check of tokens only. */
function ofToken(check: (evidence: PresentedToken) => CheckResult | undefined): CommonCheck {
  return ({ evidence }) => (evidence.kind === 'web-identity' ? check(evidence) : undefined)
}

/** A check of SAML responses only. */
function ofSaml(check: (evidence: PresentedAssertion) => CheckResult | undefined): CommonCheck {
  return ({ evidence }) => (evidence.kind === 'saml' ? check(evidence) : undefined)
}

/** Every AudienceRestriction must be met. Core 2.5.1.4; whether AWS requires it too is not confirmed. */
function assertionAudience(evidence: PresentedAssertion): CheckResult | undefined {
  const { audiences, unverified } = evidence
  if (audiences === undefined) return undefined
  const result = audienceResult(audiences, evidence)
  const unmet = (unverified?.audienceRestrictions ?? []).find(
    (each) => audienceResult(each, evidence).outcome !== 'pass',
  )
  return result.outcome === 'pass' && unmet
    ? unknown('AWS among the audiences of every AudienceRestriction', unmet.join(', ') || 'none', 'AudienceRestriction')
    : result
}

/** AWS has been seen to accept the ACS URL as an Audience (B.5); when it does is not documented. */
function audienceResult(audiences: readonly string[], { recipient, principal }: PresentedAssertion): CheckResult {
  const found = audiences.join(', ') || 'none'
  const { partition = '' } = parseArn(principal) ?? {}
  if (audiences.some((audience) => isAwsSamlAudience(audience, partition))) return passed(found, 'Audience')
  const isRecipient = recipient !== undefined && audiences.includes(recipient)
  const mayBe = isRecipient || (partition !== 'aws' && audiences.includes(USUAL_AUDIENCE))
  return (mayBe ? unknown : failed)(partitionById(partition)?.audience ?? USUAL_AUDIENCE, found, 'Audience')
}

/** Where a token has an `azp`, AWS compares that: documented for Google, seen elsewhere, as in Entra's v2 tokens (C.4). */
function tokenAudience({ principal, audiences, statedAudiences, clientId }: PresentedToken): CheckResult {
  if (audiences.includes(clientId)) return passed(clientId, audiences === statedAudiences ? 'aud' : 'azp')
  const mayBe = statedAudiences.includes(clientId) && principal !== 'accounts.google.com'
  const expected = `${clientId}, as IAM's provider has it`
  const stated = statedAudiences.join(', ') || 'none'
  return audiences === statedAudiences
    ? failed(expected, stated, 'aud')
    : (mayBe ? unknown : failed)(
        expected,
        `${audiences.join(', ')} in azp, which AWS compares in place of aud (${stated})`,
        'azp',
      )
}

/** Whether AWS checks `nbf` is not confirmed (C.6). */
function notYet({ times }: PresentedToken, now: Date): CheckResult | undefined {
  const from = times?.get('nbf')
  const isLater = typeof from === 'number' && from * 1000 > now.getTime()
  return isLater ? unknown('a token that is valid already', `valid from ${from} seconds on`, 'nbf') : undefined
}

function tokenAge(issuedAt: Date, now: Date): CheckResult | undefined {
  return now.getTime() - issuedAt.getTime() > USUAL_TOKEN_AGE_MS
    ? unknown('a token of the last 24 hours', issuedAt.toISOString(), 'iat')
    : undefined
}
