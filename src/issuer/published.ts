/** Whether AWS finds at the issuer's URL what the gateway signs with: keys may lie in a bucket that nobody updated. */
import { calculateJwkThumbprint, type JWK } from 'jose'
import { z } from 'zod'
import { type Check, finding, notRun, pass, runChecks, type Verdict } from '../core/verdict.ts'
import { DISCOVERY_PATH } from './documents.ts'
import type { PublishedKey, WebIdentityIssuer } from './web-identity-issuer.ts'

/** Any answer at all, without following redirects; rejects with a reason when there is none in time. */
export type Ask = (url: string) => Promise<{ readonly status: number; readonly text: string }>

const discoverySchema = z.object({ issuer: z.string(), jwks_uri: z.url() })
const keySetSchema = z.object({ keys: z.array(z.looseObject({ kty: z.string(), kid: z.string().optional() })) })

/** What lies at an address: read, or the reason why not. */
type Read<Value> = { readonly value: Value } | { readonly problem: string }

type Discovery = z.output<typeof discoverySchema>

/** AWS compares byte for byte. OpenID Connect Discovery 1.0, 4.3 */
const issuerIsOurs: Check<Discovery, WebIdentityIssuer> = ({ issuer }, { url }) =>
  issuer === url ? pass : { expected: url, found: issuer, source: 'issuer' }

const keysAreOverHttps: Check<Discovery, WebIdentityIssuer> = ({ jwks_uri }, { url }) =>
  jwks_uri.startsWith('https://') || url.startsWith('http://')
    ? pass
    : { expected: 'an https URL', found: jwks_uri, source: 'jwks_uri' }

export const discoveryChecks = { issuerIsOurs, keysAreOverHttps } as const

/** A key as it is published: its own name for itself, and what it really is. */
interface FoundKey {
  readonly kid: string | undefined
  /** undefined: no key that anyone can read. */
  readonly thumbprint: string | undefined
  readonly alg: unknown
  readonly use: unknown
  readonly isPrivate: boolean
}

type PublishedJwk = z.output<typeof keySetSchema>['keys'][number]

type FoundKeys = readonly FoundKey[]

const SOURCE = 'keys'

const signingKeyIsPublished: Check<FoundKeys, WebIdentityIssuer> = (found, { keys: [ours] }) =>
  isIn(found)(ours)
    ? pass
    : { expected: `the ${ours.alg} key ${ours.kid}`, found: named(found.map(({ kid }) => kid)), source: SOURCE }

/** A key must be known before it signs its first token, and until the last one has ended. */
const furtherKeysArePublished: Check<FoundKeys, WebIdentityIssuer> = (found, { keys: [, ...further] }) => {
  const missing = further.filter((ours) => !isIn(found)(ours))
  if (missing.length === 0) return pass
  return { expected: named(missing.map(({ kid }) => kid)), found: named(found.map(({ kid }) => kid)), source: SOURCE }
}

/** Anyone who has the private half of a published key can impersonate any user to AWS. */
const noOtherKeyIsPublished: Check<FoundKeys, WebIdentityIssuer> = (found, { keys }) => {
  const ours = new Set<string | undefined>(keys.map(({ kid }) => kid))
  const others = found.filter(({ thumbprint }) => !ours.has(thumbprint))
  if (others.length === 0) return pass
  return { expected: 'only the keys of issuer.key', found: named(others.map(({ kid }) => kid)), source: SOURCE }
}

const noPrivateKeyIsPublished: Check<FoundKeys, WebIdentityIssuer> = (found) => {
  const secrets = found.filter(({ isPrivate }) => isPrivate)
  if (secrets.length === 0) return pass
  return { expected: 'public keys', found: `the private key ${named(secrets.map(({ kid }) => kid))}`, source: SOURCE }
}

export const keySetChecks = {
  signingKeyIsPublished,
  furtherKeysArePublished,
  noOtherKeyIsPublished,
  noPrivateKeyIsPublished,
} as const

/**
 * What is published at the issuer's URL against the keys in use, for `fedgate check`: a failure for every difference
 * that lets AWS refuse our tokens, or believe another party's.
 */
export async function judgePublished(issuer: WebIdentityIssuer, ask: Ask): Promise<Verdict> {
  const url = `${issuer.url}/${DISCOVERY_PATH}`
  const discovery = await read(url, discoverySchema, ask)
  if ('problem' in discovery)
    return unread('discoveryIsPublished', url, discovery, {
      ...discoveryChecks,
      keySetIsPublished: pass,
      ...keySetChecks,
    })
  return [
    finding('discoveryIsPublished', pass),
    ...runChecks(discoveryChecks, discovery.value, issuer),
    ...(await judgeKeySet(issuer, discovery.value.jwks_uri, ask)),
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
    if (error instanceof SyntaxError) return { problem: 'what is no JSON' }
    return { problem: error instanceof Error ? error.message : String(error) }
  }
}

function unread(name: string, url: string, { problem }: { readonly problem: string }, rest: object): Verdict {
  return [
    finding(name, { expected: 'the document of `fedgate issuer export`', found: problem, source: url }),
    ...notRun({ ...rest }),
  ]
}

async function judgeKeySet(issuer: WebIdentityIssuer, url: string, ask: Ask): Promise<Verdict> {
  const keySet = await read(url, keySetSchema, ask)
  if ('problem' in keySet) return unread('keySetIsPublished', url, keySet, keySetChecks)
  const found = await Promise.all(keySet.value.keys.map(foundKey))
  return [finding('keySetIsPublished', pass), ...runChecks(keySetChecks, found, issuer)]
}

async function foundKey(jwk: PublishedJwk): Promise<FoundKey> {
  const { kid, alg, use, d } = jwk
  // It looks at every member itself, and rejects what is none.
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
