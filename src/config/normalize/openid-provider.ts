import { resolve } from 'node:path'
import { Secret } from '../../core/secret.ts'
import type { FileProvider } from '../schema.ts'
import type { ClientAuth, OidcProviderConfig } from '../types.ts'
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
    ...same
  } = provider
  return {
    ...same,
    label: label ?? provider.id,
    clientAuth: clientAuthOf(provider, folder),
    exchange:
      exchange.evidence === 'original' ? { via: 'web-identity', evidence: 'original' } : reissuedExchange(exchange),
    ...optional('prompt', prompt),
    ...optional('maxAgeSeconds', maxAge === undefined ? undefined : seconds(maxAge)),
    ...optional('idTokenAlgs', idTokenAlgs),
    ...optional('requireVerifiedEmail', requireVerifiedEmail),
  }
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
