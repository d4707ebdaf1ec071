/** The file with the change: settings as in the configuration, and what other parties would change. */
import { readFile } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { type Document, isMap, isSeq, parse, parseDocument } from 'yaml'
import { parseRoleArn } from '../../core/arn.ts'
import { isObject } from '../../core/json.ts'
import { MalformedPolicyError } from '../../iam/errors.ts'
import { type Policy, parseTrustPolicy } from '../../iam/policy.ts'
import { RehearseError } from './errors.ts'

/** What happens to one claim: another name, no longer sent, other values for some, or these values for every user. */
export type ClaimChange =
  | { readonly kind: 'renamed'; readonly to: string }
  | { readonly kind: 'dropped' }
  | { readonly kind: 'mapped'; readonly values: ReadonlyMap<string, string | null> }
  | { readonly kind: 'replaced'; readonly values: readonly string[] }

export interface Setting {
  readonly path: readonly string[]
  /** null: it is removed. */
  readonly value: unknown
}

export interface Change {
  readonly settings: readonly Setting[]
  /** By provider; `''`: every provider. Then by the name that the provider sends. */
  readonly claims: ReadonlyMap<string, ReadonlyMap<string, ClaimChange>>
  /** By the ARN of the role. */
  readonly trustPolicies: ReadonlyMap<string, Policy>
}

type Fields = Readonly<Record<string, unknown>>

/** Throws RehearseError. `providers`: the ids of the configuration's providers. */
export async function readChange(file: string, providers: readonly string[]): Promise<Change> {
  const text = await readFile(file, 'utf8').catch((cause: unknown) => {
    throw new RehearseError('rehearse.change_unreadable', { sentence: `The file ${file} cannot be read.`, cause })
  })
  const { claims, trustPolicies, ...settings } = fieldsIn(text, file)
  return {
    settings: Object.entries(settings).flatMap(([key, value]) => settingsOf(key.split('.'), value)),
    claims: claimsOf(mapping(claims, file, 'claims'), providers, file),
    trustPolicies: await policiesOf(mapping(trustPolicies, file, 'trustPolicies'), dirname(resolve(file)), file),
  }
}

function fieldsIn(text: string, file: string): Fields {
  try {
    const value: unknown = parse(text)
    if (isObject(value)) return value
  } catch (cause) {
    throw wrong(file, cause instanceof Error ? cause.message : String(cause), cause)
  }
  throw wrong(file, 'it is not a mapping')
}

function wrong(file: string, what: string, cause?: unknown): RehearseError {
  const sentence = `The change in ${file} cannot be read: ${what.replace(/\.$/, '')}.`
  return new RehearseError('rehearse.change_unreadable', { sentence, ...(cause === undefined ? {} : { cause }) })
}

function mapping(value: unknown, file: string, name: string): Fields {
  if (value === undefined) return {}
  if (isObject(value)) return value
  throw wrong(file, `${name} is not a mapping`)
}

/** A mapping changes the settings in it, everything else replaces the value. Only names at the top have dots. */
function settingsOf(path: readonly string[], value: unknown): readonly Setting[] {
  if (!isObject(value)) return [{ path, value }]
  return Object.entries(value).flatMap(([key, each]) => settingsOf([...path, key], each))
}

function claimsOf(claims: Fields, providers: readonly string[], file: string): Change['claims'] {
  const changes = new Map<string, Map<string, ClaimChange>>()
  const add = (provider: string, name: string, value: unknown): void => {
    const ofProvider = changes.get(provider) ?? new Map<string, ClaimChange>()
    changes.set(provider, ofProvider.set(name, claimChange(value, `claims.${name}`, file)))
  }
  for (const [key, value] of Object.entries(claims)) {
    if (providers.includes(key) && isObject(value))
      for (const [name, each] of Object.entries(value)) add(key, name, each)
    else add('', key, value)
  }
  return changes
}

function claimChange(value: unknown, place: string, file: string): ClaimChange {
  if (typeof value === 'string') return { kind: 'renamed', to: value }
  if (value === null) return { kind: 'dropped' }
  const list: unknown[] = Array.isArray(value) ? value : []
  if (list.length > 0 && list.every((each) => typeof each === 'string')) return { kind: 'replaced', values: list }
  const entries = isObject(value) ? Object.entries(value) : []
  const pairs = entries.flatMap(([from, to]): [string, string | null][] =>
    typeof to === 'string' || to === null ? [[from, to]] : [],
  )
  if (pairs.length > 0 && pairs.length === entries.length) return { kind: 'mapped', values: new Map(pairs) }
  throw wrong(file, `${place} must be the new name, null, a list of values, or a mapping of old to new values`)
}

async function policiesOf(policies: Fields, folder: string, file: string): Promise<ReadonlyMap<string, Policy>> {
  const read = await Promise.all(
    Object.entries(policies).map(async ([arn, value]): Promise<readonly [string, Policy]> => {
      if (!parseRoleArn(arn)) throw wrong(file, `${arn} under trustPolicies is not the ARN of a role`)
      return [arn, await policyOf(arn, value, folder)]
    }),
  )
  return new Map(read)
}

/** The document itself, or the path of a file with it. */
async function policyOf(arn: string, value: unknown, folder: string): Promise<Policy> {
  const isPath = typeof value === 'string' && !value.trimStart().startsWith('{')
  try {
    return parseTrustPolicy(isPath ? await readFile(resolve(folder, value), 'utf8') : value)
  } catch (cause) {
    const reason =
      cause instanceof MalformedPolicyError
        ? cause.problems.map(({ path, expected, found }) => `${path}: expected ${expected}, found ${found}`).join('; ')
        : String(cause instanceof Error ? cause.message : cause)
    throw new RehearseError('rehearse.policy_unreadable', {
      sentence: `The trust policy of ${arn} cannot be read: ${reason}.`,
      cause,
    })
  }
}

/** The text of the configuration with the changed settings. Throws RehearseError for items that are not there. */
export function changedText(text: string, settings: readonly Setting[]): string {
  const document = parseDocument(text)
  for (const { path, value } of settings) {
    const place = placeIn(document, path)
    if (value === null) document.deleteIn(place)
    else document.setIn(place, document.createNode(value))
  }
  return String(document)
}

/** Items of lists are named by their `id` or `match`. */
function placeIn(document: Document, path: readonly string[]): readonly (string | number)[] {
  const place: (string | number)[] = []
  for (const step of path) {
    const node = place.length === 0 ? document.contents : document.getIn(place, true)
    if (!isSeq(node)) {
      place.push(step)
      continue
    }
    const index = node.items.findIndex((item) => isMap(item) && [item.get('id'), item.get('match')].includes(step))
    if (index < 0)
      throw new RehearseError('rehearse.setting_unknown', {
        sentence: `The configuration has no ${[...path.slice(0, place.length), step].join('.')}.`,
      })
    place.push(index)
  }
  return place
}
