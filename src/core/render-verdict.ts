/** A verdict for people and for programs. Every command that shows one shows it so. */
import { type Finding, type Outcome, outcomeOf, type Verdict } from './verdict.ts'

/** What was judged, and how. */
export interface VerdictOfSubject {
  /** `provider corp`, `configuration`. */
  readonly subject: string
  readonly verdict: Verdict
  /** Of the error that comes of it, where one does. */
  readonly code?: string
}

/** How a finding stands out: an outcome, or a pass that asks for something. */
export type Mark = Outcome | 'warning'

/** Colours, where there are some. */
export type Colorize = (mark: Mark, text: string) => string

const plain: Colorize = (_, text) => text

const words: Readonly<Record<Mark, string>> = {
  pass: 'ok',
  warning: 'warning',
  fail: 'FAILED',
  unknown: 'unknown',
  'not-run': 'not run',
}

const WORD_WIDTH = Math.max(...Object.values(words).map(({ length }) => length))

/** Found values may come from a stranger: nothing in them may steer a terminal or begin a line. */
export function oneLine(text: string): string {
  return text.replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ')
}

/** A line for each finding: outcome, name, and what was expected and found. */
export function verdictLines(verdict: Verdict, paint: Colorize = plain): readonly string[] {
  // A name may have the key of somebody's policy in it.
  const names = verdict.map(({ name }) => oneLine(name))
  const nameWidth = names.reduce((widest, { length }) => Math.max(widest, length), 0)
  return verdict.map((finding, n) => {
    const mark = markOf(finding)
    const detail = detailOf(finding)
    const name = names[n] ?? ''
    const parts = detail === '' ? [name] : [name.padEnd(nameWidth), detail]
    return `  ${paint(mark, words[mark].padEnd(WORD_WIDTH))}  ${parts.filter((part) => part !== '').join('  ')}`
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

/** A heading and a line for each finding, subject by subject. */
export function verdictsLines(all: readonly VerdictOfSubject[], paint: Colorize = plain): readonly string[] {
  return all.flatMap(({ subject, verdict, code }) => [
    code === undefined ? subject : `${subject}: ${code}`,
    ...verdictLines(verdict, paint),
  ])
}

/** The verdict of several subjects together. */
export function outcomeOfAll(all: readonly VerdictOfSubject[]): Outcome {
  return outcomeOf(all.flatMap(({ verdict }) => verdict))
}

/** What it comes to, in one line. */
export function summaryLine(all: readonly VerdictOfSubject[]): string {
  const marks = all.flatMap(({ verdict }) => verdict.map(markOf))
  const counted = (mark: Mark, one: string, several: string): readonly string[] => {
    const count = marks.filter((each) => each === mark).length
    return count === 0 ? [] : [count === 1 ? `1 ${one}` : `${count} ${several}`]
  }
  const parts = [
    ...counted('fail', 'check failed', 'checks failed'),
    ...counted('unknown', 'cannot be decided', 'cannot be decided'),
    ...counted('warning', 'warning', 'warnings'),
  ]
  return parts.length === 0 ? 'All is well.' : `${parts.join(', ')}.`
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
