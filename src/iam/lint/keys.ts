/** What AWS does with a condition key in a trust policy, as far as rules ask (aws-sts-semantics B.1, C.1, C.2, D.5). */
import { nearest } from '../../core/suggest.ts'
import { samlAttributeKeys } from '../condition-keys.ts'
import type { EvidenceKind } from './facts.ts'

const samlKeys: ReadonlyMap<string, boolean> = new Map([
  ...['iss', 'aud', 'sub', 'sub_type', 'namequalifier', 'doc'].map((name) => [`saml:${name}`, false] as const),
  ...samlAttributeKeys.map(({ key, multi }) => [key.toLowerCase(), multi] as const),
])

/** Claims that become keys, whoever issued them; of some issuers, further ones. */
const claims: readonly string[] = ['aud', 'sub', 'azp', 'amr']
const claimsOfIssuer: ReadonlyMap<string, readonly string[]> = new Map([
  ['accounts.google.com', ['aud', 'oaud', 'sub']],
  ['cognito-identity.amazonaws.com', ['aud', 'sub', 'amr']],
  ['www.amazon.com', ['app_id', 'user_id']],
  ['graph.facebook.com', ['app_id', 'id']],
  [
    'token.actions.githubusercontent.com',
    [
      ...claims,
      ...['actor', 'actor_id', 'job_workflow_ref', 'repository', 'repository_id'],
      ...['workflow', 'ref', 'environment', 'enterprise_id'],
    ],
  ],
])

/** Issuers of which AWS knows further claims since 2026, and nobody here which. */
const hasUnknownClaims = (issuer: string): boolean =>
  /^(?:accounts\.google\.com|oidc\.circleci\.com\/.*|.*\.oraclecloud\.com(?:\/.*)?)$/.test(issuer)

const exposed = (issuer: string): readonly string[] => claimsOfIssuer.get(issuer) ?? claims

const stsKeys = ['sts:RoleSessionName', 'sts:SourceIdentity', 'sts:TransitiveTagKeys'] as const

/** Of signed calls, of later ones, or of other services. */
const neverInFederatedCalls: ReadonlyMap<string, string> = new Map([
  ['sts:externalid', 'only AssumeRole has an external id'],
  ['sts:durationseconds', 'it is of bearer tokens'],
  ['sts:awsservicename', 'it is of bearer tokens'],
  ['aws:principalarn', 'the call is not signed'],
  ['aws:principalorgid', 'the call is not signed'],
  ['aws:principalorgpaths', 'the call is not signed'],
  ['aws:principalservicename', 'the call is not signed'],
  ['aws:username', 'only users have it'],
  ['aws:multifactorauthpresent', 'only temporary credentials have it'],
  ['aws:multifactorauthage', 'only temporary credentials have it'],
  ['aws:tokenissuetime', 'only temporary credentials have it'],
  ['aws:sourceidentity', 'the session has it afterwards: here it is sts:SourceIdentity'],
  ['aws:sourcearn', 'no service calls here'],
  ['aws:sourceaccount', 'no service calls here'],
])

/** Whether the key can hold a list; undefined: nobody knows the key. */
export const isListKey = (name: string): boolean | undefined => {
  if (name === 'aws:tagkeys' || name === 'sts:transitivetagkeys') return true
  if (stsKeys.some((key) => key.toLowerCase() === name) || /^(?:aws:(?:request|resource)tag)\//.test(name)) return false
  const { issuer, claim } = ofIssuer(name)
  if (issuer === undefined) return samlKeys.get(name)
  return exposed(issuer).includes(claim) ? claim === 'amr' : undefined
}

/** The parts of a key that begins with an issuer. A host may have a port: the last colon counts. */
export const ofIssuer = (name: string): { readonly issuer: string | undefined; readonly claim: string } => {
  const at = name.lastIndexOf(':')
  const prefix = name.slice(0, at)
  return { issuer: /[./]/.test(prefix) ? prefix : undefined, claim: name.slice(at + 1) }
}

/** Who calls: the kinds of evidence that the statement is for, and their issuers. */
export interface Callers {
  readonly kinds: ReadonlySet<EvidenceKind>
  readonly issuers: ReadonlySet<string>
}

/** What is wrong with a key. */
export type KeyProblem =
  | { readonly kind: 'never'; readonly why: string }
  | { readonly kind: 'misspelt'; readonly meant: string }
  | { readonly kind: 'claim'; readonly exposed: readonly string[] }

const samlProblem = (key: string, { kinds }: Callers): KeyProblem | undefined => {
  if (!kinds.has('saml')) return { kind: 'never', why: 'the call has a token and no assertion' }
  if (samlKeys.has(key.toLowerCase())) return undefined
  const meant = nearest(key, [...samlKeys.keys()])
  return meant === undefined ? { kind: 'claim', exposed: [] } : { kind: 'misspelt', meant }
}

const issuerProblem = (issuer: string, claim: string, { kinds, issuers }: Callers): KeyProblem | undefined => {
  if (!kinds.has('web-identity')) return { kind: 'never', why: 'the call has an assertion and no token' }
  if (!issuers.has(issuer)) {
    const meant = nearest(issuer, [...issuers])
    return meant === undefined
      ? { kind: 'never', why: 'the statement is about another issuer' }
      : { kind: 'misspelt', meant: `${meant}:${claim}` }
  }
  const known = exposed(issuer)
  if (known.includes(claim) || hasUnknownClaims(issuer)) return undefined
  const meant = claim.length > 2 ? nearest(claim, known) : undefined
  return meant === undefined ? { kind: 'claim', exposed: known } : { kind: 'misspelt', meant: `${issuer}:${meant}` }
}

/** Why AWS will never fill that key in a call of these; undefined: it may. */
export const keyProblem = (key: string, callers: Callers): KeyProblem | undefined => {
  const name = key.toLowerCase()
  if (name.startsWith('saml:')) return samlProblem(key, callers)
  const { issuer, claim } = ofIssuer(name)
  if (issuer !== undefined && !/^(?:aws|iam):/.test(name)) return issuerProblem(issuer, claim, callers)
  const why = neverInFederatedCalls.get(name)
  if (why !== undefined) return { kind: 'never', why }
  if (!name.startsWith('sts:') || stsKeys.some((known) => known.toLowerCase() === name)) return undefined
  const meant = nearest(key, stsKeys)
  return meant === undefined ? { kind: 'never', why: 'AWS knows no such key' } : { kind: 'misspelt', meant }
}
