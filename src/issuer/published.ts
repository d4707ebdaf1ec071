/** Whether AWS finds the gateway's signing keys at the issuer's URL: they may be in a bucket that was not updated. */
import type { JWK } from 'jose'
import { calculateJwkThumbprint } from 'jose/jwk/thumbprint'
import { z } from 'zod'
import { type Check, failed, passed, runChecks, skipChecks, type Verdict } from '../core/verdict.ts'
import { DISCOVERY_PATH } from './documents.ts'
import type { PublishedKey, WebIdentityIssuer } from './web-identity-issuer.ts'

/** Any response, without following redirects; rejects with a reason if none arrives in time. */
export type Ask = (url: string) => Promise<{ readonly status: number; readonly text: string }>

const discoverySchema = z.object({ issuer: z.string(), jwks_uri: z.url() })
const keySetSchema = z.object({ keys: z.array(z.looseObject({ kty: z.string(), kid: z.string().optional() })) })

/** A document, or the reason why it could not be read. */
type Read<Value> = { readonly value: Value } | { readonly problem: string }

type Discovery = z.output<typeof discoverySchema>

/** AWS compares byte for byte. OpenID Connect Discovery 1.0, 4.3 */
const issuerIsOurs: Check<Discovery, WebIdentityIssuer> = ({ issuer }, { url }) =>
  issuer === url ? passed() : failed(url, issuer, 'issuer')

const keysAreOverHttps: Check<Discovery, WebIdentityIssuer> = ({ jwks_uri }, { url }) =>
  jwks_uri.startsWith('https://') || url.startsWith('http://') ? passed() : failed('an https URL', jwks_uri, 'jwks_uri')

export const discoveryChecks = { issuerIsOurs, keysAreOverHttps } as const

/** A published key: its kid, and its actual thumbprint. */
interface FoundKey {
  readonly kid: string | undefined
  /** undefined: not a readable key. */
  readonly thumbprint: string | undefined
  readonly alg: unknown
  readonly use: unknown
  readonly isPrivate: boolean
}

type PublishedJwk = z.output<typeof keySetSchema>['keys'][number]

type FoundKeys = readonly FoundKey[]

const SOURCE = 'keys'

const signingKeyIsPublished: Check<FoundKeys, WebIdentityIssuer> = (found, { keys: [ours] }) =>
  isIn(found)(ours) ? passed() : failed(`the ${ours.alg} key ${ours.kid}`, named(found.map(({ kid }) => kid)), SOURCE)

/** A key must be published before it signs its first token, and until the last token has expired. */
const furtherKeysArePublished: Check<FoundKeys, WebIdentityIssuer> = (found, { keys: [, ...further] }) => {
  const missing = further.filter((ours) => !isIn(found)(ours))
  if (missing.length === 0) return passed()
  return failed(named(missing.map(({ kid }) => kid)), named(found.map(({ kid }) => kid)), SOURCE)
}

/** Anyone with the private key of a published key can impersonate every user towards AWS. */
const noOtherKeyIsPublished: Check<FoundKeys, WebIdentityIssuer> = (found, { keys }) => {
  const ours = new Set<string | undefined>(keys.map(({ kid }) => kid))
  const others = found.filter(({ thumbprint }) => !ours.has(thumbprint))
  if (others.length === 0) return passed()
  return failed('only the keys of issuer.key', named(others.map(({ kid }) => kid)), SOURCE)
}

const noPrivateKeyIsPublished: Check<FoundKeys, WebIdentityIssuer> = (found) => {
  const secrets = found.filter(({ isPrivate }) => isPrivate)
  if (secrets.length === 0) return passed()
  return failed('public keys', `the private key ${named(secrets.map(({ kid }) => kid))}`, SOURCE)
}

export const keySetChecks = {
  signingKeyIsPublished,
  furtherKeysArePublished,
  noOtherKeyIsPublished,
  noPrivateKeyIsPublished,
} as const

/**
 * Compares what is published at the issuer's URL with the keys in use, for `fedgate check`: a failure for every
 * difference that makes AWS refuse our tokens or accept foreign ones.
 */
export async function checkPublished(issuer: WebIdentityIssuer, ask: Ask): Promise<Verdict> {
  const url = `${issuer.url}/${DISCOVERY_PATH}`
  const discovery = await read(url, discoverySchema, ask)
  if ('problem' in discovery)
    return unread('discoveryIsPublished', url, discovery, {
      ...discoveryChecks,
      keySetIsPublished: undefined,
      ...keySetChecks,
    })
  return [
    { name: 'discoveryIsPublished', ...passed() },
    ...runChecks(discoveryChecks, discovery.value, issuer),
    ...(await checkKeySet(issuer, discovery.value.jwks_uri, ask)),
  ]
}

async function read<Value>(url: string, schema: z.ZodType<Value>, ask: Ask): Promise<Read<Value>> {
  try {
    const { status, text } = await ask(url)
    if (status !== 200) return { problem: `HTTP ${status}` }
    const parsed = schema.safeParse(JSON.parse(text))
    if (parsed.success) return { value: parsed.data }
    return {
      problem: `a document whose ${parsed.error.issues[0]?.path.join('.') || 'content'} is not what it should be`,
    }
  } catch (error) {
    if (error instanceof SyntaxError) return { problem: 'invalid JSON' }
    return { problem: error instanceof Error ? error.message : String(error) }
  }
}

function unread(name: string, url: string, { problem }: { readonly problem: string }, rest: object): Verdict {
  return [{ name, ...failed('the document of `fedgate issuer export`', problem, url) }, ...skipChecks({ ...rest })]
}

async function checkKeySet(issuer: WebIdentityIssuer, url: string, ask: Ask): Promise<Verdict> {
  const keySet = await read(url, keySetSchema, ask)
  if ('problem' in keySet) return unread('keySetIsPublished', url, keySet, keySetChecks)
  const found = await Promise.all(keySet.value.keys.map(foundKey))
  return [{ name: 'keySetIsPublished', ...passed() }, ...runChecks(keySetChecks, found, issuer)]
}

async function foundKey(jwk: PublishedJwk): Promise<FoundKey> {
  const { kid, alg, use, d } = jwk
  // It checks every member itself, and rejects invalid ones.
  const thumbprint = await calculateJwkThumbprint(jwk as JWK).catch(() => undefined)
  return { kid, alg, use, thumbprint, isPrivate: d !== undefined }
}

function isIn(found: FoundKeys) {
  return (ours: PublishedKey): boolean =>
    found.some(
      ({ kid, thumbprint, alg = ours.alg, use = ours.use }) =>
        kid === ours.kid && thumbprint === ours.kid && alg === ours.alg && use === ours.use,
    )
}

function named(names: readonly (string | undefined)[]): string {
  return names.map((name) => name ?? 'a key without kid').join(', ') || 'no key'
}
