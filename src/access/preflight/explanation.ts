/** A preflight in sentences: why AWS would refuse, and what to change. Contains values of the user and of the policy. */
import type { Finding } from '../../core/verdict.ts'
import type { Preflight } from '../preflight.ts'
import { type Fix, fixes, type PreflightCheckName } from './fixes.ts'

/** `Statement[0] (Sid).Condition.StringEquals.saml:aud`, in its parts. */
const PART =
  /^(?<statement>Statement\[\d+\](?: \([^)]*\))?)(?:\.(?<element>(?:Not)?(?:Principal|Action|Condition))(?:\.(?<operator>[^.]+)\.(?<key>.+))?)?$/s

/** A principal that is one text, as IAM writes it: the text is enough in a sentence. */
const PRINCIPAL = /^\{"\w+":"([^"]+)"\}$/

const ABSENT = 'no such key in the request'

/** What decides the answer, as a sentence; undefined where AWS is expected to allow. */
export function reasonSentence({ decidedBy }: Pick<Preflight, 'decidedBy'>): string | undefined {
  if (!decidedBy) return undefined
  if (decidedBy.name === 'trustPolicyIsKnown') return "The role's trust policy is unknown; set `trustPolicy` for it."
  return partSentence(decidedBy) ?? (isCheck(decidedBy.name) ? checkSentence(decidedBy) : undefined)
}

function partSentence(finding: Finding): string | undefined {
  const { statement = '', element, operator = '', key = '' } = PART.exec(finding.name)?.groups ?? {}
  const { expected = '', found = '', outcome } = finding
  if (statement === '')
    return finding.name === 'Statement' ? "No statement of the role's trust policy allows anything." : undefined
  if (element === undefined)
    return `${statement} of the role's trust policy ${outcome === 'unknown' ? 'may deny' : 'denies'} the call.`
  if (element === 'Condition') return conditionSentence(statement, operator, key, finding)
  const named = PRINCIPAL.exec(expected)?.[1] ?? expected
  const wanted = element.startsWith('Not') ? `all but ${named}` : named
  return element.endsWith('Principal')
    ? `${statement} of the role's trust policy names ${wanted} as principal; this sign-in's provider is ${found}.`
    : `${statement} of the role's trust policy is for the action ${wanted}; this call is ${found}.`
}

function conditionSentence(statement: string, operator: string, key: string, finding: Finding): string {
  const { expected = '', found = '', source, outcome } = finding
  const asks = `${statement} of the role's trust policy requires ${key} to be ${expected} (${operator})`
  if (found === ABSENT) return `${asks}, but AWS sees no such key in this call.`
  if (outcome === 'unknown') return `${asks}, which cannot be determined: ${found}.`
  return `${asks}, but AWS sees ${found}${source === undefined || source === key ? '' : ` (from ${source})`}.`
}

function isCheck(name: string): name is PreflightCheckName {
  return Object.hasOwn(fixes, name)
}

function checkSentence({ name, expected, found, source }: Finding): string {
  const { meaning } = fixes[name as PreflightCheckName]
  const values = [
    expected === undefined ? undefined : `expected ${expected}`,
    found === undefined ? undefined : `actual ${found}`,
    source,
  ].filter((value) => value !== undefined)
  return `AWS requires: ${meaning} (${values.join(', ')}).`
}

/** What to change for AWS to allow it; undefined where AWS is expected to. */
export function fixSentence(preflight: Preflight): string | undefined {
  if (preflight.outcome === 'allowed') return undefined
  const isUnseen = preflight.decidedBy?.found === ABSENT
  return isUnseen
    ? 'Use a key that AWS sees in this call, or have the provider send the claim that fills it.'
    : decidingRemedy(preflight)?.change
}

/** The check that decides the answer: the first of those that do. */
function decidingRemedy({ outcome, verdict }: Preflight): Fix | undefined {
  const wanted = outcome === 'denied' ? 'fail' : 'unknown'
  const deciding = verdict.find(({ name, outcome: found }) => found === wanted && isCheck(name))
  return deciding && fixes[deciding.name as PreflightCheckName]
}
