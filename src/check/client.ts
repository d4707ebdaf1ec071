/** Checks on the gateway's client authentication at an OpenID provider. */
import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto'
import type { OidcProviderConfig } from '../config/types.ts'
import { type CheckResult, type Checks, failed, passed } from '../core/verdict.ts'
import type { Json } from '../oidc/answer.ts'
import { assertionAlgorithm, listedMethods, secretMethod } from '../oidc/client-auth.ts'
import { OidcError } from '../oidc/errors.ts'
import { type CheckPorts, reasonIn } from './ports.ts'

/** A file of the configuration. */
interface File {
  readonly file: string
  readonly pem: string | { readonly problem: string }
}

/** The client settings, and the provider's metadata to compare them with. */
export interface Client {
  readonly settings: OidcProviderConfig
  /** undefined: the discovery document cannot be used. */
  readonly document: Json | undefined
  /** undefined: the client has no key of its own. */
  readonly clientKey: File | undefined
  readonly certificate: File | undefined
}

export const clientChecks = {
  clientAuthIsOffered,
  clientKeyIsUsable,
  clientCertificateFits,
} as const satisfies Checks<Client>

/** The client's files that the configuration names. */
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
function clientAuthIsOffered({ settings, document }: Client): readonly CheckResult[] {
  const methods = document && listedMethods(document)
  if (!methods) return []
  const method = methodOf(settings, document)
  if (methods.includes(method)) return [passed(method)]
  return [
    { ...passed(method, 'token_endpoint_auth_methods_supported'), warning: `it lists ${methods.join(', ')} only` },
  ]
}

/** The client authentication method of a login. */
function methodOf({ clientAuth }: OidcProviderConfig, document: Json): string {
  if (clientAuth.kind === 'none') return 'none'
  return clientAuth.kind === 'key' ? 'private_key_jwt' : (clientAuth.method ?? secretMethod(document))
}

function clientKeyIsUsable(client: Client): readonly CheckResult[] {
  if (!client.clientKey) return []
  const privateKey = privateKeyIn(client.clientKey)
  return [isResult(privateKey) ? privateKey : signingResult(privateKey, client, client.clientKey.file)]
}

function privateKeyIn({ file, pem }: File): KeyObject | CheckResult {
  if (typeof pem !== 'string') return failed('a PEM private key', pem.problem, file)
  try {
    return createPrivateKey(pem)
  } catch (error) {
    return failed('a PEM private key', reasonIn(error), file)
  }
}

function isResult(found: KeyObject | CheckResult): found is CheckResult {
  return 'outcome' in found
}

/** The algorithm that the key signs with at this provider. */
function signingResult(privateKey: KeyObject, { settings, document }: Client, file: string): CheckResult {
  const algorithm = settings.clientAuth.kind === 'key' ? settings.clientAuth.algorithm : undefined
  try {
    const signsWith = assertionAlgorithm({ privateKey, ...(algorithm && { algorithm }) }, document ?? {})
    return passed(`${privateKey.asymmetricKeyType} key, ${signsWith}`, file)
  } catch (error) {
    if (!(error instanceof OidcError)) throw error
    return failed(error.expected ?? '', error.found ?? '', error.source)
  }
}

function clientCertificateFits({ clientKey, certificate }: Client): readonly CheckResult[] {
  const privateKey = clientKey && privateKeyIn(clientKey)
  if (!certificate || !privateKey || isResult(privateKey)) return []
  const { file, pem } = certificate
  if (typeof pem !== 'string') return [failed('a PEM certificate', pem.problem, file)]
  try {
    const fits = new X509Certificate(pem).checkPrivateKey(privateKey)
    return [fits ? passed(undefined, file) : failed('the certificate of the private key', 'that of another', file)]
  } catch (error) {
    return [failed('a PEM certificate', reasonIn(error), file)]
  }
}
