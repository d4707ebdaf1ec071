import { buildAuthorizationUrl, calculatePKCECodeChallenge, randomNonce, randomPKCECodeVerifier } from 'openid-client'
import { requestableContexts } from '../core/authentication/context.ts'
import { RESERVED_PARAMETERS } from '../core/authorization-parameters.ts'
import { newId } from '../core/ids.ts'
import { endpointAnswerIn } from './answer.ts'
import type { DiscoveredProvider } from './discovery.ts'
import { OidcError } from './errors.ts'
import { isPushed } from './provider-metadata.ts'
import type { OidcSettings } from './settings.ts'

/** What a login keeps on the server until its callback. Each of the three has 256 random bits. */
export interface LoginSecrets {
  readonly state: string
  readonly nonce: string
  /** RFC 7636 4.1 */
  readonly codeVerifier: string
  /** What this login requires beyond the settings. The settings' own maximum age and contexts are required as well. */
  readonly maxAgeSeconds?: number
  readonly acrValues?: readonly string[]
}

/** What one login requests beyond the settings. */
export interface LoginWishes {
  /** Replaces the settings' own. `none` never shows a page: it ends in `oidc.interaction_required` instead. */
  readonly prompt?: string
  /** Seconds; the smaller of this and the settings' own applies. */
  readonly maxAgeSeconds?: number
  /** Replaces the settings' own in the request; the response must satisfy both. */
  readonly acrValues?: readonly string[]
  readonly loginHint?: string
  /** A page on which the user can sign in as another one, even if they have a session there. */
  readonly isOtherUser?: boolean
}

/** Throws OidcError if a further parameter would replace one of the protocol. */
export function refuseReservedParameters({ authorizationParams = {} }: OidcSettings): void {
  const reserved = Object.keys(authorizationParams).find((name) => RESERVED_PARAMETERS.has(name))
  if (reserved === undefined) return
  const expected = 'parameters that are not part of the protocol'
  throw new OidcError('oidc.parameter_reserved', { expected, found: reserved, source: 'authorizationParams' })
}

/**
 * An authorization request for a code with PKCE S256, pushed if configured or required. Core 3.1.2.1, RFC 9126. Throws
 * OidcError.
 */
export async function authorizationRequest(
  settings: OidcSettings,
  provider: DiscoveredProvider,
  wishes: LoginWishes,
): Promise<LoginSecrets & { readonly url: URL }> {
  const secrets = { state: newId(), nonce: randomNonce(), codeVerifier: randomPKCECodeVerifier() }
  const { maxAgeSeconds, acrValues } = wishes
  const parameters = {
    ...settings.authorizationParams,
    ...wished(settings, wishes, provider),
    redirect_uri: settings.redirectUri,
    scope: [...new Set(['openid', ...settings.scopes])].join(' '),
    ...(settings.responseMode === 'form_post' ? { response_mode: 'form_post' } : {}),
    state: secrets.state,
    nonce: secrets.nonce,
    code_challenge: await calculatePKCECodeChallenge(secrets.codeVerifier),
    code_challenge_method: 'S256',
  }
  const inUrl = isPushed(provider.metadata, settings) ? await pushed(settings, provider, parameters) : parameters
  const url = buildAuthorizationUrl(provider.configuration, inUrl)
  return { ...secrets, ...given('maxAgeSeconds', maxAgeSeconds), ...given('acrValues', acrValues), url }
}

function wished(settings: OidcSettings, wishes: LoginWishes, { metadata }: Pick<DiscoveredProvider, 'metadata'>) {
  const { prompt, maxAgeSeconds, acrValues, loginHint, isOtherUser } = wishes
  const maxAge = shortest(settings.maxAgeSeconds, maxAgeSeconds)
  const contexts = requestableContexts(acrValues ?? settings.acrValues ?? [], 'oidc')
  return {
    ...given('prompt', isOtherUser ? otherUserPrompt(settings.issuer, metadata) : (prompt ?? settings.prompt)),
    ...given('max_age', maxAge === undefined ? undefined : String(maxAge)),
    ...given('acr_values', contexts.length > 0 ? contexts.join(' ') : undefined),
    ...given('login_hint', loginHint),
  }
}

/** They offer a choice of accounts and do not say so in `prompt_values_supported`. */
const CHOOSERS = /^https:\/\/(?:accounts\.google\.com|login\.microsoftonline\.(?:com|us))(?:\/|$)/

/** Every provider must know `login`. Core 3.1.2.1 */
function otherUserPrompt(issuer: string, metadata: DiscoveredProvider['metadata']): string {
  const { prompt_values_supported: supported } = metadata
  const isOffered = Array.isArray(supported) && supported.includes('select_account')
  return isOffered || CHOOSERS.test(issuer) ? 'select_account' : 'login'
}

function given<Name extends string, Value>(name: Name, value: Value | undefined): { [Key in Name]?: Value } {
  return value === undefined ? {} : ({ [name]: value } as { [Key in Name]?: Value })
}

/** The parameters that replace pushed ones. RFC 9126 2 and 4 */
async function pushed(
  { clientId }: OidcSettings,
  { metadata, post }: DiscoveredProvider,
  parameters: Readonly<Record<string, string>>,
): Promise<Record<string, string>> {
  const request = { ...parameters, client_id: clientId, response_type: 'code' }
  const answer = await post(String(metadata.pushed_authorization_request_endpoint), request)
  const { request_uri: requestUri } = endpointAnswerIn(answer, [201, 200])
  if (typeof requestUri === 'string' && requestUri !== '') return { request_uri: requestUri }
  const found = requestUri === undefined ? 'nothing' : `a ${typeof requestUri}`
  throw new OidcError('oidc.token_answer_invalid', { expected: 'a text', found, source: 'request_uri' })
}

/** The smaller of two ages, either of which may be undefined. */
export function shortest(one: number | undefined, other: number | undefined): number | undefined {
  return one === undefined || other === undefined ? (one ?? other) : Math.min(one, other)
}
