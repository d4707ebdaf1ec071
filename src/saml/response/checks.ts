import type { KeyObject } from 'node:crypto'
import { type Check, type CheckResult, pass } from '../../core/verdict.ts'
import type { SamlErrorCode } from '../errors.ts'
import type { IdpMetadata } from '../metadata.ts'
import { addSeconds, showTime } from '../times.ts'
import type { AssertionContent, Authentication, Confirmation } from './assertion.ts'

/** What a response must say to be taken. */
export interface ExpectedResponse {
  readonly idp: Pick<IdpMetadata, 'entityId' | 'signingCertificates'>
  readonly spEntityId: string
  readonly acsUrl: string
  /** The ID of the pending request of this login; undefined when there is none, which no response can answer. */
  readonly inResponseTo: string | undefined
  /** Whether it may answer nobody (IdP-initiated). Absent: it may not. Such an answer names no request anywhere. */
  readonly allowsUnsolicited?: boolean
  /** How far clocks may differ: 60 to 180 is usual. */
  readonly clockSkewSeconds: number
  /** From IssueInstant on, whatever end the assertion names. */
  readonly maxAssertionAgeSeconds: number
  /**
   * From when on used assertions are remembered, where that does not outlive the process: an older one that answers
   * nobody may have been used before. undefined: they are remembered for good, or replay is not in question.
   */
  readonly remembersSince: Date | undefined
  /** The classes that the request asked for, of which the answer must name one. Empty: any will do. */
  readonly authnContext: readonly string[]
  /** What opens encrypted assertions; all are tried. Absent or empty: none is taken. */
  readonly decryptionKeys?: readonly KeyObject[]
  /** Whether AES-CBC is opened in a Response that is not signed itself. Absent: it is not. */
  readonly acceptCbcWithoutSignedResponse?: boolean
  /** Whether a plain assertion is refused. */
  readonly wantAssertionsEncrypted?: boolean
  /** What must be signed at least. Every signature that is there must verify anyway. */
  readonly signature: 'any' | 'assertion' | 'response' | 'both'
  /** `nameId`, or the name of the attribute that says who it is. */
  readonly subject: string
  /** Whether anything here asks for the attribute of that Name or FriendlyName. Absent: any may be asked for. */
  readonly readsAttribute?: (name: string) => boolean
}

/** The response around a signed assertion: facts when it was signed itself, else hints that can only refuse. */
export interface ResponseHints {
  readonly isSigned: boolean
  /** The assertion came encrypted. */
  readonly isEncrypted: boolean
  readonly issuer: string | undefined
  readonly destination: string | undefined
  readonly inResponseTo: string | undefined
}

/** What the checks judge. */
export interface AssertionToCheck {
  readonly response: ResponseHints
  readonly assertion: AssertionContent
  /** The bearer confirmation that the login rests on. */
  readonly confirmation: Confirmation | undefined
}

export interface ExpectedNow extends ExpectedResponse {
  readonly now: Date
}

type AssertionCheck = Check<AssertionToCheck, ExpectedNow>

const NOTHING = 'nothing'
const LONGEST = 200

/** The response names the provider that was asked, or nobody where it is unsigned and in the clear. Profiles 4.1.4.2 */
const responseIssuerIsTheIdp: AssertionCheck = ({ response }, { idp }) =>
  response.issuer === undefined && !response.isSigned && !response.isEncrypted
    ? pass
    : mustEqual(idp.entityId, response.issuer, 'Response/Issuer')

/** Bindings 3.5.5.2: a signed response says where it was sent. */
const destinationIsOurAcs: AssertionCheck = ({ response }, { acsUrl }) =>
  response.destination === undefined && !response.isSigned
    ? pass
    : mustEqual(acsUrl, response.destination, 'Response/@Destination')

/** Core 2.3.3 */
const issuerIsTheIdp: AssertionCheck = ({ assertion }, { idp }) =>
  mustEqual(idp.entityId, assertion.issuer, 'Assertion/Issuer')

/** Without Conditions an assertion would be good for anyone at any time. Core 2.5 */
const hasConditions: AssertionCheck = ({ assertion }) =>
  assertion.conditions ? pass : mismatch('Conditions', undefined, 'Assertion/Conditions')

/** Core 2.5.1: what is not understood makes the assertion's validity unknown. */
const conditionsAreUnderstood: AssertionCheck = ({ assertion }) =>
  assertion.conditions && assertion.conditions.unknown.length > 0
    ? mismatch('conditions of SAML 2.0', assertion.conditions.unknown.join(', '), 'Assertion/Conditions')
    : pass

