/**
 * Checks on an OpenID provider: its discovery document, its keys, its clock. Read and judged by what a login reads and
 * judges them with, so that these pass where logins work.
 */
import type { OidcProviderConfig } from '../config/types.ts'
import { firstFailure, runChecks, type Verdict } from '../core/verdict.ts'
import { asObject, type Json, objectIn, withoutEmptyMembers } from '../oidc/answer.ts'
import { allowedAlgorithms, discoveryUrl, metadataChecks } from '../oidc/provider-metadata.ts'
import { ID_TOKEN_ALGORITHMS } from '../oidc/settings.ts'
import { toPublishedKeys } from '../oidc/tokens/published-keys.ts'
import { type Client, clientFiles, clientLooks } from './client.ts'
import { clockLook } from './clock.ts'
import { type Look, type Looks, lookAt, notRun, ok, reasonIn, wrong } from './look.ts'
import type { CheckPorts, HttpAnswer } from './ports.ts'

/** What came from an address: a JSON object, or why not. */
interface Fetched {
  readonly url: string
  readonly answer: HttpAnswer | undefined
  readonly content: { readonly json: Json } | { readonly problem: string }
}

/** A key that the provider publishes, and whether a login could use it. */
interface PublishedKey {
  readonly jwk: Json
  readonly isUsable: boolean
}

interface Provider {
  readonly discovery: Fetched
  /** undefined where discovery is not to be used. */
  readonly keySet: Fetched | undefined
  /** undefined where the key set holds no list of keys. */
  readonly keys: readonly PublishedKey[] | undefined
  /** Those of its tokens. */
  readonly algorithms: readonly string[]
  readonly settings: OidcProviderConfig
}

/** Clocks of providers are given a minute. */
const CLOCK_SKEW_SECONDS = 60

export const termsChecks = { tokensSuitAws, idTokensAreShortLived, ...clientLooks } as const satisfies Looks<Client>
export const reachChecks = { discoveryIsReachable } as const satisfies Looks<Provider>
export const keyChecks = { signingKeysAreThere, keysSuitAws, clockAgrees } as const satisfies Looks<Provider>

/** OpenID Connect Discovery 1.0, 4; what the document has to say is asked by the checks that a login runs too. */
export async function checkOpenIdProvider(settings: OidcProviderConfig, ports: CheckPorts): Promise<Verdict> {
  const discovery = await fetchJson(discoveryUrl(settings.issuer), ports)
  const document = 'json' in discovery.content ? withoutEmptyMembers(discovery.content.json) : undefined
  const verdict = document ? runChecks(metadataChecks, document, settings) : []
  // As at a login: a document that fails leads nowhere.
  const mayBeUsed = document !== undefined && !firstFailure(verdict)
  const keySet = mayBeUsed ? await fetchJson(String(document.jwks_uri), ports) : undefined
  const algorithms = document ? allowedAlgorithms(document, settings) : []
  // Where no algorithm will do, that is told already: no key is to blame.
  const keys = keySet && (await publishedKeys(keySet, suitAws(settings, algorithms) ? algorithms : ID_TOKEN_ALGORITHMS))
  const provider = { discovery, keySet, keys, algorithms, settings }
  const terms = { settings, document: mayBeUsed ? document : undefined, ...(await clientFiles(settings, ports)) }
  return [...lookAt(reachChecks, provider), ...verdict, ...lookAt(keyChecks, provider), ...lookAt(termsChecks, terms)]
}

async function fetchJson(url: string, ports: CheckPorts): Promise<Fetched> {
  try {
    const answer = await ports.ask(url, { method: 'GET' })
    return { url, answer, content: contentOf(answer) }
  } catch (error) {
    return { url, answer: undefined, content: { problem: reasonIn(error) } }
  }
}

function contentOf(answer: HttpAnswer): Fetched['content'] {
  if (answer.status !== 200) return { problem: `HTTP ${answer.status}` }
  const json = objectIn(answer)
  return json ? { json } : { problem: 'no JSON object' }
}

