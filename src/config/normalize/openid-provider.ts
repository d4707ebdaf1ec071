import { resolve } from 'node:path'
import { Secret } from '../../core/secret.ts'
import { oidcPresetOf } from '../../presets/oidc-presets.ts'
import type { FileProvider } from '../schema.ts'
import type { AccessTokenConfig, ClientAuth, OidcProviderConfig } from '../types.ts'
import { reissuedExchange } from './exchange.ts'
import { optional, seconds } from './values.ts'

type FileOidcProvider = Extract<FileProvider, { protocol: 'oidc' }>

export function oidcProviderOf(provider: FileOidcProvider, folder: string): OidcProviderConfig {
  const {
    clientSecret: _,
    privateKey: __,
    privateKeyId: ___,
    privateKeyAlgorithm: ____,
    privateKeyCertificate: _____,
    tokenEndpointAuthMethod: ______,
    prompt,
    maxAge,
    idTokenAlgs,
    requireVerifiedEmail,
    exchange,
    label,
    preset,
    issuer,
    endpoints,
    ...same
  } = withoutParameters(provider)
  if (issuer === undefined) throw new TypeError('no issuer')
  const { issuerAliases = [], issuerTemplate } = oidcPresetOf(provider)?.habits?.(provider) ?? {}
  return {
    ...same,
    ...optional('preset', preset),
    issuer,
    issuerAliases,
    ...optional('issuerTemplate', issuerTemplate),
    ...optional('accessTokens', accessTokensOf(provider, endpoints)),
    label: label ?? provider.id,
    clientAuth: clientAuthOf(provider, folder),
    exchange:
      exchange.evidence === 'original'
        ? { via: 'web-identity', evidence: 'original', ...optional('identityPoolId', exchange.identityPoolId) }
        : reissuedExchange(exchange),
    ...optional('prompt', prompt),
    ...optional('maxAgeSeconds', maxAge === undefined ? undefined : seconds(maxAge)),
    ...optional('idTokenAlgs', idTokenAlgs),
    ...optional('requireVerifiedEmail', requireVerifiedEmail),
  }
}

/** The issuer has taken their place. */
function withoutParameters(provider: FileOidcProvider) {
  const {
    tenant: _,
    tokenVersion: __,
    domain: ___,
    realm: ____,
    authorizationServer: _____,
    userPoolId: ______,
    ...same
  } = provider
  return same
}

/** The preset's endpoints, or those that the operator wrote. */
function accessTokensOf(
  provider: FileOidcProvider,
  endpoints: FileOidcProvider['endpoints'],
): AccessTokenConfig | undefined {
  const service = oidcPresetOf(provider)?.service
  if (!service) return undefined
  const { authorization = service.authorization, api = service.api } = endpoints ?? {}
  return { providerId: service.providerId, authorization, api }
}

function clientAuthOf(provider: FileOidcProvider, folder: string): ClientAuth {
  const { clientSecret, privateKey, privateKeyId, privateKeyAlgorithm, privateKeyCertificate: certificate } = provider
  const { tokenEndpointAuthMethod: method } = provider
  if (privateKey !== undefined)
    return {
      kind: 'key',
      privateKey: resolve(folder, privateKey),
      ...optional('keyId', privateKeyId),
      ...optional('algorithm', privateKeyAlgorithm),
      ...optional('certificate', certificate === undefined ? undefined : resolve(folder, certificate)),
    }
  if (clientSecret === undefined) return { kind: 'none' }
  const isSecretMethod = method === 'client_secret_basic' || method === 'client_secret_post'
  return {
    kind: 'secret',
    secret: new Secret(clientSecret),
    ...optional('method', isSecretMethod ? method : undefined),
  }
}
