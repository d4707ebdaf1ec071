/**
 * AWS explains a failed federation with a single word: this adds the probable reason, from what is known in advance.
 */

import { reasonSentence } from '../../access/preflight/explanation.ts'
import type { Preflight } from '../../access/preflight.ts'
import { StsError } from '../../aws/errors.ts'
import type { Verdict } from '../../core/verdict.ts'
import type { Login } from '../login/logins.ts'
import { type PreflightPorts, preflightRole } from './preflight-role.ts'
import type { Exchange } from './sts-request.ts'

/** AWS's refusal with its probable reason. */
export class ExplainedDenial extends StsError {
  readonly verdict: Verdict
  /** In a sentence, for the audit line. */
  readonly likelyReason: string

  constructor(denial: StsError, { verdict }: Preflight, likelyReason: string) {
    const { expected = '', found = '', source = '' } = denial
    super('sts.access_denied', { expected, found, source, hint: likelyReason, cause: denial })
    this.verdict = verdict
    this.likelyReason = likelyReason
  }
}

const ASK = 'Show this to your AWS administrator.'

/** AWS's refusal of a role with its probable reason; every other error unchanged. */
export function explainedDenial(
  gateway: PreflightPorts,
  login: Login,
  { role, durationSeconds }: Exchange,
  error: unknown,
): unknown {
  if (!(error instanceof StsError) || error.code !== 'sts.access_denied') return error
  const foreseen = preflightRole(gateway, login, role, durationSeconds)
  return new ExplainedDenial(error, foreseen, likelyReasonOf(foreseen))
}

/** Includes unknown findings: they may be the reason for AWS's refusal. */
function likelyReasonOf(foreseen: Preflight): string {
  const reason = reasonSentence(foreseen)
  if (reason === undefined)
    return `AWS refused. The gateway knows no reason: the role may not exist, or its trust policy in IAM may differ from the one configured here. ${ASK}`
  if (foreseen.outcome === 'denied') return `AWS refused. Likely reason: ${reason} ${ASK}`
  if (foreseen.decidedBy?.name === 'trustPolicyIsKnown')
    return `AWS refused without giving a reason. ${reason} The gateway knows no other reason. ${ASK}`
  return `AWS refused. Possible reason: ${reason} ${ASK}`
}
