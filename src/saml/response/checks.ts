import type { KeyObject } from 'node:crypto'
import { type Check, type CheckResult, failed, passed } from '../../core/verdict.ts'
import type { SamlErrorCode } from '../errors.ts'
import type { IdpMetadata } from '../metadata.ts'
import { addSeconds, showTime } from '../times.ts'
import type { AssertionContent, Authentication, Confirmation } from './assertion.ts'

/** What a response must contain to be accepted. */
export interface ExpectedResponse {
  readonly idp: Pick<IdpMetadata, 'entityId' | 'signingCertificates'>
  readonly spEntityId: string
  readonly acsUrl: string
  /** The ID of this login's pending request; undefined: there is none, so no response can answer it. */
  readonly inResponseTo: string | undefined
  /** Whether it may be unsolicited (IdP-initiated). Absent: it may not. Such a response names no request anywhere. */
  readonly allowsUnsolicited?: boolean
  /** The accepted clock difference: 60 to 180 is usual. */
  readonly clockSkewSeconds: number
  /** From IssueInstant, even if the assertion states a later end. */
  readonly maxAssertionAgeSeconds: number
  /**
   * Since when used assertions are remembered, where the memory does not outlive the process: an older unsolicited one
   * may have been used before. undefined: they are remembered permanently, or replay does not matter.
   */
  readonly remembersSince: Date | undefined
  /** The context classes that satisfy the request, one of which the response must name. Empty: any is accepted. */
  readonly authnContext: readonly string[]
  /** Decrypt encrypted assertions; all are tried. Absent or empty: none is accepted. */
  readonly decryptionKeys?: readonly KeyObject[]
  /** Whether AES-CBC is accepted in a Response that is not signed itself. Absent: it is not. */
  readonly acceptCbcWithoutSignedResponse?: boolean
  /** Whether a plain assertion is refused. */
  readonly wantAssertionsEncrypted?: boolean
  /** What must be signed at least. Every signature that is present must verify anyway. */
  readonly signature: 'any' | 'assertion' | 'response' | 'both'
  /** `nameId`, or the name of the attribute that identifies the user. */
  readonly subject: string
  /**
   * What in place of groups shows that they are not listed: an attribute, or one of its values. Absent or empty: groups
   * are not used, or nothing is known of the product.
   */
  readonly unlistedGroups?: readonly { readonly attribute: string; readonly value?: RegExp }[]
  /** Whether the gateway reads the attribute of that Name or FriendlyName. Absent: any may be read. */
  readonly readsAttribute?: (name: string) => boolean
}

/**
 * The response around a signed assertion: facts if it is signed itself, else unverified values that can only lead to a
 * refusal.
 */
export interface ResponseHints {
  readonly isSigned: boolean
  /** The assertion came encrypted. */
  readonly isEncrypted: boolean
  readonly issuer: string | undefined
  readonly destination: string | undefined
  readonly inResponseTo: string | undefined
}

/** The subject of the checks. */
export interface AssertionToCheck {
  readonly response: ResponseHints
  readonly assertion: AssertionContent
  /** The bearer confirmation that the login uses. */
  readonly confirmation: Confirmation | undefined
}

export interface ExpectedNow extends ExpectedResponse {
  readonly now: Date
}

type AssertionCheck = Check<AssertionToCheck, ExpectedNow>

const NOTHING = 'nothing'
const LONGEST = 200

/** The Response names the requested provider; the Issuer may be absent where it is unsigned and unencrypted. Profiles 4.1.4.2 */
const responseIssuerIsTheIdp: AssertionCheck = ({ response }, { idp }) =>
  response.issuer === undefined && !response.isSigned && !response.isEncrypted
    ? passed()
    : mustEqual(idp.entityId, response.issuer, 'Response/Issuer')

/** Bindings 3.5.5.2: a signed response must have a Destination. */
const destinationIsOurAcs: AssertionCheck = ({ response }, { acsUrl }) =>
  response.destination === undefined && !response.isSigned
    ? passed()
    : mustEqual(acsUrl, response.destination, 'Response/@Destination')

/** Core 2.3.3 */
const issuerIsTheIdp: AssertionCheck = ({ assertion }, { idp }) =>
  mustEqual(idp.entityId, assertion.issuer, 'Assertion/Issuer')

/** Without Conditions an assertion would be valid for everyone at any time. Core 2.5 */
const hasConditions: AssertionCheck = ({ assertion }) =>
  assertion.conditions ? passed() : mismatch('Conditions', undefined, 'Assertion/Conditions')

/** Core 2.5.1: with a condition that is not understood, the assertion's validity is unknown. */
const conditionsAreUnderstood: AssertionCheck = ({ assertion }) =>
  assertion.conditions && assertion.conditions.unknown.length > 0
    ? mismatch('conditions of SAML 2.0', assertion.conditions.unknown.join(', '), 'Assertion/Conditions')
    : passed()

