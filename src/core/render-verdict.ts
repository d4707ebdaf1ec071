/** Prints verdicts, as text and as JSON, the same way for every command. */
import { counted } from './text/plural.ts'
import { type Finding, type Outcome, outcomeOf, type Verdict } from './verdict.ts'

/** The outcomes that a summary counts, in this order. */
const SUMMARY = [
  ['fail', { one: '{n} check failed', other: '{n} checks failed' }],
  ['unknown', { one: '{n} cannot be determined', other: '{n} cannot be determined' }],
  ['warning', { one: '{n} warning', other: '{n} warnings' }],
] as const

/** A subject of checks and their results. */
export interface VerdictOfSubject {
  /** `provider corp`, `configuration`. */
  readonly subject: string
  readonly verdict: Verdict
  /** Of the error that a failed check leads to. */
  readonly code?: string
}

/** An outcome, or a pass with a warning. */
export type Mark = Outcome | 'warning'

/** Colours the text by its mark. */
export type Colorize = (mark: Mark, text: string) => string

const plain: Colorize = (_, text) => text

const labels: Readonly<Record<Mark, string>> = {
  pass: 'passed',
  warning: 'warning',
  fail: 'FAILED',
  unknown: 'unknown',
  'not-run': 'skipped',
}

const LABEL_WIDTH = Math.max(...Object.values(labels).map(({ length }) => length))

/** Removes control characters: untrusted values must not start a line or control the terminal. */
export function oneLine(text: string): string {
  return text.replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ')
}

/** A line for each finding: outcome, name, and what was expected and found. */
export function verdictLines(verdict: Verdict, color: Colorize = plain): readonly string[] {
  // A name may contain a condition key of an untrusted policy.
  const names = verdict.map(({ name }) => oneLine(name))
  const nameWidth = names.reduce((widest, { length }) => Math.max(widest, length), 0)
  return verdict.map((finding, n) => {
    const mark = markOf(finding)
    const detail = detailOf(finding)
    const name = names[n] ?? ''
    const parts = detail === '' ? [name] : [name.padEnd(nameWidth), detail]
    return `  ${color(mark, labels[mark].padEnd(LABEL_WIDTH))}  ${parts.filter((part) => part !== '').join('  ')}`
  })
}

function markOf({ outcome, warning }: Finding): Mark {
  return outcome === 'pass' && warning !== undefined ? 'warning' : outcome
}

function detailOf({ outcome, expected, found, source, warning }: Finding): string {
  const isPass = outcome === 'pass'
  const value = expected === undefined || isPass ? found : `expected ${expected}, found ${found ?? 'nothing'}`
  const parts = [value, warning].filter((part) => part !== undefined).join(': ')
  const place = source === undefined ? '' : `(${source})`
  return oneLine([parts, place].filter((part) => part !== '').join(' '))
}

/** For each subject a heading, and a line for each finding. */
export function verdictsLines(all: readonly VerdictOfSubject[], color: Colorize = plain): readonly string[] {
  return all.flatMap(({ subject, verdict, code }) => [
    code === undefined ? subject : `${subject}: ${code}`,
    ...verdictLines(verdict, color),
  ])
}

/** The worst outcome of all subjects. */
export function outcomeOfAll(all: readonly VerdictOfSubject[]): Outcome {
  return outcomeOf(all.flatMap(({ verdict }) => verdict))
}

/** The numbers of failures, unknowns and warnings, in one line. */
export function summaryLine(all: readonly VerdictOfSubject[]): string {
  const marks = all.flatMap(({ verdict }) => verdict.map(markOf))
  const parts = SUMMARY.flatMap(([mark, forms]) => {
    const count = marks.filter((each) => each === mark).length
    return count === 0 ? [] : [counted(forms, count)]
  })
  return parts.length === 0 ? 'All checks passed.' : `${parts.join(', ')}.`
}

/** The same for programs: `{"outcome", "subjects": [{"subject", "outcome", "checks": [{"name", "outcome", …}]}]}`. */
export function verdictsJson(all: readonly VerdictOfSubject[]): string {
  return JSON.stringify(
    {
      outcome: outcomeOfAll(all),
      subjects: all.map(({ subject, verdict, code }) => ({
        subject,
        outcome: outcomeOf(verdict),
        ...(code === undefined ? {} : { code }),
        checks: verdict,
      })),
    },
    null,
    2,
  )
}
