import { Secret } from '../../src/core/secret.ts'
import type { LoginWishes } from '../../src/oidc/authorization-request.ts'
import { OidcError } from '../../src/oidc/errors.ts'
import { createRelyingParty, type RelyingPartyOptions } from '../../src/oidc/relying-party.ts'
import type { OidcSettings } from '../../src/oidc/settings.ts'
import type { Tampering, TamperingProvider } from './tampering-provider.ts'

export const settingsFor = (issuer: string, settings: Partial<OidcSettings> = {}): OidcSettings => ({
  id: 'corp',
  issuer,
  clientId: 'fedgate',
  clientSecret: new Secret('client-secret'),
  scopes: ['openid', 'email'],
  redirectUri: 'https://gateway.example/oidc/corp/callback',
  allowInsecureHttp: true,
  clockSkewSeconds: 60,
  ...settings,
})

/** As a NumericDate: the clock of the provider and of the relying party. */
export const seconds = (): number => Math.floor(Date.now() / 1000)

/** A provider whose ID tokens are good but for this claim. */
export const withClaim = (name: string, value: unknown): Tampering => ({
  claims: (claims) => ({ ...claims, [name]: value }),
})

export interface Attempt {
  readonly settings?: Partial<OidcSettings>
  readonly options?: RelyingPartyOptions
  /** What this login asks for. */
  readonly wishes?: LoginWishes
  /** Changes what the browser brings back. */
  readonly callback?: (parameters: URLSearchParams) => void
}

/** One whole sign-in at the provider, by a relying party that has never met it. */
export const attempt = async (
  provider: TamperingProvider,
  tampering: Tampering,
  { settings, options, wishes, callback }: Attempt = {},
) => {
  const relyingParty = createRelyingParty(settingsFor(provider.issuer, settings), options)
  provider.behave(tampering)
  const { url: _, ...secrets } = await relyingParty.start(new Date(), wishes)
  provider.behave(tampering, secrets.nonce)
  const parameters = new URLSearchParams({ code: 'a-code', state: secrets.state, iss: provider.issuer })
  callback?.(parameters)
  return relyingParty.finish(parameters, secrets, new Date())
}

/** The error that the sign-in ends with. */
export const refusal = async (...parameters: Parameters<typeof attempt>): Promise<OidcError> => {
  const outcome = await attempt(...parameters).catch((error: unknown) => error)
  if (outcome instanceof OidcError) return outcome
  throw new Error('the sign-in was not refused with an OidcError', { cause: outcome })
}
