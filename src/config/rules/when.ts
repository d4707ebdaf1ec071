/** Rules about `when`, the conditions of access rules and operator rules. */

import { markNames } from '../../core/identity.ts'
import { nearest } from '../../core/text/suggest.ts'
import { type ConfigIssue, type Path, showValue } from '../issue.ts'
import { forEach, type PartialConfig, type Rule } from '../partial-config.ts'
import { patternBody, toValueMatch } from '../patterns.ts'
import type { FileConfig } from '../schema.ts'

export type Conditional = Pick<FileConfig['access'][number], 'when'>
type Condition = readonly [attribute: string, values: string | readonly string[]]

/** Keys of `when` that are not attributes. */
const RESERVED = ['provider', 'idp']

const providersAreKnown: Rule = (config, { providerIds: ids }) =>
  forEachWhen(config, (rule, path) =>
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

/** A pattern could match an entityID that an attacker registers. */
const idpsAreEntityIds: Rule = (config) =>
  forEachWhen(config, (rule, path) =>
    (idpsOf(rule) ?? [])
      .filter((idp) => patternBody(idp) !== undefined || /\s/.test(idp))
      .map((idp) => ({ path: [...path, 'idp'], expected: 'a literal entityID', found: showValue(idp) })),
  )

/** A pattern could match a federation or a domain that an attacker registers. */
const marksAreLiteral: Rule = (config) =>
  forEachWhen(config, (rule, path) =>
    markNames.flatMap((name) =>
      marksIn(rule, name)
        .filter((value) => patternBody(value) !== undefined || /\s/.test(value))
        .map((value) => ({ path: [...path, name], expected: 'a literal value', found: showValue(value) })),
    ),
  )

const patternsCompile: Rule = (config) =>
  forEachWhen(config, (rule, path) =>
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
  marksAreLiteral,
  patternsCompile,
} as const satisfies Readonly<Record<string, Rule>>

export function conditionsOf({ when }: Conditional): readonly Condition[] {
  return Object.entries(when).filter(([key]) => !RESERVED.includes(key))
}

export function idpsOf({ when }: Conditional): readonly string[] | undefined {
  return Object.hasOwn(when, 'idp') ? [when.idp ?? []].flat() : undefined
}

/** Whether the rule names identity providers by what their federation states about them. */
export function namesMarks(rule: Conditional): boolean {
  return markNames.some((name) => marksIn(rule, name).length > 0)
}

function marksIn({ when }: Conditional, name: string): readonly string[] {
  return Object.hasOwn(when, name) ? [when[name] ?? []].flat() : []
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

/** Visits the rules of both lists, with the path of their `when`. */
function forEachWhen(
  { access, operators }: PartialConfig,
  check: (rule: Conditional, path: Path) => readonly ConfigIssue[],
): readonly ConfigIssue[] {
  return [
    ...forEach(access, (rule, index) => check(rule, ['access', index, 'when'])),
    ...forEach(operators, (rule, index) => check(rule, ['operators', index, 'when'])),
  ]
}