/** Each of them as a login would look for it. */
async function publishedKeys({ content }: Fetched, algorithms: readonly string[]): Promise<Provider['keys']> {
  const keys = 'json' in content ? content.json.keys : undefined
  if (!Array.isArray(keys)) return undefined
  return Promise.all(
    keys.map(async (key: unknown) => {
      const alone = toPublishedKeys({ keys: [key] })
      const found = await Promise.all(algorithms.map((alg) => alone.candidates({ alg })))
      return { jwk: asObject(key) ?? {}, isUsable: found.flat().length > 0 }
    }),
  )
}

/** AWS takes RS* and ES* of what is passed on to it. */
function suitAws({ exchange }: OidcProviderConfig, algorithms: readonly string[]): boolean {
  return exchange.evidence === 'reissued' || algorithms.some((algorithm) => /^[RE]S/.test(algorithm))
}

function tokensSuitAws({ settings, document }: Client): readonly Look[] {
  if (settings.exchange.evidence === 'reissued' || !document) return []
  const offered = allowedAlgorithms(document, settings)
  return [
    suitAws(settings, offered)
      ? ok(offered.join(' '))
      : wrong('RS* or ES*, or evidence: reissued', offered.join(' '), 'id_token_signing_alg_values_supported'),
  ]
}

/** AWS accepts them from anyone for as long as they live, and no provider publishes how long that is. */
function idTokensAreShortLived({ settings }: Client): readonly Look[] {
  return settings.exchange.evidence === 'original'
    ? [notRun('known after a sign-in: the audit log and /status warn of ID tokens valid for over 10 minutes')]
    : []
}

function discoveryIsReachable({ discovery }: Provider): Look {
  return fetchedLook(discovery, 'a discovery document')
}

function fetchedLook(fetched: Fetched, expected: string): Look {
  const problem = problemOf(fetched)
  return problem === undefined ? ok(fetched.url) : wrong(expected, problem, fetched.url)
}

function problemOf({ content }: Fetched): string | undefined {
  return 'problem' in content ? content.problem : undefined
}

function signingKeysAreThere(provider: Provider): Look {
  const { keySet, keys, algorithms } = provider
  if (!keySet) return notRun('discovery cannot be used')
  if (!needsKeys(provider)) return notRun('its tokens are signed with the client secret')
  if (!keys) return wrong('a key set', problemOf(keySet) ?? 'no keys', keySet.url)
  const count = keys.filter(({ isUsable }) => isUsable).length
  if (count > 0) return ok(`${count} at ${keySet.url}`)
  const unusable = keys.filter(isForSignatures).map(({ jwk }) => shownKey(jwk))
  const found = unusable.length === 0 ? 'none' : `none that fits ${algorithms.join(' ')}: ${unusable.join(', ')}`
  return wrong('a public key for signatures', found, keySet.url)
}

/** Whether tokens are signed with published keys, and not with the client secret. */
function needsKeys({ algorithms }: Provider): boolean {
  return algorithms.some((algorithm) => !algorithm.startsWith('HS'))
}

function isForSignatures({ jwk: { kty, use = 'sig' } }: PublishedKey): boolean {
  return use === 'sig' && (kty === 'RSA' || kty === 'EC' || kty === 'OKP')
}

/** Its size, where that is what is wrong with it. */
function shownKey({ kty, kid, n }: Json): string {
  const bits = kty === 'RSA' && typeof n === 'string' ? ` of ${Buffer.from(n, 'base64url').length * 8} bits` : ''
  return `${String(kty)}${bits}${typeof kid === 'string' ? ` (${kid})` : ''}`
}

/** AWS finds keys by their names (aws-facts C.5). */
function keysSuitAws({ keySet, keys = [], settings }: Provider): readonly Look[] {
  const usable = keys.filter(({ isUsable }) => isUsable)
  if (!keySet || settings.exchange.evidence === 'reissued' || usable.length === 0) return []
  const named = usable.filter(({ jwk: { kid } }) => typeof kid === 'string' && kid !== '')
  return [
    named.length > 0
      ? ok(`${named.length} with a kid`)
      : wrong('keys with a kid, or evidence: reissued', 'none', keySet.url),
  ]
}

function clockAgrees({ discovery }: Provider): Look {
  return clockLook(discovery.answer, CLOCK_SKEW_SECONDS, discovery.url)
}
