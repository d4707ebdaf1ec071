/** What a condition's keys would hold if an unconfirmed fact about them were the other way round. */

import { entryOf, type RequestContext } from './condition-keys/context.ts'
import type { Condition } from './conditions.ts'
import type { PolicyRequest } from './request.ts'
import { type UnverifiedAssumption, unverifiedAssumptions } from './unverified-assumptions.ts'

export interface Interpretation {
  /** The key's name in lower case. */
  readonly name: string
  /** None: the key would be absent. */
  readonly values: readonly string[]
  /** Whether the key holds a list, where that too would be the other way. */
  readonly multi?: boolean
  readonly fact: UnverifiedAssumption
}

interface Tried {
  readonly context: RequestContext
  /** What makes it another than the request's own. */
  readonly fact: UnverifiedAssumption | undefined
}

const PRINCIPAL_TAG = 'aws:principaltag/'

/** Of the condition's own key, and of the keys that variables in its values stand for. */
export function alternativeInterpretations(
  { name, variables }: Condition,
  request: PolicyRequest,
): readonly Interpretation[] {
  return [
    ...[name, ...variables].flatMap((each) => readingsOf(each, request)),
    ...variables.flatMap((each) => listReadings(each, request)),
  ]
}

function readingsOf(name: string, { context, principal }: PolicyRequest): Interpretation[] {
  const { otherwise } = context.get(name) ?? {}
  if (otherwise) return [{ name, ...otherwise }]
  const isThere = entryOf(context, name) !== undefined
  if (name === 'aws:userid' || name === 'aws:username')
    return isThere ? [{ name, values: [], fact: unverifiedAssumptions.callerIds }] : []
  if (isThere || !('federated' in principal)) return []
  if (name === 'aws:federatedprovider')
    return [{ name, values: [principal.federated], fact: unverifiedAssumptions.federatedProviderAtFirst }]
  const tag = name.startsWith(PRINCIPAL_TAG)
    ? entryOf(context, `aws:requesttag/${name.slice(PRINCIPAL_TAG.length)}`)
    : undefined
  return tag ? [{ name, values: tag.values, fact: unverifiedAssumptions.principalTagAtFirst }] : []
}

/** A variable is for single-valued keys only: of a list, it might be any of the values. */
function listReadings(name: string, { context }: PolicyRequest): Interpretation[] {
  const { multi = false, values = [] } = entryOf(context, name) ?? {}
  if (!multi) return []
  return values.map((value) => ({ name, values: [value], multi: false, fact: unverifiedAssumptions.variableOfList }))
}

/** The contexts to try: the request's own, then each reading for itself, and all of them together. */
export function contextsOf(readings: readonly Interpretation[], context: RequestContext): readonly Tried[] {
  return [
    { context, fact: undefined },
    ...[...readings.map((reading) => [reading]), ...(readings.length > 1 ? [readings] : [])].map((some) => ({
      context: withReadings(some, context),
      fact: some[0]?.fact,
    })),
  ]
}

function withReadings(readings: readonly Interpretation[], context: RequestContext): RequestContext {
  const other = new Map(context)
  for (const { name, values, multi } of readings) {
    const entry = other.get(name) ?? { key: name, multi: false }
    other.set(name, { ...entry, values, multi: multi ?? entry.multi })
  }
  return other
}
