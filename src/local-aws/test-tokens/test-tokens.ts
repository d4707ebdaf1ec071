/**
 * Tokens for tests: shaped like those of GitHub Actions, of EKS and of SPIRE, under the real names of their issuers, and
 * signed with a key that only this process has, and that only its own STS accepts. Start here; shapes.ts has the claims.
 */
import { generateKeyPairSync, type KeyObject, randomUUID } from 'node:crypto'
import { SignJWT } from 'jose/jwt/sign'
import { isForeignHost } from '../cloud-trail/trail.ts'
import type { HttpRequest, HttpResponse } from '../http.ts'
import { type Parameters, parseParameters } from '../query/parameters.ts'
import type { IssuerKey } from '../sts/web-identity/issuer-keys.ts'
import { type Shape, shapes } from './shapes.ts'

export interface TestTokens {
  /** `GET /tokens?shape=github-actions&audience=sts.amazonaws.com`, as GitHub's own service answers it. */
  answer(request: HttpRequest, now: Date): Promise<HttpResponse>
  /** The key of tokens that were issued here for that issuer; none for any other kid. */
  publicKeys(issuer: string, kid: string): readonly IssuerKey[]
}

const COMMON = ['shape', 'audience', 'format', 'api-version']

export function createTestTokens(): TestTokens {
  // No issuer has a key of this name, so its own keys are still fetched.
  const kid = `local-aws-${randomUUID()}`
  const issuers = new Set<string>()
  let pair: { readonly privateKey: KeyObject; readonly publicKey: KeyObject } | undefined
  const keys = () => {
    pair ??= generateKeyPairSync('rsa', { modulusLength: 2048 })
    return pair
  }
  return {
    publicKeys: (issuer, wanted) =>
      wanted === kid && issuers.has(issuer) ? [{ key: keys().publicKey, kty: 'RSA', alg: 'RS256' }] : [],
    answer: async (request, now) => {
      const refused = refusalOf(request)
      if (refused) return refused
      const asked = parseParameters(request.query)
      const shape = shapes.get(asked.get('shape') ?? '')
      if (!shape) return text(400, `shape must be one of ${[...shapes.keys()].join(', ')}`)
      const stray = [...asked.keys()].find((name) => ![...COMMON, ...shape.parameters].includes(name))
      if (stray !== undefined)
        return text(
          400,
          `${asked.get('shape')} has ${shape.parameters.join(', ')} and audience, not ${stray.slice(0, 50)}`,
        )
      const issuer = shape.issuer(asked)
      if (!isIssuer(issuer)) return text(400, 'issuer must be an https URL')
      issuers.add(issuer)
      const value = await signed(shape, asked, { issuer, kid, key: keys().privateKey, now })
      return asked.get('format') === 'text'
        ? text(200, value)
        : {
            status: 200,
            headers: { 'Content-Type': 'application/json' },
            body: JSON.stringify({ count: value.length, value }),
          }
    },
  }
}

/** Only for programs on this machine: neither others in its network, nor web pages that a name leads here. */
function refusalOf({ headers, remoteAddress }: HttpRequest): HttpResponse | undefined {
  if (!/^127\.|^::1$/.test(remoteAddress)) return text(403, 'tokens are only issued on loopback')
  // Browsers send this with every request of a page, even of one that may not read the answer.
  const isPage = headers['sec-fetch-site'] !== undefined && headers['sec-fetch-site'] !== 'none'
  if (isPage || isForeignHost(headers.host)) return text(421, 'tokens are only issued by the address of this machine')
  return undefined
}

function isIssuer(text: string): boolean {
  return URL.canParse(text) && new URL(text).protocol === 'https:' && !/[?#]/.test(text)
}

interface Signing {
  readonly issuer: string
  readonly kid: string
  readonly key: KeyObject
  readonly now: Date
}

function signed(
  { audience, life, claims }: Shape,
  asked: Parameters,
  { issuer, kid, key, now }: Signing,
): Promise<string> {
  const issuedAt = Math.floor(now.getTime() / 1000)
  return new SignJWT({ ...claims(asked) })
    .setProtectedHeader({ alg: 'RS256', kid, typ: 'JWT' })
    .setIssuer(issuer)
    .setAudience(asked.get('audience') ?? audience)
    .setIssuedAt(issuedAt)
    .setNotBefore(issuedAt)
    .setExpirationTime(issuedAt + life)
    .sign(key)
}

function text(status: number, body: string): HttpResponse {
  return { status, headers: { 'Content-Type': 'text/plain; charset=utf-8' }, body: status === 200 ? body : `${body}\n` }
}
