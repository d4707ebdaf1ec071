/** Everything that a test sign-in tells its owner: what came, what each check found, and what it would lead to. */
import { type RuleOutcome, ruleOutcomes } from '../../access/entitlement.ts'
import type { SignIn } from '../../core/identity.ts'
import type { Verdict } from '../../core/verdict.ts'
import { originalEvidenceOf } from '../../evidence/original-evidence.ts'
import { GatewayError } from '../errors.ts'
import { type Gateway, providerOf } from '../gateway.ts'
import { isBoundTo } from '../login/pending-logins.ts'
import { isOperator } from '../operations/status.ts'
import type { EvidencePorts } from '../roles/evidence-to-present.ts'
import { type IdentityPreview, identityPreview } from '../roles/identity-preview.ts'
import type { EntitlementPorts } from '../roles/list-roles.ts'
import type { PreflightPorts } from '../roles/preflight-role.ts'
import { testSignIns } from '../store-records.ts'
import { presetExpectations } from './expectations.ts'
import type { KeptTest } from './keep.ts'

export type TestReportPorts = Pick<Gateway, 'store' | 'settings'> & EvidencePorts & EntitlementPorts & PreflightPorts

export interface TestReport extends Pick<KeptTest, 'provider' | 'at' | 'reference' | 'verdict' | 'refusal'> {
  /** undefined: the answer was refused. */
  readonly accepted?: AcceptedTest
}

export interface AcceptedTest {
  readonly signIn: SignIn
  /** The ID token's claims as they came, as JSON; none for SAML, whose attributes are all in the identity. */
  readonly claims: readonly { readonly name: string; readonly values: readonly string[] }[]
  /** Values that came and do not count, and why. */
  readonly leftOut: NonNullable<SignIn['leftOut']>
  readonly rules: readonly RuleOutcome[]
  /** What the provider's preset expects; empty without one. */
  readonly expectations: Verdict
  readonly isOperator: boolean
  /** Roles with a forecast, condition keys, and the AWS session. */
  readonly aws: IdentityPreview
}

export interface AskedReport {
  readonly handle: string
  readonly owner: string
  readonly browserSecret: string | undefined
}

/**
 * The result under that handle, by the rules of now. Throws GatewayError `test.unknown` unless this owner started it in
 * this browser.
 */
export async function testReport(
  gateway: TestReportPorts,
  { handle, owner, browserSecret }: AskedReport,
): Promise<TestReport> {
  const kept = await testSignIns.get(gateway.store, handle)
  if (!kept || kept.owner !== owner || !isBoundTo(kept.binding, browserSecret)) throw new GatewayError('test.unknown')
  const { provider, at, reference, verdict, refusal, signIn } = kept
  return {
    ...{ provider, at, reference, verdict },
    ...(refusal && { refusal }),
    ...(signIn && { accepted: acceptedTest(gateway, signIn) }),
  }
}

function acceptedTest(gateway: TestReportPorts, signIn: SignIn): AcceptedTest {
  const { identity, leftOut = [] } = signIn
  return {
    signIn,
    claims: claimsOf(gateway, signIn),
    leftOut,
    rules: ruleOutcomes(gateway.settings.access, identity),
    expectations: presetExpectations(providerOf(gateway, identity.provider).settings, identity),
    isOperator: isOperator(gateway, identity),
    aws: identityPreview(gateway, { signIn }),
  }
}

function claimsOf(gateway: EvidencePorts, signIn: SignIn): AcceptedTest['claims'] {
  const provider = providerOf(gateway, signIn.identity.provider)
  if (provider.protocol === 'saml') return []
  const original = originalEvidenceOf(signIn, undefined)
  const claims = original.kind === 'saml' ? {} : original.claims
  return Object.entries(claims).map(([name, value]) => ({
    name,
    values: [value].flat().map((one) => (typeof one === 'string' ? one : JSON.stringify(one))),
  }))
}
