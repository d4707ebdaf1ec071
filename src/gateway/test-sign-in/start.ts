/**
 * A test sign-in shows an operator everything that a sign-in at a provider leads to, and signs nobody in: it takes the
 * same way as any other, up to the point where its answer would be kept for the browser (keep.ts). What was kept is not
 * a sign-in: no session, role or credentials can be made of it, only a report (report.ts).
 */
import { fingerprint, newToken } from '../../core/ids.ts'
import { auditingRefusals } from '../audit-lines.ts'
import { type Caller, providerOf } from '../gateway.ts'
import { type StartedLogin, type StartLoginPorts, startOidc, startSaml } from '../login/start-login.ts'
import type { Recording } from '../record.ts'

export interface AskedTest {
  readonly provider: string
  /** The entityID of the identity provider, if the provider has several. */
  readonly idp?: string
  /** Who may see the result: the id of an operator's login, or the secret of `fedgate check --live`. */
  readonly owner: string
  readonly browserSecret: string | undefined
  /** Whether the provider has to ask for a sign-in even if the user has a session there. */
  readonly isFresh: boolean
}

/** How old the authentication may be that follows such a question. */
const FRESH_SECONDS = 5 * 60

/**
 * Sends the browser to the provider. Throws GatewayError (`provider.unknown`, `provider.unavailable`,
 * `provider.idp_unknown`, `login.too_many_pending`), OidcError or SamlError.
 */
export function startTest(
  gateway: Recording & StartLoginPorts,
  asked: AskedTest,
  caller: Caller,
): Promise<StartedLogin> {
  return auditingRefusals(gateway, { provider: asked.provider }, caller, async () => {
    const provider = providerOf(gateway, asked.provider)
    const browserSecret = asked.browserSecret ?? newToken()
    const intent = {
      returnTo: `/status/try/${asked.provider}`,
      binding: fingerprint(browserSecret),
      testFor: asked.owner,
      ...(asked.isFresh ? { maxAuthAgeSeconds: FRESH_SECONDS } : {}),
    }
    const idp = asked.idp === undefined ? {} : { idp: asked.idp }
    const departure =
      provider.protocol === 'saml'
        ? await startSaml(gateway, provider, { ...intent, ...idp })
        : await startOidc(gateway, provider, intent)
    return { departure, browserSecret }
  })
}