/** Profiles 4.1.4.2 */
const hasAudience: AssertionCheck = ({ assertion }) =>
  (assertion.conditions?.audienceRestrictions ?? []).length > 0
    ? passed()
    : mismatch('an AudienceRestriction', undefined, 'Conditions/AudienceRestriction')

/** Every restriction must name us, exactly: a trailing slash is another service. Core 2.5.1.4 */
const audienceIsUs: AssertionCheck = ({ assertion }, { spEntityId }) => {
  const restrictions = assertion.conditions?.audienceRestrictions ?? []
  const another = restrictions.find((audiences) => !audiences.includes(spEntityId))
  if (!another && restrictions.length > 0) return passed()
  return mismatch(spEntityId, another?.join(', '), 'AudienceRestriction/Audience')
}

/** NameID, or the attribute that replaces it: exactly one value that is not blank. */
const hasSubject: AssertionCheck = ({ assertion }, { subject }) =>
  subjectOf(assertion, subject) !== undefined
    ? passed()
    : mismatch(
        'one value that is not blank',
        undefined,
        subject === 'nameId' ? 'Subject/NameID' : `Attribute ${subject}`,
      )

/** Profiles 4.1.4.2: at least one bearer confirmation, with its data. */
const hasBearerConfirmation: AssertionCheck = ({ confirmation }) =>
  confirmation ? passed() : mismatch('a bearer SubjectConfirmation', undefined, 'Subject/SubjectConfirmation')

/** The bearer was sent to us. Profiles 4.1.4.2 */
const recipientIsOurAcs: AssertionCheck = ({ confirmation }, { acsUrl }) =>
  mustEqual(acsUrl, confirmation?.recipient, 'SubjectConfirmationData/@Recipient')

/** Elements are refused in attributes that are read as text; unread attributes may contain anything. security-requirements 1.5, 4.7 */
const attributesInUseAreText: AssertionCheck = ({ assertion }, { readsAttribute = () => true }) => {
  const name = [...assertion.unreadableAttributes].find(readsAttribute)
  return name === undefined ? passed() : mismatch('text', 'text with elements in it', `Attribute ${name}`)
}

/** A link, or all groups in one value: rules would match none of them, and nothing would say why. */
const groupsAreListed: AssertionCheck = ({ assertion: { attributes } }, { unlistedGroups = [] }) => {
  const sign = unlistedGroups.find(({ attribute, value }) =>
    attributes.get(attribute)?.some((text) => value?.test(text) ?? true),
  )
  return sign === undefined
    ? passed()
    : mismatch('each group as a value', attributes.get(sign.attribute)?.join(', '), `Attribute ${sign.attribute}`)
}

/** Without InResponseTo the response is unsolicited. Profiles 4.1.5 */
const isSolicited: AssertionCheck = (checked, expected) =>
  checked.confirmation?.inResponseTo !== undefined || mayBeUnsolicited(checked, expected)
    ? passed()
    : mismatch('the ID of a request', undefined, 'SubjectConfirmationData/@InResponseTo')

/** The login that RelayState names is pending. */
const requestIsKnown: AssertionCheck = (checked, expected) =>
  expected.inResponseTo !== undefined || mayBeUnsolicited(checked, expected)
    ? passed()
    : mismatch('a pending login', undefined, 'RelayState')

/** The Response has the same InResponseTo as its assertion, signed or not. Core 3.2.2 */
const responseAnswersOurRequest: AssertionCheck = ({ response }, { inResponseTo }) =>
  response.inResponseTo === inResponseTo
    ? passed()
    : mismatch(inResponseTo ?? NOTHING, response.inResponseTo, 'Response/@InResponseTo')

/** Profiles 4.1.4.3 */
const answersOurRequest: AssertionCheck = (checked, expected) => {
  const { inResponseTo } = expected
  const found = checked.confirmation?.inResponseTo
  return (inResponseTo !== undefined && found === inResponseTo) || mayBeUnsolicited(checked, expected)
    ? passed()
    : mismatch(inResponseTo ?? NOTHING, found, 'SubjectConfirmationData/@InResponseTo')
}

/** A bearer assertion must have an end. Profiles 4.1.4.2 */
const confirmationHasNotExpired: AssertionCheck = ({ confirmation }, expected) =>
  confirmation?.notOnOrAfter
    ? mustNotBePast(confirmation.notOnOrAfter, expected, 'SubjectConfirmationData/@NotOnOrAfter')
    : mismatch('an end', undefined, 'SubjectConfirmationData/@NotOnOrAfter')

