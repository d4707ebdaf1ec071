/** What came of a test sign-in, kept for its owner instead of a verified sign-in. */
import { FedgateError, reasonOf } from '../../core/errors.ts'
import type { SignIn } from '../../core/identity.ts'
import { newId } from '../../core/ids.ts'
import { type Finding, firstFailure, type Observe, type Verdict } from '../../core/verdict.ts'
import { auditTest } from '../audit-lines.ts'
import { expiryOf } from '../define-record.ts'
import type { Caller } from '../gateway.ts'
import { readLogin } from '../login/logins.ts'
import type { PendingLogin } from '../login/pending-logins.ts'
import type { Recording } from '../record.ts'
import { testSignIns } from '../store-records.ts'

/** Why an answer was refused, as the user of a real sign-in would see it, and the reason. */
export interface TestRefusal {
  readonly code: string
  readonly sentence: string
  readonly hint: string
  readonly reason?: string
}

export interface KeptTest {
  readonly provider: string
  readonly owner: string
  /** The fingerprint of the binding cookie of the browser that started it. */
  readonly binding: string
  readonly at: Date
  /** Under which the audit log has it. */
  readonly reference: string
  /** Every check that ran, and those that an earlier failure kept from running. */
  readonly verdict: Verdict
  readonly refusal?: TestRefusal
  /** Without a refresh token. */
  readonly signIn?: SignIn
}

type PendingTest = Pick<PendingLogin, 'provider' | 'binding' | 'testFor'>

/**
 * Runs the checks of a sign-in and keeps what came of them; returns the handle of the result. A refusal is a result too:
 * only a defect is thrown.
 */
export async function keepTest(
  recording: Recording,
  { provider, binding, testFor: owner = '' }: PendingTest,
  caller: Caller,
  run: (observe: Observe) => Promise<SignIn>,
): Promise<string> {
  const seen: Finding[] = []
  const outcome = await run((verdict) => void seen.push(...verdict)).catch((error: unknown) => {
    if (error instanceof FedgateError) return error
    throw error
  })
  const tester = await readLogin(recording.store, owner)
  const reference = await auditTest(recording, { provider, outcome, tester }, caller)
  const at = recording.now()
  const handle = newId()
  const kept: KeptTest = {
    ...{ provider, owner, binding, at, reference },
    ...(outcome instanceof FedgateError
      ? { verdict: withReason(seen, outcome), refusal: refusalOf(outcome) }
      : { verdict: seen, signIn: withoutRenewal(outcome) }),
  }
  await testSignIns.put(recording.store, handle, kept, expiryOf(testSignIns, at))
  return handle
}

/** Not every refusal is that of a check, as when the provider refuses the code. */
function withReason(seen: Verdict, { code, expected, found, source }: FedgateError): Verdict {
  if (firstFailure(seen)) return seen
  const values = Object.entries({ expected, found, source }).filter(([, value]) => value !== undefined)
  return [...seen, { name: code, outcome: 'fail', ...Object.fromEntries(values) }]
}

function refusalOf(error: FedgateError): TestRefusal {
  const reason = reasonOf(error)
  return { code: error.code, sentence: error.message, hint: error.hint, ...(reason === undefined ? {} : { reason }) }
}

/** Nothing is renewed, so the provider's most powerful token is not kept. */
function withoutRenewal({ renewal: _, ...signIn }: SignIn): SignIn {
  return signIn
}
