/**
 * The one vocabulary of checks: assertion, token, metadata and logout checks, trust policies, preflight, `fedgate check`,
 * `fedgate explain` and the linter. A check reports `passed`, `failed`, `unknown` or `notRun`; `runChecks` runs a record
 * of them; a verdict is the ordered list of the findings; `throwFirstFailure` turns it into an error.
 */
/** `unknown`: the available facts do not decide it. `not-run`: the check has nothing to do, or an earlier one failed. */
export type Outcome = 'pass' | 'fail' | 'unknown' | 'not-run'

/** What a check reports: a finding without the check's name. */
export interface CheckResult {
  readonly outcome: Outcome
  readonly expected?: string
  readonly found?: string
  /** Where the found value came from, such as `SubjectConfirmationData/@Recipient`. */
  readonly source?: string
  /** The check passed, but this needs attention soon. */
  readonly warning?: string
}

export interface Finding extends CheckResult {
  /** The check's name: a key of a record of checks, such as `recipientIsOurAcs`. */
  readonly name: string
}

export type Verdict = readonly Finding[]

/** Told of each verdict as it comes, whatever it is: a test sign-in shows them all. */
export type Observe = (verdict: Verdict) => void

/** One result, several (one for each thing that was checked), or undefined where the check does not apply. */
export type CheckResults = CheckResult | readonly CheckResult[] | undefined

/** A named rule over a subject and what is expected of it. Most checks have exactly one result. */
export type Check<Subject, Expected = undefined, Results extends CheckResults = CheckResult> = (
  subject: Subject,
  expected: Expected,
) => Results

/** Checks by name, in the order they run. */
export type Checks<Subject, Expected = undefined> = Readonly<Record<string, Check<Subject, Expected, CheckResults>>>

const PASSED: CheckResult = { outcome: 'pass' }
const NOT_RUN: CheckResult = { outcome: 'not-run' }

/** The check holds; `found` is shown. */
export function passed(found?: string, source?: string): CheckResult {
  if (found === undefined && source === undefined) return PASSED
  return {
    outcome: 'pass',
    ...(found === undefined ? {} : { found }),
    ...(source === undefined ? {} : { source }),
  }
}

/** The check does not hold: the expected and the actual value. */
export function failed(expected: string, found: string, source?: string): CheckResult {
  return source === undefined ? { outcome: 'fail', expected, found } : { outcome: 'fail', expected, found, source }
}

/** The available facts do not decide it. */
export function unknown(expected: string, found: string, source?: string): CheckResult {
  return source === undefined
    ? { outcome: 'unknown', expected, found }
    : { outcome: 'unknown', expected, found, source }
}

/** The check could not run or had nothing to do; `reason` is shown. */
export function notRun(reason?: string): CheckResult {
  return reason === undefined ? NOT_RUN : { outcome: 'not-run', found: reason }
}

/** Runs every check of the record in its order, so a verdict names everything that is wrong and not just the first. */
export function runChecks<Subject>(checks: Checks<Subject>, subject: Subject): Verdict
export function runChecks<Subject, Expected>(
  checks: Checks<Subject, Expected>,
  subject: Subject,
  expected: Expected,
): Verdict
export function runChecks<Subject, Expected>(
  checks: Checks<Subject, Expected | undefined>,
  subject: Subject,
  expected?: Expected,
): Verdict {
  const findings: Finding[] = []
  // A plain loop without intermediate arrays: preflight runs this several times for each of hundreds of roles.
  for (const name in checks) {
    const results = checks[name]?.(subject, expected)
    if (results === undefined) continue
    if ('outcome' in results) findings.push({ name, ...results })
    else for (const result of results) findings.push({ name, ...result })
  }
  return findings
}

/** A verdict in which none of the checks ran: the claims, for example, when the signature failed. */
export function skipChecks(checks: Readonly<Record<string, unknown>>): Verdict {
  return Object.keys(checks).map((name) => ({ name, ...NOT_RUN }))
}

/** The finding that decides a failed verdict; undefined: nothing failed. */
export function firstFailure(verdict: Verdict): Finding | undefined {
  return verdict.find(({ outcome }) => outcome === 'fail')
}

/** The outcome of the whole verdict: a failure decides, then an unknown, else it passes. */
export function outcomeOf(verdict: Verdict): Outcome {
  return firstFailure(verdict) ? 'fail' : verdict.some(({ outcome }) => outcome === 'unknown') ? 'unknown' : 'pass'
}

/** Makes the error for a failed check, under the code that the check has. */
type ToError<Code, Refusal extends Error> = (code: Code, failure: Finding) => Refusal

/** The error for the first failure; undefined: nothing failed. `codes`: by the name of a check. */
export function errorOfFirstFailure<Name extends string, Code extends string, Refusal extends Error>(
  verdict: Verdict,
  codes: Readonly<Record<Name, Code>>,
  toError: ToError<Code, Refusal>,
): Refusal | undefined {
  const failure = firstFailure(verdict)
  return failure && toError(codes[failure.name as Name], failure)
}

/** Throws that error. A verdict becomes an exception here and nowhere else. */
export function throwFirstFailure<Name extends string, Code extends string>(
  verdict: Verdict,
  codes: Readonly<Record<Name, Code>>,
  toError: ToError<Code, Error>,
): void {
  const error = errorOfFirstFailure(verdict, codes, toError)
  if (error) throw error
}