const confirmationHasBegun: AssertionCheck = ({ confirmation }, expected) =>
  mustNotBeFuture(confirmation?.notBefore, expected, 'SubjectConfirmationData/@NotBefore')

/** Core 2.5.1.2 */
const hasNotExpired: AssertionCheck = ({ assertion }, expected) =>
  mustNotBePast(assertion.conditions?.notOnOrAfter, expected, 'Conditions/@NotOnOrAfter')

const hasBegun: AssertionCheck = ({ assertion }, expected) =>
  mustNotBeFuture(assertion.conditions?.notBefore, expected, 'Conditions/@NotBefore')

/** The issuer's clock is not ahead of ours by more than the accepted difference. Core 2.3.3 */
const isIssued: AssertionCheck = ({ assertion }, expected) =>
  mustNotBeFuture(assertion.issueInstant, expected, 'Assertion/@IssueInstant')

/** A response arrives within seconds: an older one was stored somewhere. security-requirements 10.4 */
const isRecent: AssertionCheck = ({ assertion: { issueInstant } }, expected) => {
  const oldest = addSeconds(expected.now, -expected.maxAssertionAgeSeconds)
  return isPast(addSeconds(issueInstant, expected.maxAssertionAgeSeconds), expected)
    ? mismatch(`after ${showTime(oldest)}`, showTime(issueInstant), 'Assertion/@IssueInstant')
    : passed()
}

/**
 * A solicited response is consumed with its request. An unsolicited one is recognised by its ID alone: one that was
 * issued before IDs were remembered may have been used, and is refused. Clock skew is not added: with it, IdP-initiated
 * sign-in would fail for a minute after each start; without it, an identity provider whose clock is ahead of ours leaves
 * a gap of as many seconds. security-requirements 10.4
 */
const replayIsRemembered: AssertionCheck = (checked, expected) => {
  const { remembersSince } = expected
  if (remembersSince === undefined || !mayBeUnsolicited(checked, expected)) return passed()
  const { issueInstant } = checked.assertion
  return issueInstant < remembersSince
    ? mismatch(`from ${showTime(remembersSince)} on`, showTime(issueInstant), 'Assertion/@IssueInstant')
    : passed()
}

/** Profiles 4.1.4.2: the user authenticated; attributes alone are not a sign-in. */
const hasAuthnStatement: AssertionCheck = ({ assertion }) =>
  assertion.authentications.length > 0 ? passed() : mismatch('an AuthnStatement', undefined, 'Assertion/AuthnStatement')

/** One of the classes that satisfy the request, by its URI. Core 3.3.2.2.1 */
const contextIsAsAsked: AssertionCheck = ({ assertion }, expected) =>
  expected.authnContext.length === 0 || authenticationOf(assertion, expected)
    ? passed()
    : mismatch(
        expected.authnContext.join(' or '),
        assertion.authentications.map(({ contextClassRef }) => contextClassRef ?? NOTHING).join(', ') || undefined,
        'AuthnStatement/AuthnContext/AuthnContextClassRef',
      )

/** Core 2.7.2 */
const idpSessionIsOpen: AssertionCheck = ({ assertion }, expected) => {
  const ended = assertion.authentications.find(
    ({ sessionNotOnOrAfter }) => sessionNotOnOrAfter && isPast(sessionNotOnOrAfter, expected),
  )
  return mustNotBePast(ended?.sessionNotOnOrAfter, expected, 'AuthnStatement/@SessionNotOnOrAfter')
}

/** Every check of a response after its signature, in the order in which a failure is reported. */
export const assertionChecks = {
  responseIssuerIsTheIdp,
  issuerIsTheIdp,
  destinationIsOurAcs,
  hasConditions,
  conditionsAreUnderstood,
  hasAudience,
  audienceIsUs,
  hasSubject,
  attributesInUseAreText,
  groupsAreListed,
  hasBearerConfirmation,
  recipientIsOurAcs,
  isSolicited,
  requestIsKnown,
  responseAnswersOurRequest,
  answersOurRequest,
  confirmationHasNotExpired,
  confirmationHasBegun,
  hasNotExpired,
  hasBegun,
  isIssued,
  isRecent,
  replayIsRemembered,
  hasAuthnStatement,
  contextIsAsAsked,
  idpSessionIsOpen,
} as const satisfies Record<string, AssertionCheck>

export type AssertionCheckName = keyof typeof assertionChecks

