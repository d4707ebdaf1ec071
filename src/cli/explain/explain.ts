/** `fedgate explain`: what AWS would see, and how it would answer. Signs no user in, and sends nothing to AWS. */
import { type Finding, notRun } from '../../core/verdict.ts'
import type { LintFinding } from '../../iam/lint/finding.ts'
import { lintTrustPolicy } from '../../iam/lint.ts'
import { Ended, exitCodes } from '../exit-codes.ts'
import { readConfig } from '../load-config.ts'
import type { ExplainCommand, ExplainOptions } from '../options.ts'
import { colors, openOutput } from '../output.ts'
import { answerLines } from './batch.ts'
import { type Explained, explained } from './question.ts'
import { decisions, explainJson, explainLines } from './text.ts'

const NO_SIGNATURE: Finding = { name: 'signatureIsVerified', ...notRun('explain verifies no signature') }

/** Contract: 0 allow, 4 deny, 1 unknown. */
const exits = { allowed: exitCodes.ok, denied: exitCodes.refused, unknown: exitCodes.failed } as const

/** Throws ConfigError, ExplainError, IamError, or Ended with the code of the answer. */
export async function runExplain(command: ExplainCommand): Promise<void> {
  if (!('batch' in command)) return explainOne(command)
  const { failures } = await answerLines(process.stdin, process.stdout)
  if (failures > 0) throw new Ended(exitCodes.failed)
}

async function explainOne(options: ExplainOptions): Promise<void> {
  const output = openOutput(process.stdout, process.stderr, process.env)
  const config = await readConfig(options.config, process.env, 'offline')
  const one = await explained(config, options, new Date(), output.note)
  const { outcome, verdict, context } = one.preflight
  const lines = options.json
    ? [explainJson({ decision: decisions[outcome], action: one.action, context, checks: [NO_SIGNATURE, ...verdict] })]
    : explainLines(one, lintOf(one), colors(output.style))
  for (const line of lines) output.print(line)
  if (outcome !== 'allowed') throw new Ended(exits[outcome])
}

function lintOf({ trustPolicy, evidence, session }: Explained): readonly LintFinding[] {
  if (!trustPolicy) return []
  const audience = evidence.kind === 'saml' ? (evidence.recipient ?? '') : (evidence.audiences[0] ?? '')
  const { kind, principal: provider } = evidence
  const issuer = evidence.kind === 'saml' ? {} : { issuer: evidence.issuer }
  const [tags, sourceIdentity] = [session.tags.size > 0, session.sourceIdentity !== undefined]
  return lintTrustPolicy(trustPolicy, { evidence: [{ kind, provider, ...issuer, audience, tags, sourceIdentity }] })
}
