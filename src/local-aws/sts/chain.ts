/** The session that AssumeRole requests, and what the caller's own session adds to it (aws-facts D.2). */
import { AwsError, texts, validationError } from '../aws-errors.ts'
import type { SignedCaller } from '../permissions.ts'
import { listOf, type Parameters } from '../query/parameters.ts'
import { checkTags, type SessionTags } from './session-tags.ts'

const NONE: SessionTags = { tags: new Map(), transitiveKeys: [] }

/** Throws InvalidParameterValue for keys that differ only in case, ValidationError for AWS's own. */
export function passedTags(parameters: Parameters, transitiveKeys: readonly string[] = []): SessionTags {
  const keys = listOf(parameters, 'Tags', '.Key')
  const values = listOf(parameters, 'Tags', '.Value')
  if (keys.some((key) => keyOf(key).startsWith('aws:'))) throw validationError(texts.tagKeyReserved)
  return checkTags(
    keys.map((key, n) => ({ key, values: values.slice(n, n + 1) })),
    transitiveKeys,
  )
}

function keyOf(key: string): string {
  return key.toLowerCase()
}

/** The transitive tags of the caller's session, which every session after it has too. */
export function inheritedTags(caller: SignedCaller): SessionTags {
  if (caller.temporary === undefined || caller.kind !== 'role-session') return NONE
  const transitive = new Set(caller.transitiveTagKeys.map(keyOf))
  return {
    tags: new Map([...caller.tags].filter(([key]) => transitive.has(keyOf(key)))),
    transitiveKeys: caller.transitiveTagKeys,
  }
}

/** Throws InvalidParameterValue for a key that the chain has fixed, whether passed as transitive or not. */
export function joinTags(inherited: SessionTags, passed: SessionTags): SessionTags {
  const fixed = new Set(inherited.transitiveKeys.map(keyOf))
  if ([...passed.tags.keys()].some((key) => fixed.has(keyOf(key))))
    throw new AwsError('InvalidParameterValue', texts.transitiveKeyInherited)
  return {
    tags: new Map([...inherited.tags, ...passed.tags]),
    transitiveKeys: [...inherited.transitiveKeys, ...passed.transitiveKeys],
  }
}

/** The source identity that the chain has fixed. */
export function inheritedSourceIdentity(caller: SignedCaller): string | undefined {
  return caller.temporary !== undefined && caller.kind === 'role-session' ? caller.sourceIdentity : undefined
}