/** Profiles 4.1.4.2 */
const hasAudience: AssertionCheck = ({ assertion }) =>
  (assertion.conditions?.audienceRestrictions ?? []).length > 0
    ? pass
    : mismatch('an AudienceRestriction', undefined, 'Conditions/AudienceRestriction')

/** Every restriction must name us, exactly: a trailing slash is another service. Core 2.5.1.4 */
const audienceIsUs: AssertionCheck = ({ assertion }, { spEntityId }) => {
  const restrictions = assertion.conditions?.audienceRestrictions ?? []
  const another = restrictions.find((audiences) => !audiences.includes(spEntityId))
  if (!another && restrictions.length > 0) return pass
  return mismatch(spEntityId, another?.join(', '), 'AudienceRestriction/Audience')
}

/** NameID, or the attribute that stands in for it: exactly one value that is not blank. */
const hasSubject: AssertionCheck = ({ assertion }, { subject }) =>
  subjectOf(assertion, subject) !== undefined
    ? pass
    : mismatch(
        'one value that is not blank',
        undefined,
        subject === 'nameId' ? 'Subject/NameID' : `Attribute ${subject}`,
      )

/** Profiles 4.1.4.2: at least one bearer confirmation, with its data. */
const hasBearerConfirmation: AssertionCheck = ({ confirmation }) =>
  confirmation ? pass : mismatch('a bearer SubjectConfirmation', undefined, 'Subject/SubjectConfirmation')

/** The bearer was sent to us. Profiles 4.1.4.2 */
const recipientIsOurAcs: AssertionCheck = ({ confirmation }, { acsUrl }) =>
  mustEqual(acsUrl, confirmation?.recipient, 'SubjectConfirmationData/@Recipient')

/** Where text is meant, elements are refused; what nobody asks for may hold anything. security-requirements 1.5, 4.7 */
const attributesInUseAreText: AssertionCheck = ({ assertion }, { readsAttribute = () => true }) => {
  const name = [...assertion.unreadableAttributes].find(readsAttribute)
  return name === undefined ? pass : mismatch('text', 'text with elements in it', `Attribute ${name}`)
}

/** Without InResponseTo the identity provider answered nobody. Profiles 4.1.5 */
const isSolicited: AssertionCheck = (judged, expected) =>
  judged.confirmation?.inResponseTo !== undefined || mayBeUnsolicited(judged, expected)
    ? pass
    : mismatch('the ID of a request', undefined, 'SubjectConfirmationData/@InResponseTo')

/** The login that RelayState names is waiting. */
const requestIsKnown: AssertionCheck = (judged, expected) =>
  expected.inResponseTo !== undefined || mayBeUnsolicited(judged, expected)
    ? pass
    : mismatch('a pending login', undefined, 'RelayState')

/** The response says it as its assertion does, signed or not. Core 3.2.2 */
const responseAnswersOurRequest: AssertionCheck = ({ response }, { inResponseTo }) =>
  response.inResponseTo === inResponseTo
    ? pass
    : mismatch(inResponseTo ?? NOTHING, response.inResponseTo, 'Response/@InResponseTo')

