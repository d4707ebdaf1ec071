/** Whether AWS fills a condition key in a federated call, and what was probably meant if it never does. */
import { issuerHostPath } from '../../core/arn.ts'
import { nearest } from '../../core/text/suggest.ts'
import { conditionKeyOf, conditionKeyTable } from '../condition-keys/condition-keys.ts'
import type { EvidenceKind } from './facts.ts'
import { callOf } from './statement-queries.ts'

/** The callers: the kinds of evidence that the statement is for, and their issuers. */
export interface Callers {
  readonly kinds: ReadonlySet<EvidenceKind>
  /** Host and path, in lower case. */
  readonly issuers: ReadonlySet<string>
}

/** What is wrong with a key. */
export type KeyProblem =
  | { readonly kind: 'never'; readonly why: string }
  | { readonly kind: 'misspelt'; readonly meant: string }
  /** `exposed`: the claims that become keys; absent if the key does not belong to a token. */
  | { readonly kind: 'claim'; readonly exposed: readonly string[] }

const claimNames = [...new Set(conditionKeyTable.map(({ key }) => key.slice(key.lastIndexOf(':') + 1)))]

/** Global keys that only signed calls and calls by services have; the table only covers assuming roles. */
const elsewhere: ReadonlySet<string> = new Set([
  'aws:principalorgid',
  'aws:principalorgpaths',
  'aws:principalservicename',
  'aws:sourcearn',
  'aws:sourceaccount',
  'aws:sourceorgid',
])

/** Whether the key can hold a list; undefined for an unknown key. */
export function isListKey(name: string): boolean | undefined {
  return conditionKeyOf(name)?.multi
}

/** Why AWS never fills that key in such a call; undefined: it may. */
export function keyProblem(key: string, callers: Callers): KeyProblem | undefined {
  const { issuer, claim } = ofIssuer(key.toLowerCase())
  if (issuer !== undefined) return issuerProblem(issuer, claim, callers)
  const known = conditionKeyOf(key)
  if (!known) return unknownProblem(key)
  const isFilled = [...callers.kinds].some((kind) => known.actions.includes(callOf[kind]))
  if (isFilled || known.unconfirmed) return undefined
  return {
    kind: 'never',
    why: `it is there for ${known.actions.filter((action) => !/TagSession|SetSourceIdentity/.test(action)).join(', ')}`,
  }
}

/** The issuer and the claim of a key in lower case. A host may have a port: the last colon counts. */
function ofIssuer(name: string): { readonly issuer: string | undefined; readonly claim: string } {
  const at = name.lastIndexOf(':')
  const prefix = issuerHostPath(name.slice(0, at))
  const isIssuer = !/^(?:aws|iam|sts|saml):/.test(name) && prefix !== ''
  return { issuer: isIssuer ? prefix : undefined, claim: name.slice(at + 1) }
}

function issuerProblem(issuer: string, claim: string, { kinds, issuers }: Callers): KeyProblem | undefined {
  if (!kinds.has('web-identity')) return { kind: 'never', why: 'the call has an assertion and no token' }
  if (!issuers.has(issuer)) {
    const meant = nearest(issuer, [...issuers])
    return misspeltOr(meant && `${meant}:${claim}`, { kind: 'never', why: 'the statement is about another issuer' })
  }
  if (conditionKeyOf(`${issuer}:${claim}`)) return undefined
  const exposed = claimsOf(issuer)
  const meant = claim.length > 2 ? nearest(claim, exposed) : undefined
  return misspeltOr(meant && `${issuer}:${meant}`, { kind: 'claim', exposed })
}

function misspeltOr(meant: string | undefined, otherwise: KeyProblem): KeyProblem {
  return meant === undefined ? otherwise : { kind: 'misspelt', meant }
}

function claimsOf(issuer: string): readonly string[] {
  return claimNames.filter((claim) => conditionKeyOf(`${issuer}:${claim}`) !== undefined)
}

function unknownProblem(key: string): KeyProblem | undefined {
  const name = key.toLowerCase()
  if (elsewhere.has(name)) return { kind: 'never', why: 'the call is not signed, and not made by a service' }
  if (name.startsWith('saml:')) return misspeltOr(nearest(key, keysOf('saml:')), { kind: 'claim', exposed: [] })
  // There are more global keys than the table has.
  if (!name.startsWith('sts:')) return undefined
  return misspeltOr(nearest(key, keysOf('sts:')), { kind: 'never', why: 'AWS knows no such key' })
}

function keysOf(prefix: string): readonly string[] {
  return conditionKeyTable.map(({ key }) => key).filter((key) => key.startsWith(prefix))
}
