import type { Attributes, NameId } from '../../core/identity.ts'
import { type Finding, firstFailure, notRun, runChecks, type Verdict } from '../../core/verdict.ts'
import { asSamlError, SamlError } from '../errors.ts'
import { earliest, latest } from '../times.ts'
import type { Authentication, Confirmation } from './assertion.ts'
import {
  type AssertionCheckName,
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
import { type OpenedResponse, openResponse, responseSteps, type Steps } from './open.ts'

declare const verified: unique symbol

/** An assertion that passed every check. Only this file makes one. */
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
  /** Of the other statements: the identity provider may name any of them at a logout. Core 3.7.3.1 */
  readonly furtherSessionIndexes: readonly string[]
  /** The earliest end that the identity provider gave the session. */
  readonly sessionNotOnOrAfter?: Date
  /** From here on it is no longer taken. */
  readonly expiresAt: Date
  /** Until then, plus clock skew, a second use has to be recognised: the latest end that it names. */
  readonly notOnOrAfter: Date
}

export type ResponseEvaluation =
  | { readonly verdict: Verdict; readonly assertion: VerifiedAssertion }
  | { readonly verdict: Verdict; readonly error: SamlError }

/** Judges a posted response: the whole verdict, and either the verified assertion or the first thing that is wrong. */
export function evaluateResponse(form: ResponseForm, expected: ExpectedResponse, now: Date): ResponseEvaluation {
  const done: Finding[] = []
  const steps: Steps = (name, step) => {
    for (const left of responseSteps.slice(done.length, responseSteps.indexOf(name))) {
      done.push({ name: left, outcome: 'not-run' })
    }
    const result = asSamlError(step)
    done.push({ name, outcome: 'pass' })
    return result
  }
  try {
    return judgeClaims(openResponse(form, expected, steps), { ...expected, now }, done)
  } catch (error) {
    if (!(error instanceof SamlError)) throw error
    return refuseAtStep(error, done)
  }
}

function judgeClaims(opened: OpenedResponse, expected: ExpectedNow, done: Verdict): ResponseEvaluation {
  const judged: AssertionToCheck = { ...opened, confirmation: confirmationToCheck(opened, expected) }
  const findings = runChecks<AssertionToCheck, ExpectedNow>(assertionChecks, judged, expected)
  const verdict = [...done, ...findings]
  const failure = firstFailure(findings)
  if (failure) return { verdict, error: refuseAtCheck(failure, judged, verdict) }
  return { verdict, assertion: verifiedAssertion(judged, expected) }
}

function refuseAtCheck(
  { name, expected = '', found = '', source = '' }: Finding,
  { assertion, confirmation }: AssertionToCheck,
  verdict: Verdict,
): SamlError {
  return new SamlError(checkCodes[name as AssertionCheckName], {
    expected,
    found,
    source,
    verdict,
    assertion: { issuer: assertion.issuer ?? '', id: assertion.id, inResponseTo: confirmation?.inResponseTo },
  })
}

/** Only after every check passed. What the checks made sure of is asked for again rather than assumed. */
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
    throw new Error('a check let through what it is there to refuse')
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

function refuseAtStep(error: SamlError, done: Verdict): ResponseEvaluation {
  const [failed = 'isReadable', ...rest] = responseSteps.slice(done.length)
  const { expected = 'what SAML asks for', found = error.code, source = failed } = error
  const verdict: Verdict = [
    ...done,
    { name: failed, outcome: 'fail', expected, found, source },
    ...rest.map((name): Finding => ({ name, outcome: 'not-run' })),
    ...notRun(assertionChecks),
  ]
  return { verdict, error: withVerdict(error, verdict) }
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

/** Validates a posted response; throws SamlError, which carries the verdict. */
export function validateResponse(form: ResponseForm, expected: ExpectedResponse, now: Date): VerifiedAssertion {
  const judgement = evaluateResponse(form, expected, now)
  if ('error' in judgement) throw judgement.error
  return judgement.assertion
}
