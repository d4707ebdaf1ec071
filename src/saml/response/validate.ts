import type { Attributes, NameId } from '../../core/identity.ts'
import { errorOfFirstFailure, type Observe, runChecks, skipChecks, type Verdict } from '../../core/verdict.ts'
import { type RefusedAssertion, SamlError } from '../errors.ts'
import { earliest, latest } from '../times.ts'
import type { Authentication, Confirmation } from './assertion.ts'
import {
  type AssertionToCheck,
  assertionChecks,
  authenticationOf,
  checkCodes,
  confirmationToCheck,
  type ExpectedNow,
  type ExpectedResponse,
  subjectOf,
} from './checks.ts'
import type { ResponseForm } from './decode.ts'
import { type OpenedResponse, runResponseSteps } from './open.ts'

declare const verified: unique symbol

/** An assertion that passed every check. Only this file creates one. */
export type VerifiedAssertion = AssertionFacts & { readonly [verified]: true }

interface AssertionFacts {
  readonly id: string
  readonly issuer: string
  readonly issueInstant: Date
  readonly nameId?: NameId
  readonly subject: string
  readonly attributes: Attributes
  readonly audiences: readonly string[]
  readonly recipient: string
  readonly confirmationCount: number
  readonly isEncrypted: boolean
  /** Only an unsolicited response has none. */
  readonly inResponseTo?: string
  readonly authnInstant: Date
  readonly authnContextClassRef?: string
  readonly sessionIndex?: string
  /** From the other statements: the identity provider may name any of them in a logout. Core 3.7.3.1 */
  readonly furtherSessionIndexes: readonly string[]
  /** The earliest end that the identity provider set for the session. */
  readonly sessionNotOnOrAfter?: Date
  /** It is no longer accepted after this. */
  readonly expiresAt: Date
  /** Until then, plus clock skew, a replay must be recognised: the latest end in the assertion. */
  readonly notOnOrAfter: Date
}

export type ResponseEvaluation =
  | { readonly verdict: Verdict; readonly assertion: VerifiedAssertion }
  | { readonly verdict: Verdict; readonly error: SamlError }

/** Checks a posted response: the whole verdict, with the verified assertion or the error of the first failure. */
export function evaluateResponse(form: ResponseForm, expected: ExpectedResponse, now: Date): ResponseEvaluation {
  const opening = runResponseSteps(form, expected)
  if ('opened' in opening) return evaluateClaims(opening.opened, { ...expected, now }, opening.verdict)
  const verdict = [...opening.verdict, ...skipChecks(assertionChecks)]
  return { verdict, error: withVerdict(opening.error, verdict) }
}

function evaluateClaims(opened: OpenedResponse, expected: ExpectedNow, before: Verdict): ResponseEvaluation {
  const checked: AssertionToCheck = { ...opened, confirmation: confirmationToCheck(opened, expected) }
  const verdict = [...before, ...runChecks<AssertionToCheck, ExpectedNow>(assertionChecks, checked, expected)]
  const assertion = refusedAssertion(checked)
  const error = errorOfFirstFailure(
    verdict,
    checkCodes,
    (code, failure) => new SamlError(code, { ...failure, verdict, assertion }),
  )
  return error ? { verdict, error } : { verdict, assertion: verifiedAssertion(checked, expected) }
}

function refusedAssertion({ assertion, confirmation }: AssertionToCheck): RefusedAssertion {
  return { issuer: assertion.issuer ?? '', id: assertion.id, inResponseTo: confirmation?.inResponseTo }
}

/** Called only after every check passed. What the checks guarantee is verified again rather than assumed. */
function verifiedAssertion(
  { response, assertion, confirmation }: AssertionToCheck,
  expected: ExpectedNow,
): VerifiedAssertion {
  const { id, issuer, issueInstant, nameId, attributes, conditions, authentications } = assertion
  const subject = subjectOf(assertion, expected.subject)
  const authentication = authenticationOf(assertion, expected)
  const { recipient, inResponseTo, notOnOrAfter } = confirmation ?? ({} as Partial<Confirmation>)
  if (
    issuer === undefined ||
    subject === undefined ||
    authentication === undefined ||
    recipient === undefined ||
    (inResponseTo === undefined && expected.allowsUnsolicited !== true) ||
    notOnOrAfter === undefined
  ) {
    throw new Error('a check passed what it must refuse')
  }
  const ends = [notOnOrAfter, ...(conditions?.notOnOrAfter ? [conditions.notOnOrAfter] : [])]
  const replayEnds = [...ends, ...assertion.confirmations.flatMap((one) => one.notOnOrAfter ?? [])]
  const facts: AssertionFacts = {
    id,
    issuer,
    issueInstant,
    ...(nameId && { nameId }),
    subject,
    attributes,
    audiences: conditions?.audienceRestrictions.flat() ?? [],
    recipient,
    confirmationCount: assertion.confirmationCount,
    isEncrypted: response.isEncrypted,
    ...(inResponseTo !== undefined && { inResponseTo }),
    ...sessionOf(authentication, authentications),
    expiresAt: earliest(ends),
    notOnOrAfter: latest(replayEnds),
  }
  return facts as VerifiedAssertion
}

function sessionOf(decisive: Authentication, all: readonly Authentication[]) {
  const ends = all.flatMap(({ sessionNotOnOrAfter }) => sessionNotOnOrAfter ?? [])
  return {
    authnInstant: decisive.instant,
    ...(decisive.contextClassRef !== undefined && { authnContextClassRef: decisive.contextClassRef }),
    ...(decisive.sessionIndex !== undefined && { sessionIndex: decisive.sessionIndex }),
    furtherSessionIndexes: all.flatMap((one) => (one === decisive ? [] : (one.sessionIndex ?? []))),
    ...(ends.length > 0 && { sessionNotOnOrAfter: earliest(ends) }),
  }
}

function withVerdict({ code, expected, found, source, cause }: SamlError, verdict: Verdict): SamlError {
  return new SamlError(code, {
    ...(expected !== undefined && { expected }),
    ...(found !== undefined && { found }),
    ...(source !== undefined && { source }),
    cause,
    verdict,
  })
}

/** Validates a posted response; throws SamlError, which carries the verdict. `observe`: told of it, passed or not. */
export function validateResponse(
  form: ResponseForm,
  expected: ExpectedResponse,
  now: Date,
  observe: Observe = () => {},
): VerifiedAssertion {
  const evaluation = evaluateResponse(form, expected, now)
  observe(evaluation.verdict)
  if ('error' in evaluation) throw evaluation.error
  return evaluation.assertion
}