/** Profiles 4.1.4.3 */
const answersOurRequest: AssertionCheck = (judged, expected) => {
  const { inResponseTo } = expected
  const found = judged.confirmation?.inResponseTo
  return (inResponseTo !== undefined && found === inResponseTo) || mayBeUnsolicited(judged, expected)
    ? pass
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

/** Its issuer's clock is not ahead of ours by more than the clock skew. Core 2.3.3 */
const isIssued: AssertionCheck = ({ assertion }, expected) =>
  mustNotBeFuture(assertion.issueInstant, expected, 'Assertion/@IssueInstant')

/** An answer takes seconds: one that was kept for longer was kept by somebody. security-requirements 10.4 */
const isRecent: AssertionCheck = ({ assertion: { issueInstant } }, expected) => {
  const oldest = addSeconds(expected.now, -expected.maxAssertionAgeSeconds)
  return isPast(addSeconds(issueInstant, expected.maxAssertionAgeSeconds), expected)
    ? mismatch(`after ${showTime(oldest)}`, showTime(issueInstant), 'Assertion/@IssueInstant')
    : pass
}

/**
 * What answers a request is used up with the request. What answers nobody is recognised by its ID alone: one that was
 * issued before IDs were remembered may have been used, and is refused. The clock skew is left out: with it, nobody
 * could start at the identity provider for a minute after each start; without it, a clock that is ahead of ours leaves
 * open as many seconds as it is ahead. security-requirements 10.4
 */
const replayIsRemembered: AssertionCheck = (judged, expected) => {
  const { remembersSince } = expected
  if (remembersSince === undefined || !mayBeUnsolicited(judged, expected)) return pass
  const { issueInstant } = judged.assertion
  return issueInstant < remembersSince
    ? mismatch(`from ${showTime(remembersSince)} on`, showTime(issueInstant), 'Assertion/@IssueInstant')
    : pass
}

/** Profiles 4.1.4.2: somebody signed in, this is not just a statement about somebody. */
const hasAuthnStatement: AssertionCheck = ({ assertion }) =>
  assertion.authentications.length > 0 ? pass : mismatch('an AuthnStatement', undefined, 'Assertion/AuthnStatement')

/** The comparison asked for is `exact`: one of the classes, by its URI. Core 3.3.2.2.1 */
const contextIsAsAsked: AssertionCheck = ({ assertion }, expected) =>
  expected.authnContext.length === 0 || authenticationOf(assertion, expected)
    ? pass
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

/** Everything that is asked of a response whose signature held, in the order in which a failure is named. */
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

/** The code under which a failed check is refused. */
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

/** A login needs one confirmation that satisfies everything by itself: pieces of several do not add up to one. */
const confirmationChecks: readonly AssertionCheck[] = [
  recipientIsOurAcs,
  isSolicited,
  answersOurRequest,
  confirmationHasNotExpired,
  confirmationHasBegun,
]

/** Who the assertion speaks of; undefined when it does not say or says several things. */
export function subjectOf({ nameId, attributes }: AssertionContent, subject: string): string | undefined {
  const values = subject === 'nameId' ? (nameId ? [nameId.value] : []) : (attributes.get(subject) ?? [])
  const [only, another] = values
  return only !== undefined && another === undefined && /\S/.test(only) ? only : undefined
}

/**
 * The statement that the login rests on: the first of a class that was asked for, where one was, so that class and time
 * are those of one and the same sign-in. undefined: there is none.
 */
export function authenticationOf(
  { authentications }: Pick<AssertionContent, 'authentications'>,
  { authnContext }: Pick<ExpectedResponse, 'authnContext'>,
): Authentication | undefined {
  return authnContext.length === 0
    ? authentications[0]
    : authentications.find(({ contextClassRef = '' }) => authnContext.includes(contextClassRef))
}

/**
 * The bearer confirmation that passes, else the one that lacks least, so that the verdict says what is wrong with it.
 */
export function confirmationToCheck(
  judged: Omit<AssertionToCheck, 'confirmation'>,
  expected: ExpectedNow,
): Confirmation | undefined {
  const failures = (confirmation: Confirmation): number =>
    confirmationChecks.filter((check) => check({ ...judged, confirmation }, expected) !== pass).length
  const { confirmations } = judged.assertion
  return confirmations.length > 1 ? confirmations.toSorted((a, b) => failures(a) - failures(b))[0] : confirmations[0]
}

function mustEqual(expected: string, found: string | undefined, source: string): CheckResult {
  return found === expected ? pass : mismatch(expected, found, source)
}

function mismatch(expected: string, found: string | undefined, source: string): CheckResult {
  return {
    expected,
    found: found === undefined ? NOTHING : found.slice(0, LONGEST),
    source,
  }
}

/**
 * Where it is allowed: no login is waiting for it, and nothing in the response says that anybody asked. Profiles 4.1.5
 */
function mayBeUnsolicited({ response, assertion }: AssertionToCheck, expected: ExpectedNow): boolean {
  return (
    expected.allowsUnsolicited === true &&
    expected.inResponseTo === undefined &&
    response.inResponseTo === undefined &&
    assertion.confirmations.every(({ inResponseTo }) => inResponseTo === undefined)
  )
}

function mustNotBePast(limit: Date | undefined, expected: ExpectedNow, source: string): CheckResult {
  return limit && isPast(limit, expected) ? mismatch(`after ${showTime(expected.now)}`, showTime(limit), source) : pass
}

function isPast(limit: Date, { now, clockSkewSeconds }: ExpectedNow): boolean {
  return now.getTime() - clockSkewSeconds * 1000 >= limit.getTime()
}

function mustNotBeFuture(start: Date | undefined, expected: ExpectedNow, source: string): CheckResult {
  return start && isFuture(start, expected)
    ? mismatch(`before ${showTime(expected.now)}`, showTime(start), source)
    : pass
}

function isFuture(start: Date, { now, clockSkewSeconds }: ExpectedNow): boolean {
  return now.getTime() + clockSkewSeconds * 1000 < start.getTime()
}
