/**
 * "May this pass, and why": the one form for assertion checks, token checks, trust-policy evaluation, preflight,
 * `fedgate check` and `fedgate explain`. A verdict is the ordered list of what was asked and what came out.
 */
/** `unknown`: the facts at hand do not decide it. `not-run`: an earlier failure made the question meaningless. */
export type Outcome = 'pass' | 'fail' | 'unknown' | 'not-run'

export interface Finding {
  /** The check's name: a key of a record of checks, such as `recipientIsOurAcs`. */
  readonly name: string
  readonly outcome: Outcome
  readonly expected?: string
  readonly found?: string
  /** Where the found value came from, such as `SubjectConfirmationData/@Recipient`. */
  readonly source?: string
  /** It passes, and yet somebody should do this soon. */
  readonly warning?: string
}

export type Verdict = readonly Finding[]

/** What a single check answers when it does not pass. */
export interface Mismatch {
  readonly expected: string
  readonly found: string
  readonly source: string
}

/** A check's answer: it passes, or it says what it expected and what it found. */
export type CheckResult = 'pass' | Mismatch
export const pass = 'pass' as const

/** A named rule over a subject (what is judged) and what is expected of it. */
export type Check<Subject, Expected> = (subject: Subject, expected: Expected) => CheckResult

/** The finding that a check's answer is. */
export function finding(name: string, result: CheckResult): Finding {
  return result === pass ? { name, outcome: 'pass' } : { name, outcome: 'fail', ...result }
}

/** Runs every check of the record, in its order, so that a verdict tells all that is wrong and not just the first. */
export function runChecks<Subject, Expected>(
  checks: Readonly<Record<string, Check<Subject, Expected>>>,
  subject: Subject,
  expected: Expected,
): Verdict {
  return Object.entries(checks).map(([name, check]) => finding(name, check(subject, expected)))
}

/** The same checks, marked as not run: what a verdict says of the claims when the signature failed. */
export function notRun(checks: Readonly<Record<string, unknown>>): Verdict {
  return Object.keys(checks).map((name) => ({ name, outcome: 'not-run' }))
}

/** What decides a verdict that failed; undefined: nothing failed. */
export function firstFailure(verdict: Verdict): Finding | undefined {
  return verdict.find(({ outcome }) => outcome === 'fail')
}

/** The verdict of the whole: a failure decides, then an unknown, else it passes. */
export function outcomeOf(verdict: Verdict): Outcome {
  return firstFailure(verdict) ? 'fail' : verdict.some(({ outcome }) => outcome === 'unknown') ? 'unknown' : 'pass'
}
