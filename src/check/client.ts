/** Checks on how the gateway proves to an OpenID provider who it is. */
import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto'
import type { OidcProviderConfig } from '../config/types.ts'
import type { Json } from '../oidc/answer.ts'
import { assertionAlgorithm, listedMethods, secretMethod } from '../oidc/client-auth.ts'
import { OidcError } from '../oidc/errors.ts'
import { type Look, type Looks, ok, reasonIn, wrong } from './look.ts'
import type { CheckPorts } from './ports.ts'

/** A file of the configuration. */
interface File {
  readonly file: string
  readonly pem: string | { readonly problem: string }
}

/** What is configured, against what the provider says of itself. */
export interface Client {
  readonly settings: OidcProviderConfig
  /** undefined where there is none that a login could use. */
  readonly document: Json | undefined
  /** undefined where the client has no key of its own. */
  readonly clientKey: File | undefined
  readonly certificate: File | undefined
}

export const clientLooks = {
  clientAuthIsOffered,
  clientKeyIsUsable,
  clientCertificateFits,
} as const satisfies Looks<Client>

/** What the configuration names of it. */
export async function clientFiles({ clientAuth }: OidcProviderConfig, ports: CheckPorts) {
  const { privateKey, certificate } = clientAuth.kind === 'key' ? clientAuth : {}
  return { clientKey: await readFile(privateKey, ports), certificate: await readFile(certificate, ports) }
}

async function readFile(file: string | undefined, ports: CheckPorts): Promise<File | undefined> {
  return file === undefined
    ? undefined
    : { file, pem: await ports.readText(file).catch((error: unknown) => ({ problem: reasonIn(error) })) }
}

/** A method that the provider does not list may still work. */
function clientAuthIsOffered({ settings, document }: Client): readonly Look[] {
  const methods = document && listedMethods(document)
  if (!methods) return []
  const method = methodOf(settings, document)
  if (methods.includes(method)) return [ok(method)]
  return [{ ...ok(method, 'token_endpoint_auth_methods_supported'), warning: `it lists ${methods.join(', ')} only` }]
}

/** How a login proves who we are. */
function methodOf({ clientAuth }: OidcProviderConfig, document: Json): string {
  if (clientAuth.kind === 'none') return 'none'
  return clientAuth.kind === 'key' ? 'private_key_jwt' : (clientAuth.method ?? secretMethod(document))
}

function clientKeyIsUsable(client: Client): readonly Look[] {
  if (!client.clientKey) return []
  const privateKey = privateKeyIn(client.clientKey)
  return [isLook(privateKey) ? privateKey : signingLook(privateKey, client, client.clientKey.file)]
}

function privateKeyIn({ file, pem }: File): KeyObject | Look {
  if (typeof pem !== 'string') return wrong('a PEM private key', pem.problem, file)
  try {
    return createPrivateKey(pem)
  } catch (error) {
    return wrong('a PEM private key', reasonIn(error), file)
  }
}

function isLook(found: KeyObject | Look): found is Look {
  return 'outcome' in found
}

/** What it signs with at this provider. */
function signingLook(privateKey: KeyObject, { settings, document }: Client, file: string): Look {
  const algorithm = settings.clientAuth.kind === 'key' ? settings.clientAuth.algorithm : undefined
  try {
    const signsWith = assertionAlgorithm({ privateKey, ...(algorithm && { algorithm }) }, document ?? {})
    return ok(`${privateKey.asymmetricKeyType} key, ${signsWith}`, file)
  } catch (error) {
    if (!(error instanceof OidcError)) throw error
    return wrong(error.expected ?? '', error.found ?? '', error.source)
  }
}

function clientCertificateFits({ clientKey, certificate }: Client): readonly Look[] {
  const privateKey = clientKey && privateKeyIn(clientKey)
  if (!certificate || !privateKey || isLook(privateKey)) return []
  const { file, pem } = certificate
  if (typeof pem !== 'string') return [wrong('a PEM certificate', pem.problem, file)]
  try {
    const fits = new X509Certificate(pem).checkPrivateKey(privateKey)
    return [fits ? ok(undefined, file) : wrong('the certificate of the private key', 'that of another', file)]
  } catch (error) {
    return [wrong('a PEM certificate', reasonIn(error), file)]
  }
}
