/** Rules about who may grant which role. */
import { parseRoleArn } from '../../core/arn.ts'
import { nearest } from '../../core/suggest.ts'
import { forEach, type Rule } from '../draft.ts'
import { fill, namedGroups, patternBody, placeholders, toValueMatch } from '../patterns.ts'
import { type Complaint, showValue } from '../problem.ts'
import type { FileConfig } from '../schema.ts'

type FileRule = FileConfig['access'][number]
type Conditional = Pick<FileRule, 'when'>
type Condition = readonly [attribute: string, values: string | readonly string[]]

/** Keys of `when` that are not attributes. */
const RESERVED = ['provider', 'idp']

export const conditionsOf = ({ when }: Conditional): readonly Condition[] =>
  Object.entries(when).filter(([key]) => !RESERVED.includes(key))

export const idpsOf = ({ when }: Conditional): readonly string[] | undefined =>
  Object.hasOwn(when, 'idp') ? [when.idp ?? []].flat() : undefined

export const providersOf = ({ when }: Conditional): readonly string[] | undefined =>
  Object.hasOwn(when, 'provider') ? [when.provider ?? []].flat() : undefined

const providersAreKnown: Rule = ({ access }, { providerIds: ids }) =>
  forEach(access, (rule, index) =>
    (providersOf(rule) ?? []).flatMap((id) => {
      if (ids.includes(id)) return []
      const suggestion = nearest(id, ids)
      return [
        {
          path: ['access', index, 'when', 'provider'],
          expected: `the id of a provider (${ids.join(', ')})`,
          found: showValue(id),
          ...(suggestion === undefined ? {} : { suggestion }),
        },
      ]
    }),
  )

/**
 * With reissued evidence our own key signs: nothing but these rules stands between one partner's identity provider and
 * another's roles, so a rule that could reach such a provider has to say which.
 */
const reissuedProvidersAreNamed: Rule = (draft) => {
  const reissued = (draft.providers ?? []).filter((one) => one?.exchange.evidence === 'reissued')
  return forEach(draft.access, (rule, index) =>
    reissued.length === 0 || providersOf(rule)
      ? []
      : [
          {
            path: ['access', index, 'when'],
            atKey: true,
            expected: `provider: with ids, because the evidence of ${reissued.map((one) => one?.id).join(', ')} is reissued`,
            found: 'a rule for every provider',
          },
        ],
  )
}

/** A provider with discovery is as many identity providers as its metadata names: the rule has to say which one. */
const discoveredIdpsAreNamed: Rule = ({ providers, access }) => {
  const open = (providers ?? []).flatMap((one) =>
    one?.protocol === 'saml' && one.discovery && one.exchange.evidence === 'reissued' ? [one.id] : [],
  )
  return forEach(access, (rule, index) => {
    const reached = (providersOf(rule) ?? []).filter((id) => open.includes(id))
    if (reached.length === 0 || idpsOf(rule)) return []
    const expected = `idp: with entityIDs, because people choose their identity provider at ${reached.join(', ')}`
    return [{ path: ['access', index, 'when'], atKey: true, expected, found: 'a rule for every identity provider' }]
  })
}

/** A pattern could be met by an entityID that somebody else registers. */
const idpsAreEntityIds: Rule = ({ access }) =>
  forEach(access, (rule, index) =>
    (idpsOf(rule) ?? [])
      .filter((idp) => patternBody(idp) !== undefined || /\s/.test(idp))
      .map((idp) => ({
        path: ['access', index, 'when', 'idp'],
        expected: 'an entityID, letter by letter',
        found: showValue(idp),
      })),
  )

const syntaxErrorOf = (value: string): string | undefined => {
  try {
    toValueMatch(value)
    return undefined
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}

const patternsCompile: Rule = ({ access }) =>
  forEach(access, (rule, index) =>
    conditionsOf(rule).flatMap(([attribute, values]) =>
      [values].flat().flatMap((value, place): Complaint[] => {
        const found = syntaxErrorOf(value)
        const path = ['access', index, 'when', attribute, ...(typeof values === 'string' ? [] : [place])]
        return found === undefined ? [] : [{ path, expected: 'a regular expression between the slashes', found }]
      }),
    ),
  )

const groupsOf = (value: string): readonly string[] => {
  if (patternBody(value) === undefined || syntaxErrorOf(value) !== undefined) return []
  const match = toValueMatch(value)
  return match.kind === 'pattern' ? namedGroups(match.pattern) : []
}

/** Whether the name has one meaning: a group of one attribute's patterns, and of all of them. */
const isDefinedOnce = (rule: FileRule, name: string): boolean => {
  const groups = conditionsOf(rule).map(([, values]) => [values].flat().map(groupsOf))
  const definers = groups.filter((alternatives) => alternatives.some((names) => names.includes(name)))
  return definers.length === 1 && definers.every((alternatives) => alternatives.every((names) => names.includes(name)))
}

const placeholdersAreGroups: Rule = ({ access }) =>
  forEach(access, (rule, index) => {
    const broken = conditionsOf(rule).some(([, values]) => [values].flat().some((value) => syntaxErrorOf(value)))
    if (broken) return []
    return rule.roles.flatMap((role, place) =>
      placeholders(role)
        .filter((name) => !isDefinedOnce(rule, name))
        .map((name) => ({
          path: ['access', index, 'roles', place],
          expected: `a group (?<${name}>…) in every pattern of exactly one attribute of this rule`,
          found: `{${name}}`,
        })),
    )
  })

// Digits fit where an account stands and where a role's name stands.
const SAMPLE = '111122223333'

const rolesAreRoleArns: Rule = ({ access }) =>
  forEach(access, ({ roles }, index) =>
    roles.flatMap((role, place) =>
      parseRoleArn(fill(role, () => SAMPLE))
        ? []
        : [
            {
              path: ['access', index, 'roles', place],
              expected: 'the ARN of a role, such as arn:aws:iam::111122223333:role/Admin',
              found: showValue(role),
            },
          ],
    ),
  )

export const accessRules = {
  providersAreKnown,
  reissuedProvidersAreNamed,
  discoveredIdpsAreNamed,
  idpsAreEntityIds,
  patternsCompile,
  placeholdersAreGroups,
  rolesAreRoleArns,
} as const satisfies Readonly<Record<string, Rule>>
