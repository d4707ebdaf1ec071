/** What the role's trust policy says to the call, and to the session's tags and source identity (aws-facts D.3, E). */
import { isAwsSamlRecipient } from '../../aws/facts/partitions.ts'
import { parseArn } from '../../core/arn.ts'
import type { Finding, Verdict } from '../../core/verdict.ts'
import type { RequestContext } from '../../iam/condition-keys/context.ts'
import { type Decision, evaluate } from '../../iam/evaluate.ts'
import type { Policy } from '../../iam/policy.ts'
import type { PolicyRequest } from '../../iam/request.ts'
import { passed, unknown } from './answer.ts'
import { actionOf, type PreflightInput } from './facts.ts'
import { bestAndWorstCase, isUnknownAtPreflight } from './unknown-at-preflight.ts'

/** An action put to the trust policy. */
interface Judged {
  readonly decision: Decision
  /** What it hangs on, in the statement that came nearest; undefined where it is allowed. */
  readonly decidedBy: Finding | undefined
  /** Statement by statement, the one that decides first. */
  readonly derivation: Verdict
}

/** What hangs on something that AWS has not confirmed is no yes and no no. */
const CERTAIN = { unconfirmed: 'unknown' } as const

/** What a statement asks, in this order, and how the findings of each end. */
const causes = [
  { name: 'providerIsInPrincipal', finding: /^Statement$|\.Principal$/ },
  { name: 'actionIsAllowed', finding: /\.(Not)?Action$/ },
  { name: 'conditionsHold', finding: /\.Condition\./ },
] as const

/** What the session carries needs an action of its own each (D.3). */
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
  /** What the statements said, part by part; those of a further action begin with its name. */
  readonly derivation: Verdict
  /** By the name of a check: the part that it hangs on. */
  readonly parts: ReadonlyMap<string, Finding>
}

const unknownTrust: TrustEvaluation = {
  findings: [
    {
      name: 'trustPolicyIsKnown',
      outcome: 'unknown',
      expected: "the role's trust policy",
      found: 'none',
      source: 'roles[].trustPolicy',
    },
  ],
  derivation: [],
  parts: new Map(),
}

/** Everything that the trust policy is asked. Where none is known, that is all there is to say. */
export function evaluateTrust(
  trustPolicy: Policy | undefined,
  circumstances: PreflightInput,
  context: RequestContext,
): TrustEvaluation {
  if (!trustPolicy) return unknownTrust
  const { evidence } = circumstances
  const ask = (action: string): Judged =>
    judge(trustPolicy, { principal: { federated: evidence.principal }, action, context })
  const call = ask(actionOf(evidence))
  const further = carried
    .filter(({ isAsked }) => isAsked(circumstances))
    .map(({ name, action }) => ({ name, action, judged: ask(action) }))
  const callFindings = causeFindings(call)
  const stopped = callFindings.find(({ outcome }) => outcome === 'fail' || outcome === 'unknown')
  const parts = new Map<string, Finding>(
    further.flatMap(({ name, judged: { decidedBy } }) => (decidedBy ? [[name, decidedBy]] : [])),
  )
  if (stopped && call.decidedBy) parts.set(stopped.name, call.decidedBy)
  return {
    findings: [
      ...callFindings,
      ...recipientFinding(circumstances, call.decision),
      ...further.map(
        ({ name, action, judged: { decidedBy } }): Finding =>
          decidedBy ? { ...decidedBy, name } : { name, outcome: 'pass', found: action },
      ),
    ],
    derivation: [
      ...call.derivation,
      ...further.flatMap(({ action, judged }) =>
        judged.derivation.map((finding) => ({ ...finding, name: `${action} ${finding.name}` })),
      ),
    ],
    parts,
  }
}

function judge(policy: Policy, request: PolicyRequest): Judged {
  const extremes = bestAndWorstCase(policy)
  const best = evaluate(extremes.best, request, CERTAIN)
  const worst = extremes.worst === extremes.best ? best : evaluate(extremes.worst, request, CERTAIN)
  // A Deny that may yet apply is what the best case does not show.
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

/** What nobody foresees neither passes nor fails. */
function foreseen(finding: Finding): Finding {
  return isUnknownAtPreflight(keyOf(finding))
    ? { ...finding, outcome: 'unknown', found: 'not known before the call is made', source: keyOf(finding) }
    : finding
}

/** The key of a condition's finding, `Statement[0].Condition.StringEquals.saml:aud`. */
function keyOf({ name }: Finding): string {
  return /\.Condition\.[^.]+\.(.+)$/s.exec(name)?.[1] ?? ''
}

/** The line that says a Deny applies is no surer than what follows it. */
function sure(finding: Finding, { effect }: Decision, outcome: 'fail' | 'unknown'): Finding {
  return effect === 'explicit-deny' && outcome === 'unknown' && finding.outcome === 'fail'
    ? { ...finding, outcome }
    : finding
}

/** The call itself, cause by cause, up to the first that stops it. */
function causeFindings({ decision, decidedBy }: Judged): Verdict {
  const source = decision.statement?.path ?? 'trust policy'
  const isDenied = decision.effect === 'explicit-deny'
  const stopped = isDenied || !decidedBy ? -1 : causes.findIndex(({ finding }) => finding.test(decidedBy.name))
  const asked = causes.map(({ name }, n): Finding => {
    if (isDenied || (stopped >= 0 && n > stopped)) return { name, outcome: 'not-run' }
    return n === stopped && decidedBy ? { ...decidedBy, name } : { name, outcome: 'pass', source }
  })
  const name = 'noStatementDenies'
  return [...asked, isDenied && decidedBy ? { ...decidedBy, name } : { name, outcome: 'pass', source: 'trust policy' }]
}

/** AWS looks at `saml:aud` in the trust policy; that it asks for an address of its own besides is not confirmed (B.5). */
function recipientFinding({ evidence }: PreflightInput, { statement }: Decision): Verdict {
  if (evidence.kind !== 'saml') return []
  const { recipient, principal } = evidence
  const { partition = '' } = parseArn(principal) ?? {}
  const source = 'SubjectConfirmationData/@Recipient'
  const isNamed = statement?.conditions.some(({ name, restricts }) => restricts && name === 'saml:aud') ?? false
  const answer =
    recipient !== undefined && (isNamed || isAwsSamlRecipient(recipient, partition))
      ? passed(recipient, source)
      : unknown("an address of AWS's, or one that the trust policy names", recipient ?? 'none', source)
  return answer ? [{ name: 'recipientIsTaken', ...answer }] : []
}
