/**
 * Checks on an OpenID provider: its discovery document, its keys, its clock. They use the code that a login uses, so they
 * pass where logins work.
 */
import type { OidcProviderConfig } from '../config/types.ts'
import {
  type CheckResult,
  type Checks,
  failed,
  firstFailure,
  notRun,
  passed,
  runChecks,
  type Verdict,
} from '../core/verdict.ts'
import { asObject, type Json, objectIn, withoutEmptyMembers } from '../oidc/answer.ts'
import { allowedAlgorithms, discoveryUrl, metadataChecks } from '../oidc/provider-metadata.ts'
import { ID_TOKEN_ALGORITHMS } from '../oidc/settings.ts'
import { toPublishedKeys } from '../oidc/tokens/published-keys.ts'
import { type Client, clientChecks, clientFiles } from './client.ts'
import { clockResult } from './clock.ts'
import { type CheckPorts, type HttpAnswer, reasonIn } from './ports.ts'
import { checkAccessTokenProvider, presetChecks } from './preset.ts'

/** The response of a URL: a JSON object, or why there is none. */
interface Fetched {
  readonly url: string
  readonly answer: HttpAnswer | undefined
  readonly content: { readonly json: Json } | { readonly problem: string }
}

/** A key that the provider publishes, and whether a login can use it. */
interface PublishedKey {
  readonly jwk: Json
  readonly isUsable: boolean
}

interface Provider {
  readonly discovery: Fetched
  /** undefined: the discovery document cannot be used. */
  readonly keySet: Fetched | undefined
  /** undefined: the key set has no list of keys. */
  readonly keys: readonly PublishedKey[] | undefined
  /** The accepted signature algorithms of its ID tokens. */
  readonly algorithms: readonly string[]
  readonly settings: OidcProviderConfig
}

/** The accepted difference to a provider's clock. */
const CLOCK_SKEW_SECONDS = 60

export const termsChecks = { tokensSuitAws, idTokensAreShortLived, ...clientChecks } as const satisfies Checks<Client>
export const reachChecks = { discoveryIsReachable } as const satisfies Checks<Provider>
export const keyChecks = { signingKeysAreThere, keysSuitAws, clockAgrees } as const satisfies Checks<Provider>

/** OpenID Connect Discovery 1.0, 4; the document is checked by the same checks as at a login. */
export async function checkOpenIdProvider(settings: OidcProviderConfig, ports: CheckPorts): Promise<Verdict> {
  if (settings.accessTokens) return checkAccessTokenProvider(settings, ports)
  const discovery = await fetchJson(discoveryUrl(settings.issuer), ports)
  const document = 'json' in discovery.content ? withoutEmptyMembers(discovery.content.json) : undefined
  const verdict = document ? runChecks(metadataChecks, document, settings) : []
  // As at a login: a document that fails is not used.
  const mayBeUsed = document !== undefined && !firstFailure(verdict)
  const keySet = mayBeUsed ? await fetchJson(String(document.jwks_uri), ports) : undefined
  const algorithms = document ? allowedAlgorithms(document, settings) : []
  // Where no algorithm suits AWS, a finding says so already: the keys are not the problem.
  const keys = keySet && (await publishedKeys(keySet, suitAws(settings, algorithms) ? algorithms : ID_TOKEN_ALGORITHMS))
  const provider = { discovery, keySet, keys, algorithms, settings }
  const terms = { settings, document: mayBeUsed ? document : undefined, ...(await clientFiles(settings, ports)) }
  return [
    ...runChecks(reachChecks, provider),
    ...verdict,
    ...runChecks(presetChecks, { settings, document: mayBeUsed ? document : undefined }),
    ...runChecks(keyChecks, provider),
    ...runChecks(termsChecks, terms),
  ]
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

/** Each key, looked up as a login would. */
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

/** AWS accepts RS* and ES* for ID tokens that are passed on to it. */
function suitAws({ exchange }: OidcProviderConfig, algorithms: readonly string[]): boolean {
  return exchange.evidence === 'reissued' || algorithms.some((algorithm) => /^[RE]S/.test(algorithm))
}

function tokensSuitAws({ settings, document }: Client): readonly CheckResult[] {
  if (settings.exchange.evidence === 'reissued' || !document) return []
  const offered = allowedAlgorithms(document, settings)
  return [
    suitAws(settings, offered)
      ? passed(offered.join(' '))
      : failed('RS* or ES*, or evidence: reissued', offered.join(' '), 'id_token_signing_alg_values_supported'),
  ]
}

/** AWS accepts them from anyone until they expire, and no provider publishes their lifetime. */
function idTokensAreShortLived({ settings }: Client): readonly CheckResult[] {
  return settings.exchange.evidence === 'original'
    ? [notRun('known after a sign-in: the audit log and /status warn of ID tokens valid for over 10 minutes')]
    : []
}

function discoveryIsReachable({ discovery }: Provider): CheckResult {
  return fetchedResult(discovery, 'a discovery document')
}

function fetchedResult(fetched: Fetched, expected: string): CheckResult {
  const problem = problemOf(fetched)
  return problem === undefined ? passed(fetched.url) : failed(expected, problem, fetched.url)
}

function problemOf({ content }: Fetched): string | undefined {
  return 'problem' in content ? content.problem : undefined
}

function signingKeysAreThere(provider: Provider): CheckResult {
  const { keySet, keys, algorithms } = provider
  if (!keySet) return notRun('discovery cannot be used')
  if (!needsKeys(provider)) return notRun('its tokens are signed with the client secret')
  if (!keys) return failed('a key set', problemOf(keySet) ?? 'no keys', keySet.url)
  const count = keys.filter(({ isUsable }) => isUsable).length
  if (count > 0) return passed(`${count} at ${keySet.url}`)
  const unusable = keys.filter(isForSignatures).map(({ jwk }) => shownKey(jwk))
  const found = unusable.length === 0 ? 'none' : `none that fits ${algorithms.join(' ')}: ${unusable.join(', ')}`
  return failed('a public key for signatures', found, keySet.url)
}

/** Whether tokens are signed with published keys, and not with the client secret. */
function needsKeys({ algorithms }: Provider): boolean {
  return algorithms.some((algorithm) => !algorithm.startsWith('HS'))
}

function isForSignatures({ jwk: { kty, use = 'sig' } }: PublishedKey): boolean {
  return use === 'sig' && (kty === 'RSA' || kty === 'EC' || kty === 'OKP')
}

/** Key type and kid, and the size of RSA keys. */
function shownKey({ kty, kid, n }: Json): string {
  const bits = kty === 'RSA' && typeof n === 'string' ? ` of ${Buffer.from(n, 'base64url').length * 8} bits` : ''
  return `${String(kty)}${bits}${typeof kid === 'string' ? ` (${kid})` : ''}`
}

/** AWS finds keys by their kid (aws-facts C.5). */
function keysSuitAws({ keySet, keys = [], settings }: Provider): readonly CheckResult[] {
  const usable = keys.filter(({ isUsable }) => isUsable)
  if (!keySet || settings.exchange.evidence === 'reissued' || usable.length === 0) return []
  const named = usable.filter(({ jwk: { kid } }) => typeof kid === 'string' && kid !== '')
  return [
    named.length > 0
      ? passed(`${named.length} with a kid`)
      : failed('keys with a kid, or evidence: reissued', 'none', keySet.url),
  ]
}

function clockAgrees({ discovery }: Provider): CheckResult {
  return clockResult(discovery.answer, CLOCK_SKEW_SECONDS, discovery.url)
}
