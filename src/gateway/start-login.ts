import { fingerprint, newToken } from '../core/ids.ts'
import { buildAuthnRequest } from '../saml/authn-request.ts'
import { type Gateway, providerOf } from './gateway.ts'
import { newHandle, rememberPending } from './pending-logins.ts'
import type { OidcProvider, SamlProvider } from './providers.ts'
import { returnPath } from './return-to.ts'

export interface StartedLogin {
  /** Where the browser goes: the identity provider. */
  readonly redirectTo: string
  /** What the browser keeps as its binding cookie: what it had, so that several tabs finish in any order, or new. */
  readonly browserSecret: string
}

interface Start {
  readonly browserSecret: string
  readonly returnTo: string
}

const startSaml = async (gateway: Gateway, provider: SamlProvider, start: Start): Promise<string> => {
  const handle = newHandle()
  const { id, url } = buildAuthnRequest({
    idp: await provider.metadata(),
    sp: provider.serviceProvider,
    relayState: handle,
    now: gateway.now(),
  })
  await rememberPending(gateway.store, gateway.now, handle, {
    protocol: 'saml',
    provider: provider.settings.id,
    requestId: id,
    returnTo: start.returnTo,
    binding: fingerprint(start.browserSecret),
  })
  return url
}

const startOidc = async (gateway: Gateway, provider: OidcProvider, start: Start): Promise<string> => {
  const { url, state, nonce, codeVerifier } = await provider.relyingParty.start(gateway.now())
  await rememberPending(gateway.store, gateway.now, state, {
    protocol: 'oidc',
    provider: provider.settings.id,
    state,
    nonce,
    codeVerifier,
    returnTo: start.returnTo,
    binding: fingerprint(start.browserSecret),
  })
  return url.toString()
}

/**
 * Starts a login at that provider, to end at `returnTo`, a path inside the gateway. Throws GatewayError
 * (`provider.unknown`, `provider.unavailable`, `login.return_to_refused`), OidcError or SamlError.
 */
export const startLogin = async (
  gateway: Gateway,
  asked: { provider: string; returnTo: unknown; browserSecret: string | undefined },
): Promise<StartedLogin> => {
  const provider = providerOf(gateway, asked.provider)
  const start = { browserSecret: asked.browserSecret ?? newToken(), returnTo: returnPath(asked.returnTo, '/roles') }
  const redirectTo =
    provider.protocol === 'saml' ? await startSaml(gateway, provider, start) : await startOidc(gateway, provider, start)
  return { redirectTo, browserSecret: start.browserSecret }
}
