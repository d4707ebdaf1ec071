/** The values of a condition's keys if an unconfirmed fact about them were the other way round. */

import { entryOf, type RequestContext } from './condition-keys/context.ts'
import type { Condition } from './conditions.ts'
import type { PolicyRequest } from './request.ts'
import { type UnverifiedAssumption, unverifiedAssumptions } from './unverified-assumptions.ts'

export interface Interpretation {
  /** The key's name in lower case. */
  readonly name: string
  /** None: the key would be absent. */
  readonly values: readonly string[]
  /** Whether the key holds a list, if that would be the other way round too. */
  readonly multi?: boolean
  readonly fact: UnverifiedAssumption
}

interface Tried {
  readonly context: RequestContext
  /** What distinguishes it from the request's own value. */
  readonly fact: UnverifiedAssumption | undefined
}

const PRINCIPAL_TAG = 'aws:principaltag/'

/** Of the condition's own key, and of the keys of variables in its values. */
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

/** A variable needs a single value: for a list, it might be any of them. */
function listReadings(name: string, { context }: PolicyRequest): Interpretation[] {
  const { multi = false, values = [] } = entryOf(context, name) ?? {}
  if (!multi) return []
  return values.map((value) => ({ name, values: [value], multi: false, fact: unverifiedAssumptions.variableOfList }))
}

/** The contexts to try: the request's own, then each alternative separately, and all of them together. */
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
