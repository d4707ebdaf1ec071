/** A forecast for users: the cause once, in words; other reasons; and what passed, to be folded. */
import type { PredictedRole } from '../../gateway/roles/identity-preview.ts'
import { texts } from '../texts.ts'
import type { FindingRow, ForecastFindings } from './preflight.ts'

type Finding = PredictedRole['preflight']['verdict'][number]

/** `sts:TagSession Statement[0] (Sid).Condition.StringEquals.saml:aud`, in its parts. */
const PART =
  /^(?:(?<action>sts:\w+) )?(?<statement>Statement(?:\[\d+\])?(?: \([^)]*\))?)(?:\.(?<element>\w+)(?:\.(?<operator>[^.]+)\.(?<key>.+))?)?$/s

/** All findings of a role's forecast. */
export function forecastFindings({ preflight }: Pick<PredictedRole, 'preflight'>): ForecastFindings {
  const { verdict, decidedBy } = preflight
  const checks = verdict.filter((finding) => !isPart(finding))
  const open = checks.filter((finding) => isOpen(finding) && !(decidedBy && isSame(finding, decidedBy)))
  return {
    open: open.map(rowOf),
    passed: checks.filter(({ outcome }) => outcome === 'pass').map(shortRowOf),
    parts: withoutRepetitions(verdict.filter(isPart)).map(rowOf),
  }
}

/** For a list of roles, which may be hundreds: of an allowed one only the statement that allows it. */
export function briefFindings(foreseen: Pick<PredictedRole, 'preflight'>): ForecastFindings {
  const findings = forecastFindings(foreseen)
  return foreseen.preflight.outcome === 'allowed' ? { ...findings, open: [], passed: [] } : findings
}

/** The name of a check or of a part of a trust policy, for people. */
export function nameForPeople(name: string): string {
  const { action, statement, element, operator, key } = PART.exec(name)?.groups ?? {}
  if (statement === undefined)
    return Object.hasOwn(texts.checks, name) ? texts.checks[name as keyof typeof texts.checks] : spelled(name)
  const part = key === undefined ? element : `${key} (${operator})`
  return [action, statement, part].filter((each) => each !== undefined).join(' · ')
}

/** `recipientIsOurAcs`: `Recipient is our acs`. */
function spelled(name: string): string {
  if (!/^[a-z]+(?:[A-Z][a-z]*)*$/.test(name)) return name
  const words = name.replaceAll(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`)
  return words.charAt(0).toUpperCase() + words.slice(1)
}

function isPart({ name }: Finding): boolean {
  return PART.test(name)
}

/**
 * Tags and the source identity need an action of their own: of the same statement, only what differs for it. Where that
 * passes, it is implied by the statement that allows the call.
 */
function withoutRepetitions(parts: readonly Finding[]): readonly Finding[] {
  return parts.filter((finding) => {
    const { action } = PART.exec(finding.name)?.groups ?? {}
    if (action === undefined) return true
    const its = parts.find(({ name }) => name === finding.name.slice(action.length + 1))
    return finding.outcome !== 'pass' && !(its && its.outcome === finding.outcome && isSame(its, finding))
  })
}

function isOpen({ outcome }: Finding): boolean {
  return outcome === 'fail' || outcome === 'unknown'
}

/** A check repeats the finding of the part that decides it. */
function isSame(one: Finding, other: Finding): boolean {
  return one.expected === other.expected && one.found === other.found && one.source === other.source
}

function rowOf({ name, outcome, expected, found, source }: Finding): FindingRow {
  return {
    name: nameForPeople(name),
    outcome,
    ...(expected === undefined ? {} : { expected }),
    ...(found === undefined ? {} : { found }),
    ...(source === undefined ? {} : { source }),
  }
}

/** Of what passed, the actual value is enough. */
function shortRowOf({ expected: _, ...finding }: Finding): FindingRow {
  return rowOf(finding)
}
