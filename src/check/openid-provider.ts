/** Checks on an OpenID provider: its discovery document, its keys, its clock. */
import { createPrivateKey } from 'node:crypto'
import type { OidcProviderConfig } from '../config/types.ts'
import { firstFailure, runChecks, type Verdict } from '../core/verdict.ts'
import { allowedAlgorithms, metadataChecks } from '../oidc/provider-metadata.ts'
import { clockLook } from './clock.ts'
import { type Look, type Looks, lookAt, notRun, ok, reasonIn, wrong } from './look.ts'
import type { CheckPorts, HttpAnswer } from './ports.ts'

type Json = Readonly<Record<string, unknown>>

/** What came from an address: a JSON object, or why not. */
interface Fetched {
  readonly url: string
  readonly answer: HttpAnswer | undefined
  readonly content: Json | { readonly problem: string }
}

interface Provider {
  readonly discovery: Fetched
  /** undefined where discovery is not to be used. */
  readonly keys: Fetched | undefined
}

/** What is configured, against what the provider says of itself. */
interface Terms {
  readonly settings: OidcProviderConfig
  readonly document: Json
  /** undefined where the client has no key of its own. */
  readonly clientKey: { readonly file: string; readonly pem: string | { readonly problem: string } } | undefined
}

/** Clocks of providers are given a minute. */
const CLOCK_SKEW_SECONDS = 60

const problemOf = ({ content }: Fetched): string | undefined =>
  typeof content.problem === 'string' ? content.problem : undefined

const jsonOf = ({ status, text }: HttpAnswer): Fetched['content'] => {
  if (status !== 200) return { problem: `HTTP ${status}` }
  try {
    const value: unknown = JSON.parse(text)
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return { ...value }
  } catch {
    // Told like any other answer that is no JSON object.
  }
  return { problem: 'no JSON object' }
}

const fetchJson = async (url: string, ports: CheckPorts): Promise<Fetched> => {
  try {
    const answer = await ports.ask(url, { method: 'GET' })
    return { url, answer, content: jsonOf(answer) }
  } catch (error) {
    return { url, answer: undefined, content: { problem: reasonIn(error) } }
  }
}

const fetchedLook = (fetched: Fetched, expected: string): Look => {
  const problem = problemOf(fetched)
  return problem === undefined ? ok(fetched.url) : wrong(expected, problem, fetched.url)
}

const discoveryIsReachable = ({ discovery }: Provider): Look => fetchedLook(discovery, 'a discovery document')

const isSigningKey = (key: unknown): boolean => {
  const { kty, use } = (key ?? {}) as Json
  return (kty === 'RSA' || kty === 'EC' || kty === 'OKP') && (use === undefined || use === 'sig')
}

const signingKeysAreThere = ({ keys }: Provider): Look => {
  if (!keys) return notRun('discovery cannot be used')
  const set = problemOf(keys) === undefined && 'keys' in keys.content ? keys.content.keys : undefined
  if (!Array.isArray(set))
    return fetchedLook({ ...keys, content: { problem: problemOf(keys) ?? 'no keys' } }, 'a key set')
  const count = set.filter(isSigningKey).length
  return count > 0 ? ok(`${count} at ${keys.url}`) : wrong('a public key for signatures', 'none', keys.url)
}

const clockAgrees = ({ discovery }: Provider): Look => clockLook(discovery.answer, CLOCK_SKEW_SECONDS, discovery.url)

/** AWS takes RS* and ES* of what is passed on to it. */
const tokensSuitAws = ({ settings, document }: Terms): readonly Look[] => {
  const offered = allowedAlgorithms(document, settings)
  if (settings.exchange.evidence === 'reissued' || offered.length === 0) return []
  return [
    offered.some((algorithm) => /^[RE]S/.test(algorithm))
      ? ok(offered.join(' '))
      : wrong('RS* or ES*, or evidence: reissued', offered.join(' '), 'id_token_signing_alg_values_supported'),
  ]
}

/** AWS accepts them from anyone for as long as they live, and no provider publishes how long that is. */
const idTokensAreShortLived = ({ settings }: Terms): readonly Look[] =>
  settings.exchange.evidence === 'original'
    ? [notRun('known after a sign-in: the audit log and /status warn of ID tokens valid for over 10 minutes')]
    : []

const clientKeyIsUsable = ({ clientKey }: Terms): readonly Look[] => {
  if (!clientKey) return []
  const { file, pem } = clientKey
  if (typeof pem !== 'string') return [wrong('a PEM private key', pem.problem, file)]
  try {
    return [ok(`${createPrivateKey(pem).asymmetricKeyType} key`, file)]
  } catch (error) {
    return [wrong('a PEM private key', reasonIn(error), file)]
  }
}

const clientKeyOf = async ({ clientAuth }: OidcProviderConfig, ports: CheckPorts): Promise<Terms['clientKey']> => {
  if (clientAuth.kind !== 'key') return undefined
  const file = clientAuth.privateKey
  return { file, pem: await ports.readText(file).catch((error: unknown) => ({ problem: reasonIn(error) })) }
}

export const termsChecks = { tokensSuitAws, idTokensAreShortLived, clientKeyIsUsable } as const satisfies Looks<Terms>
export const reachChecks = { discoveryIsReachable } as const satisfies Looks<Provider>
export const keyChecks = { signingKeysAreThere, clockAgrees } as const satisfies Looks<Provider>

/** OpenID Connect Discovery 1.0, 4; what the document has to say is asked by the checks that a login runs too. */
export const checkOpenIdProvider = async (settings: OidcProviderConfig, ports: CheckPorts): Promise<Verdict> => {
  const discovery = await fetchJson(`${settings.issuer.replace(/\/$/, '')}/.well-known/openid-configuration`, ports)
  const document = problemOf(discovery) === undefined ? (discovery.content as Json) : undefined
  const verdict = document ? runChecks(metadataChecks, document, settings) : []
  // As at a login: a document that fails leads nowhere.
  const mayBeUsed = document !== undefined && !firstFailure(verdict)
  const keys = mayBeUsed ? await fetchJson(String(document.jwks_uri), ports) : undefined
  const terms = { settings, document: mayBeUsed ? document : {}, clientKey: await clientKeyOf(settings, ports) }
  return [
    ...lookAt(reachChecks, { discovery, keys }),
    ...verdict,
    ...lookAt(keyChecks, { discovery, keys }),
    ...lookAt(termsChecks, terms),
  ]
}
