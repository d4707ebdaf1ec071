/** Rules about the gateway's own OpenID Connect issuer. */
import { normalize } from 'node:path'
import { isSafeUrl, parseWebUrl } from '../address.ts'
import { type ConfigIssue, type Path, showValue } from '../issue.ts'
import { forEach, type PartialConfig, type Rule } from '../partial-config.ts'
import { durationWithin, readableFile, safeUrl } from './deployment.ts'
import { issuerKeyPath } from './keys.ts'

/** IAM's limit for an issuer URL, in characters. */
const URL_LENGTH = 255

const issuerIsAnAddress: Rule = ({ issuer }) => {
  if (issuer?.url === undefined) return []
  const path = ['issuer', 'url']
  const url = parseWebUrl(issuer.url)
  if (!url || !isSafeUrl(url)) return safeUrl(path, issuer.url)
  if (issuer.url.length > URL_LENGTH)
    return [{ path, expected: `at most ${URL_LENGTH} characters`, found: `${issuer.url.length} characters` }]
  // AWS compares the issuer byte for byte: only the form to which IAM normalizes it is allowed.
  const plain = url.href.replace(/\/+$/, '')
  const expected = 'a lower-case host, no default port and no slash at the end'
  return issuer.url === plain ? [] : [{ path, expected, found: showValue(issuer.url), suggestion: plain }]
}

/** AWS fetches the keys over https, and accepts no port in an issuer. */
const awsReachesTheIssuer: Rule = ({ issuer, sts, baseUrl }) => {
  if (sts?.endpoint !== 'aws' || !hasKey(issuer)) return []
  const text = issuer?.url ?? baseUrl
  const url = text === undefined ? undefined : parseWebUrl(text)
  const isPublic = url?.protocol === 'https:' && url.port === ''
  // An unsafe address is already reported at its own key.
  if (!url || !isSafeUrl(url) || isPublic) return []
  const expected = 'an https URL without a port, from which AWS fetches the keys'
  return [{ path: ['issuer', 'url'], expected, found: showValue(text) }]
}

/** AWS must find the key published before it signs: only for the local AWS can it be created at startup. */
const issuerKeyIsNamed: Rule = ({ issuer, sts, providers }) => {
  if (sts === undefined || sts.endpoint === 'local' || hasKey(issuer)) return []
  const reissued = (providers ?? []).flatMap((one) =>
    one?.exchange.via === 'web-identity' && one.exchange.evidence === 'reissued' ? [one.id] : [],
  )
  if (issuer?.url === undefined && reissued.length === 0) return []
  const whose = reissued.length === 0 ? '' : `, for ${reissued.join(', ')}`
  return [{ path: ['issuer', 'key'], expected: `the key to sign tokens for AWS${whose}`, found: 'nothing' }]
}

const issuerKeysAreReadable: Rule = ({ issuer }, context) =>
  forEach([issuer?.key ?? []].flat(), (key, index) =>
    typeof key === 'string' ? readableFile(issuerKeyPath(issuer?.key, index), key, context) : [],
  )

const issuerKeyIsInOnePlace: Rule = ({ issuer }) =>
  issuer?.key !== undefined && issuer.kms !== undefined
    ? [{ path: ['issuer', 'key'], expected: 'either key or kms', found: 'both' }]
    : []

/** A key that signs tokens for AWS must not sign or decrypt anything else. */
const issuerKeysAreItsOwn: Rule = ({ issuer, signing, encryption }) => {
  const files = [signing ?? [], encryption ?? []]
    .flat(2)
    .flatMap(({ key }) => (key === undefined ? [] : normalize(key)))
  const kmsKeys = [signing ?? []].flat().flatMap(({ kms }) => kms?.keyId ?? [])
  const expected = 'a key with no other use'
  const kmsIssue = (path: Path, { keyId }: { readonly keyId: string }): readonly ConfigIssue[] =>
    kmsKeys.includes(keyId) ? [{ path: [...path, 'keyId'], expected, found: showValue(keyId) }] : []
  return [
    ...(issuer?.kms ? kmsIssue(['issuer', 'kms'], issuer.kms) : []),
    ...forEach([issuer?.key ?? []].flat(), (key, index) => {
      const path = issuerKeyPath(issuer?.key, index)
      if (typeof key !== 'string') return kmsIssue([...path, 'kms'], key.kms)
      return files.includes(normalize(key)) ? [{ path, expected, found: showValue(key) }] : []
    }),
  ]
}

const tokenLifetimeIsShort: Rule = ({ issuer }) =>
  issuer ? durationWithin(['issuer', 'tokenLifetime'], issuer.tokenLifetime, '1m', '1h') : []

export const issuerRules = {
  issuerIsAnAddress,
  awsReachesTheIssuer,
  issuerKeyIsNamed,
  issuerKeysAreReadable,
  issuerKeyIsInOnePlace,
  issuerKeysAreItsOwn,
  tokenLifetimeIsShort,
} as const satisfies Readonly<Record<string, Rule>>

function hasKey(issuer: PartialConfig['issuer']): boolean {
  return issuer?.key !== undefined || issuer?.kms !== undefined
}
