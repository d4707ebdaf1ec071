/** Rules about `when`: whom an access rule, or an operator rule, is for. */

import { nearest } from '../../core/suggest.ts'
import { type ConfigIssue, type Path, showValue } from '../issue.ts'
import { forEach, type PartialConfig, type Rule } from '../partial-config.ts'
import { patternBody, toValueMatch } from '../patterns.ts'
import type { FileConfig } from '../schema.ts'

export type Conditional = Pick<FileConfig['access'][number], 'when'>
type Condition = readonly [attribute: string, values: string | readonly string[]]

/** Keys of `when` that are not attributes. */
const RESERVED = ['provider', 'idp']

const providersAreKnown: Rule = (draft, { providerIds: ids }) =>
  forEachWhen(draft, (rule, path) =>
    (providersOf(rule) ?? []).flatMap((id) => {
      if (ids.includes(id)) return []
      const suggestion = nearest(id, ids)
      return [
        {
          path: [...path, 'provider'],
          expected: `the id of a provider (${ids.join(', ')})`,
          found: showValue(id),
          ...(suggestion === undefined ? {} : { suggestion }),
        },
      ]
    }),
  )

/** A pattern could be met by an entityID that somebody else registers. */
const idpsAreEntityIds: Rule = (draft) =>
  forEachWhen(draft, (rule, path) =>
    (idpsOf(rule) ?? [])
      .filter((idp) => patternBody(idp) !== undefined || /\s/.test(idp))
      .map((idp) => ({ path: [...path, 'idp'], expected: 'an entityID, letter by letter', found: showValue(idp) })),
  )

const patternsCompile: Rule = (draft) =>
  forEachWhen(draft, (rule, path) =>
    conditionsOf(rule).flatMap(([attribute, values]) =>
      [values].flat().flatMap((value, place): ConfigIssue[] => {
        const found = syntaxErrorOf(value)
        const at = [...path, attribute, ...(typeof values === 'string' ? [] : [place])]
        return found === undefined ? [] : [{ path: at, expected: 'a regular expression between the slashes', found }]
      }),
    ),
  )

export const whenRules = {
  providersAreKnown,
  idpsAreEntityIds,
  patternsCompile,
} as const satisfies Readonly<Record<string, Rule>>

export function conditionsOf({ when }: Conditional): readonly Condition[] {
  return Object.entries(when).filter(([key]) => !RESERVED.includes(key))
}

export function idpsOf({ when }: Conditional): readonly string[] | undefined {
  return Object.hasOwn(when, 'idp') ? [when.idp ?? []].flat() : undefined
}

export function providersOf({ when }: Conditional): readonly string[] | undefined {
  return Object.hasOwn(when, 'provider') ? [when.provider ?? []].flat() : undefined
}

export function syntaxErrorOf(value: string): string | undefined {
  try {
    toValueMatch(value)
    return undefined
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}

/** Runs over the rules of both lists, with the place of their `when`. */
function forEachWhen(
  { access, operators }: PartialConfig,
  check: (rule: Conditional, path: Path) => readonly ConfigIssue[],
): readonly ConfigIssue[] {
  return [
    ...forEach(access, (rule, index) => check(rule, ['access', index, 'when'])),
    ...forEach(operators, (rule, index) => check(rule, ['operators', index, 'when'])),
  ]
}
