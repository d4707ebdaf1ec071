/** Whether the role's trust policy allows the call, and the session's tags and source identity (aws-facts D.3, E). */
import { isAwsSamlRecipient } from '../../aws/facts/partitions.ts'
import { parseArn } from '../../core/arn.ts'
import { type Finding, notRun, passed, unknown, type Verdict } from '../../core/verdict.ts'
import type { RequestContext } from '../../iam/condition-keys/context.ts'
import { type Decision, evaluate } from '../../iam/evaluate.ts'
import type { Policy } from '../../iam/policy.ts'
import type { PolicyRequest } from '../../iam/request.ts'
import { actionOf, type PreflightInput } from './facts.ts'
import { bestAndWorstCase, isUnknownAtPreflight } from './unknown-at-preflight.ts'

/** The trust policy evaluated for one action. */
interface EvaluatedAction {
  readonly decision: Decision
  /** The part that decides, in the nearest statement; undefined where the action is allowed. */
  readonly decidedBy: Finding | undefined
  /** Statement by statement, the one that decides first. */
  readonly derivation: Verdict
}

/** What depends on a fact that AWS has not confirmed is unknown. */
const CERTAIN = { unconfirmed: 'unknown' } as const

/** What a statement requires, in this order, and how the names of its findings end. */
const causes = [
  { name: 'providerIsInPrincipal', finding: /^Statement$|\.Principal$/ },
  { name: 'actionIsAllowed', finding: /\.(Not)?Action$/ },
  { name: 'conditionsHold', finding: /\.Condition\./ },
] as const

/** Tags and source identity each need an action of their own (D.3). */
const carried = [
  {
    name: 'tagsArePermitted',
    action: 'sts:TagSession',
    isAsked: ({ session }: PreflightInput) => session.tags.size > 0 || session.transitiveTagKeys.length > 0,
  },
  {
    name: 'sourceIdentityIsPermitted',
    action: 'sts:SetSourceIdentity',
    isAsked: ({ session }: PreflightInput) => session.sourceIdentity !== undefined,
  },
] as const

export interface TrustEvaluation {
  /** The named checks. */
  readonly findings: Verdict
  /** The findings of the statements, part by part; those of a further action begin with its name. */
  readonly derivation: Verdict
  /** By the name of a check: the part of a statement that decides it. */
  readonly parts: ReadonlyMap<string, Finding>
}

const unknownTrust: TrustEvaluation = {
  findings: [{ name: 'trustPolicyIsKnown', ...unknown("the role's trust policy", 'none', 'roles[].trustPolicy') }],
  derivation: [],
  parts: new Map(),
}

/** Every check of the trust policy. If no policy is known, a single finding says so. */
export function evaluateTrust(
  trustPolicy: Policy | undefined,
  circumstances: PreflightInput,
  context: RequestContext,
): TrustEvaluation {
  if (!trustPolicy) return unknownTrust
  const { evidence } = circumstances
  const ask = (action: string): EvaluatedAction =>
    evaluateAction(trustPolicy, { principal: { federated: evidence.principal }, action, context })
  const call = ask(actionOf(evidence))
  const further = carried
    .filter(({ isAsked }) => isAsked(circumstances))
    .map(({ name, action }) => ({ name, action, ...ask(action) }))
  const callFindings = causeFindings(call)
  const stopped = callFindings.find(({ outcome }) => outcome === 'fail' || outcome === 'unknown')
  const parts = new Map<string, Finding>(
    further.flatMap(({ name, decidedBy }) => (decidedBy ? [[name, decidedBy]] : [])),
  )
  if (stopped && call.decidedBy) parts.set(stopped.name, call.decidedBy)
  return {
    findings: [
      ...callFindings,
      ...recipientFinding(circumstances, call.decision),
      ...further.map(
        ({ name, action, decidedBy }): Finding => (decidedBy ? { ...decidedBy, name } : { name, ...passed(action) }),
      ),
    ],
    derivation: [
      ...call.derivation,
      ...further.flatMap(({ action, derivation }) =>
        derivation.map((finding) => ({ ...finding, name: `${action} ${finding.name}` })),
      ),
    ],
    parts,
  }
}

function evaluateAction(policy: Policy, request: PolicyRequest): EvaluatedAction {
  const extremes = bestAndWorstCase(policy)
  const best = evaluate(extremes.best, request, CERTAIN)
  const worst = extremes.worst === extremes.best ? best : evaluate(extremes.worst, request, CERTAIN)
  // The best case omits a Deny that may apply.
  const decision = !isDeny(best) && worst.effect === 'explicit-deny' ? worst : best
  const derivation = decision.verdict.map(foreseen)
  const outcome = isDeny(best) ? 'fail' : 'unknown'
  const decidedBy =
    worst.effect === 'allow'
      ? undefined
      : derivation.map((finding) => sure(finding, decision, outcome)).find((finding) => finding.outcome === outcome)
  return { decision, derivation, decidedBy }
}

function isDeny({ effect }: Decision): boolean {
  return effect === 'explicit-deny' || effect === 'implicit-deny'
}

/** A condition on a key that is unknown at preflight neither passes nor fails. */
function foreseen(finding: Finding): Finding {
  return isUnknownAtPreflight(keyOf(finding))
    ? { ...finding, outcome: 'unknown', found: 'not known before the call is made', source: keyOf(finding) }
    : finding
}

/** The key of a condition's finding, `Statement[0].Condition.StringEquals.saml:aud`. */
function keyOf({ name }: Finding): string {
  return /\.Condition\.[^.]+\.(.+)$/s.exec(name)?.[1] ?? ''
}

/** A finding that a Deny applies is only as certain as the findings after it. */
function sure(finding: Finding, { effect }: Decision, outcome: 'fail' | 'unknown'): Finding {
  return effect === 'explicit-deny' && outcome === 'unknown' && finding.outcome === 'fail'
    ? { ...finding, outcome }
    : finding
}

/** The checks of the call itself, up to the first that does not pass. */
function causeFindings({ decision, decidedBy }: EvaluatedAction): Verdict {
  const source = decision.statement?.path ?? 'trust policy'
  const isDenied = decision.effect === 'explicit-deny'
  const stopped = isDenied || !decidedBy ? -1 : causes.findIndex(({ finding }) => finding.test(decidedBy.name))
  const asked = causes.map(({ name }, n): Finding => {
    if (isDenied || (stopped >= 0 && n > stopped)) return { name, ...notRun() }
    return n === stopped && decidedBy ? { ...decidedBy, name } : { name, ...passed(undefined, source) }
  })
  const name = 'noStatementDenies'
  return [...asked, isDenied && decidedBy ? { ...decidedBy, name } : { name, ...passed(undefined, 'trust policy') }]
}

/** The trust policy's `saml:aud` decides; whether AWS also requires one of its own URLs is not confirmed (B.5). */
function recipientFinding({ evidence }: PreflightInput, { statement }: Decision): Verdict {
  if (evidence.kind !== 'saml') return []
  const { recipient, principal } = evidence
  const { partition = '' } = parseArn(principal) ?? {}
  const source = 'SubjectConfirmationData/@Recipient'
  const isNamed = statement?.conditions.some(({ name, restricts }) => restricts && name === 'saml:aud') ?? false
  const result =
    recipient !== undefined && (isNamed || isAwsSamlRecipient(recipient, partition))
      ? passed(recipient, source)
      : unknown("an address of AWS's, or one that the trust policy names", recipient ?? 'none', source)
  return [{ name: 'recipientIsTaken', ...result }]
}