/** The error code of each check. */
export const checkCodes: Readonly<Record<AssertionCheckName, SamlErrorCode>> = {
  responseIssuerIsTheIdp: 'saml.response_issuer_mismatch',
  issuerIsTheIdp: 'saml.issuer_mismatch',
  destinationIsOurAcs: 'saml.destination_mismatch',
  hasConditions: 'saml.conditions_missing',
  conditionsAreUnderstood: 'saml.condition_unknown',
  hasAudience: 'saml.audience_missing',
  audienceIsUs: 'saml.audience_mismatch',
  hasSubject: 'saml.subject_missing',
  attributesInUseAreText: 'saml.text_expected',
  groupsAreListed: 'saml.groups_unlisted',
  hasBearerConfirmation: 'saml.confirmation_missing',
  recipientIsOurAcs: 'saml.recipient_mismatch',
  isSolicited: 'saml.unsolicited',
  requestIsKnown: 'saml.request_unknown',
  responseAnswersOurRequest: 'saml.response_request_mismatch',
  answersOurRequest: 'saml.in_response_to_mismatch',
  confirmationHasNotExpired: 'saml.confirmation_expired',
  confirmationHasBegun: 'saml.confirmation_not_yet_valid',
  hasNotExpired: 'saml.expired',
  hasBegun: 'saml.not_yet_valid',
  isIssued: 'saml.assertion_from_future',
  isRecent: 'saml.assertion_too_old',
  replayIsRemembered: 'saml.assertion_before_start',
  hasAuthnStatement: 'saml.authn_statement_missing',
  contextIsAsAsked: 'saml.authn_context_mismatch',
  idpSessionIsOpen: 'saml.idp_session_ended',
}

/** A login needs one confirmation that satisfies all of these by itself: parts of several do not add up. */
const confirmationChecks: readonly AssertionCheck[] = [
  recipientIsOurAcs,
  isSolicited,
  answersOurRequest,
  confirmationHasNotExpired,
  confirmationHasBegun,
]

/** The user that the assertion identifies; undefined: none, or several. */
export function subjectOf({ nameId, attributes }: AssertionContent, subject: string): string | undefined {
  const values = subject === 'nameId' ? (nameId ? [nameId.value] : []) : (attributes.get(subject) ?? [])
  const [only, another] = values
  return only !== undefined && another === undefined && /\S/.test(only) ? only : undefined
}

/**
 * The statement that the login uses: the first of a requested class, where classes were requested, so class and time
 * belong to the same sign-in. undefined: there is none.
 */
export function authenticationOf(
  { authentications }: Pick<AssertionContent, 'authentications'>,
  { authnContext }: Pick<ExpectedResponse, 'authnContext'>,
): Authentication | undefined {
  return authnContext.length === 0
    ? authentications[0]
    : authentications.find(({ contextClassRef = '' }) => authnContext.includes(contextClassRef))
}

/** The bearer confirmation that passes, else the one with the fewest failures, so the verdict names what is wrong with it. */
export function confirmationToCheck(
  opened: Omit<AssertionToCheck, 'confirmation'>,
  expected: ExpectedNow,
): Confirmation | undefined {
  const failures = (confirmation: Confirmation): number =>
    confirmationChecks.filter((check) => check({ ...opened, confirmation }, expected).outcome !== 'pass').length
  const { confirmations } = opened.assertion
  return confirmations.length > 1 ? confirmations.toSorted((a, b) => failures(a) - failures(b))[0] : confirmations[0]
}

function mustEqual(expected: string, found: string | undefined, source: string): CheckResult {
  return found === expected ? passed() : mismatch(expected, found, source)
}

function mismatch(expected: string, found: string | undefined, source: string): CheckResult {
  return failed(expected, found === undefined ? NOTHING : found.slice(0, LONGEST), source)
}

/** Where it is allowed: no login is pending, and nothing in the response names a request. Profiles 4.1.5 */
function mayBeUnsolicited({ response, assertion }: AssertionToCheck, expected: ExpectedNow): boolean {
  return (
    expected.allowsUnsolicited === true &&
    expected.inResponseTo === undefined &&
    response.inResponseTo === undefined &&
    assertion.confirmations.every(({ inResponseTo }) => inResponseTo === undefined)
  )
}

function mustNotBePast(limit: Date | undefined, expected: ExpectedNow, source: string): CheckResult {
  return limit && isPast(limit, expected)
    ? mismatch(`after ${showTime(expected.now)}`, showTime(limit), source)
    : passed()
}

function isPast(limit: Date, { now, clockSkewSeconds }: ExpectedNow): boolean {
  return now.getTime() - clockSkewSeconds * 1000 >= limit.getTime()
}

function mustNotBeFuture(start: Date | undefined, expected: ExpectedNow, source: string): CheckResult {
  return start && isFuture(start, expected)
    ? mismatch(`before ${showTime(expected.now)}`, showTime(start), source)
    : passed()
}

function isFuture(start: Date, { now, clockSkewSeconds }: ExpectedNow): boolean {
  return now.getTime() + clockSkewSeconds * 1000 < start.getTime()
}
