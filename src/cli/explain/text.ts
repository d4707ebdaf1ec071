/** The output of `fedgate explain`, as text and as JSON. */

import type { EntitledRole } from '../../access/entitlement.ts'
import { fixSentence, reasonSentence } from '../../access/preflight/explanation.ts'
import type { Preflight } from '../../access/preflight.ts'
import type { LeftOutOfSession } from '../../access/session.ts'
import { type Mark, oneLine, verdictsLines } from '../../core/render-verdict.ts'
import type { Verdict } from '../../core/verdict.ts'
import { type LintFinding, lintResult } from '../../iam/lint/finding.ts'
import type { Explained } from './question.ts'

type Paint = (mark: Mark, text: string) => string

/** As documented in the command's help. */
export const decisions = { allowed: 'allow', denied: 'deny', unknown: 'unknown' } as const

interface Row {
  readonly name: string
  readonly values: readonly string[]
  readonly source?: string
}

const UNVERIFIED = 'Signatures were not verified.'

interface Answered {
  readonly action: string
  readonly decision: 'allow' | 'deny' | 'unknown'
  readonly context: readonly { readonly key: string; readonly values: readonly string[] }[]
  readonly checks: Verdict
}

export function explainLines(
  { preflight, provider, subject, role, action, ignored, leftOut, granted }: Explained,
  lint: readonly LintFinding[],
  paint: Paint,
): readonly string[] {
  const { verdict } = preflight
  const checks = verdict.filter(({ name }) => !isPart(name))
  const parts = verdict.filter(({ name }) => isPart(name))
  const subjects = [
    { subject: `${oneLine(subject) || 'no subject'} by ${provider.id}: ${action}`, verdict: checks },
    { subject: 'the trust policy, part by part', verdict: parts },
    { subject: 'doubts about the trust policy', verdict: lintVerdict(lint) },
  ]
  return [
    ...verdictsLines(
      subjects.filter((each) => each.verdict.length > 0),
      paint,
    ),
    ...table('condition keys that AWS sees', contextRows(preflight)),
    ...table('claims that AWS ignores', ignored),
    ...table('what the session is without', leftOutRows(leftOut)),
    UNVERIFIED,
    ...ending(preflight, role.arn),
    grantLine(granted, role.arn),
  ]
}

function isPart(name: string): boolean {
  return /(?:^| )Statement(?:\[\d+\]|$)/.test(name)
}

function lintVerdict(lint: readonly LintFinding[]): Verdict {
  return lint.map((finding) => ({ name: finding.code, ...lintResult(finding) }))
}

/** Names with their values. Values from outside must not control the terminal. */
function table(heading: string, rows: readonly Row[]): readonly string[] {
  if (rows.length === 0) return []
  const names = rows.map(({ name }) => oneLine(name))
  const width = Math.min(60, Math.max(...names.map(({ length }) => length)))
  return [
    heading,
    ...rows.map(({ values, source }, n) => {
      const place = source === undefined ? '' : ` (${source})`
      return `  ${(names[n] ?? '').padEnd(width)}  ${oneLine(`${values.join(', ')}${place}`)}`
    }),
  ]
}

function contextRows({ context }: Preflight): readonly Row[] {
  return context.map(({ key, values, source }) => ({ name: key, values, ...(source === undefined ? {} : { source }) }))
}

function leftOutRows(leftOut: readonly LeftOutOfSession[]): readonly Row[] {
  return leftOut.map(({ what, reason }) => ({ name: what, values: [reason] }))
}

/** The conclusion: why, and what to change. */
function ending(preflight: Preflight, role: string): readonly string[] {
  const reason = reasonSentence(preflight)
  const change = fixSentence(preflight)
  const answer = {
    allowed: `AWS will let this sign-in take ${role}, as far as can be known here.`,
    denied: `AWS will refuse ${role}.`,
    unknown: `Cannot determine whether AWS will allow this sign-in to assume ${role}.`,
  } as const
  return [answer[preflight.outcome], reason, change].flatMap((line) => (line === undefined ? [] : [oneLine(line)]))
}

/** AWS and the gateway's rules must both allow it. */
function grantLine(granted: EntitledRole | undefined, role: string): string {
  return oneLine(
    granted
      ? `The gateway grants the role because ${granted.grantedBy}.`
      : `The gateway itself does not grant ${role} to this sign-in: no rule under access does. It would not ask AWS.`,
  )
}

/** `{"decision","action","context":{key:[values]},"checks":[…]}` */
export function explainJson({ decision, action, context, checks }: Answered): string {
  return JSON.stringify({
    decision,
    action,
    context: Object.fromEntries(context.map(({ key, values }) => [key, values])),
    checks: checks.map(({ name, outcome, expected, found, source }) => ({ name, outcome, expected, found, source })),
  })
}
