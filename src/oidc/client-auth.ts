import { createHash, type KeyObject, type X509Certificate } from 'node:crypto'
import { type CryptoKey, importPKCS8 } from 'jose'
import {
  type ClientAuth,
  ClientSecretPost,
  modifyAssertion,
  None,
  PrivateKeyJwt,
  type ServerMetadata,
} from 'openid-client'
import { cut, OidcError } from './errors.ts'
import type { ClientKey, OidcSettings } from './settings.ts'

type Method = NonNullable<OidcSettings['tokenEndpointAuthMethod']>

/** The two members of a discovery document that are used here, as received. */
interface Metadata {
  readonly token_endpoint_auth_methods_supported?: unknown
  readonly token_endpoint_auth_signing_alg_values_supported?: unknown
}

const CURVES: Readonly<Record<string, string>> = { prime256v1: 'ES256', secp384r1: 'ES384', secp521r1: 'ES512' }

/** How we authenticate to the provider. Throws OidcError if the settings lack what the method needs. */
export async function clientAuth(settings: OidcSettings, metadata: ServerMetadata): Promise<ClientAuth> {
  const method = settings.tokenEndpointAuthMethod ?? defaultMethod(settings, metadata)
  if (method === 'none') return None()
  if (method === 'private_key_jwt') return privateKeyJwt(settings.clientKey ?? missing(method), metadata)
  const secret = settings.clientSecret ?? missing(method)
  return method === 'client_secret_post' ? ClientSecretPost(secret.reveal()) : clientSecretBasic(secret.reveal())
}

function defaultMethod({ clientKey, clientSecret }: OidcSettings, metadata: Metadata): Method {
  if (clientKey) return 'private_key_jwt'
  return clientSecret ? secretMethod(metadata) : 'none'
}

/** RFC 7523 2.2. The assertion's audience is the issuer. */
async function privateKeyJwt(clientKey: ClientKey, metadata: Metadata): Promise<ClientAuth> {
  const { privateKey, kid, certificate } = clientKey
  const algorithm = assertionAlgorithm(clientKey, metadata)
  const key = await importPKCS8(privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(), algorithm)
  // openid-client would name it Ed25519 (RFC 9864) even if the provider knows it as EdDSA.
  const named = (header: Record<string, unknown>) =>
    Object.assign(header, { alg: algorithm }, certificate && thumbprintsOf(certificate))
  return PrivateKeyJwt(withKid(key, kid), { [modifyAssertion]: named })
}

/** Entra ID and ADFS identify a client's key by these. RFC 7515 4.1.7 and 4.1.8 */
function thumbprintsOf({ raw }: X509Certificate) {
  return {
    x5t: createHash('sha1').update(raw).digest('base64url'),
    'x5t#S256': createHash('sha256').update(raw).digest('base64url'),
  }
}

function withKid(key: CryptoKey, kid: string | undefined) {
  return kid === undefined ? { key } : { key, kid }
}

function missing(method: Method): never {
  const expected = method === 'private_key_jwt' ? 'a client key' : 'a client secret'
  throw new OidcError('oidc.client_credentials_missing', { expected, found: 'none', source: method })
}

/**
 * RFC 6749 2.3.1. openid-client also encodes `-`, `.` and `_`, which is allowed but not needed; providers that do not
 * decode would consider the secret wrong.
 */
function clientSecretBasic(secret: string): ClientAuth {
  return (_server, client, _body, headers) => {
    const credentials = `${formEncoded(client.client_id)}:${formEncoded(secret)}`
    headers.set('authorization', `Basic ${Buffer.from(credentials).toString('base64')}`)
  }
}

function formEncoded(text: string): string {
  return new URLSearchParams([['', text]]).toString().slice(1)
}

/** The default way to send a secret. Discovery 1.0, 3: a provider that lists no methods accepts Basic. */
export function secretMethod(metadata: Metadata): 'client_secret_basic' | 'client_secret_post' {
  return (listedMethods(metadata) ?? ['client_secret_basic']).includes('client_secret_basic')
    ? 'client_secret_basic'
    : 'client_secret_post'
}

/** The methods that the provider lists; undefined if it lists none. */
export function listedMethods(metadata: Metadata): readonly string[] | undefined {
  return textsIn(metadata.token_endpoint_auth_methods_supported)
}

/** undefined for a value that is not a list. */
function textsIn(listed: unknown): readonly string[] | undefined {
  return Array.isArray(listed) ? listed.filter((one) => typeof one === 'string') : undefined
}

/** The signature algorithm of the client key. Throws OidcError if it has none that suits. */
export function assertionAlgorithm({ privateKey, algorithm }: ClientKey, metadata: Metadata): string {
  const possible = assertionAlgorithms(privateKey)
  // The configured algorithm is the one registered for the client: the provider's list is about all clients.
  const wanted = algorithm === undefined ? listedAlgorithms(metadata) : [algorithm]
  const found = possible.find((one) => wanted?.includes(one) ?? true)
  if (found !== undefined) return found
  const source = algorithm === undefined ? 'client key' : 'privateKeyAlgorithm'
  const detail = { expected: possible.join(' or '), found: cut(wanted?.join(' ') ?? ''), source }
  throw new OidcError('oidc.client_key_unusable', detail)
}

/** The algorithms that a key can sign with, most widely supported first. */
function assertionAlgorithms({ asymmetricKeyType, asymmetricKeyDetails }: KeyObject): readonly string[] {
  if (asymmetricKeyType === 'rsa') return ['RS256', 'PS256', 'RS384', 'PS384', 'RS512', 'PS512']
  if (asymmetricKeyType === 'ed25519') return ['EdDSA', 'Ed25519']
  const curve = CURVES[asymmetricKeyDetails?.namedCurve ?? '']
  if (curve !== undefined) return [curve]
  const found = String(asymmetricKeyType)
  throw new OidcError('oidc.client_key_unusable', {
    expected: 'an RSA, EC or Ed25519 key',
    found,
    source: 'client key',
  })
}

function listedAlgorithms(metadata: Metadata): readonly string[] | undefined {
  return textsIn(metadata.token_endpoint_auth_signing_alg_values_supported)
}
