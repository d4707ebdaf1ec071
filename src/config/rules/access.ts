/** Rules about access rules and operators. */
import { parseRoleArn } from '../../core/arn.ts'
import { isObject } from '../../core/json.ts'
import { type ConfigIssue, showValue } from '../issue.ts'
import { forEach, type PartialConfig, type Rule } from '../partial-config.ts'
import { fill, patternBody, placeholders, toValueMatch } from '../patterns.ts'
import type { FileConfig, FileProvider } from '../schema.ts'
import { type Conditional, conditionsOf, idpsOf, namesMarks, providersOf, syntaxErrorOf } from './when.ts'

type FileRule = FileConfig['access'][number]

/**
 * Reissued evidence is signed with the gateway's own key: only access rules keep one partner's identity provider from
 * another partner's roles, so a rule that could match such a provider must name it.
 */
const reissuedProvidersAreNamed: Rule = (config) => {
  const reissued = (config.providers ?? []).filter((one) => one?.exchange.evidence === 'reissued')
  return forEach(config.access, (rule, index) =>
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

const discoveredIdpsAreNamed: Rule = (config) =>
  unnamedIdps('access', config, ({ exchange }) => exchange.evidence === 'reissued')

/** Only operator rules keep one partner's users from the operators' page, so each must name its provider. */
const operatorsNameTheirProvider: Rule = ({ operators }) =>
  forEach(operators, (rule, index) =>
    providersOf(rule)
      ? []
      : [
          {
            path: ['operators', index, 'when'],
            atKey: true,
            expected: 'provider: with the ids of trusted providers',
            found: 'a rule for every provider',
          },
        ],
  )

const operatorsNameTheirIdp: Rule = (config) => unnamedIdps('operators', config, () => true)

const placeholdersAreGroups: Rule = ({ access }) =>
  forEach(access, (rule, index) => {
    const broken = conditionsOf(rule).some(([, values]) => [values].flat().some((value) => syntaxErrorOf(value)))
    if (broken) return []
    return rule.roles.flatMap((role, place) =>
      (typeof role === 'string' ? placeholders(role) : [])
        .filter((name) => !isDefinedOnce(rule, name))
        .map((name) => ({
          path: ['access', index, 'roles', place],
          expected: `a group (?<${name}>…) in every pattern of exactly one attribute of this rule`,
          found: `{${name}}`,
        })),
    )
  })

// Digits are valid both as an account ID and as a role name.
const SAMPLE = '111122223333'

const rolesAreRoleArns: Rule = ({ access }) =>
  forEach(access, ({ roles }, index) =>
    roles.flatMap((role, place) =>
      typeof role !== 'string' || parseRoleArn(fill(role, () => SAMPLE))
        ? []
        : [
            {
              path: ['access', index, 'roles', place],
              expected: 'a role ARN, such as arn:aws:iam::111122223333:role/Admin',
              found: showValue(role),
            },
          ],
    ),
  )

/** An empty condition would match every role of the organization, and without a catalogue none is known. */
const selectorsAreComplete: Rule = ({ access, catalog }) =>
  forEach(access, ({ roles }, index) =>
    roles.flatMap((role, place) => {
      if (typeof role === 'string') return []
      const path = ['access', index, 'roles', place]
      const { attribute, separator, ...conditions } = role
      const given = Object.values(conditions).filter((value) => value !== undefined)
      const isEmpty = given.length === 0 || given.some((value) => isObject(value) && Object.keys(value).length === 0)
      return [
        ...(isEmpty
          ? [{ path, expected: 'a condition: tag, path, name, account, ou or accountTag', found: 'none' }]
          : []),
        ...((attribute ?? separator) !== undefined && typeof role.tag !== 'string'
          ? [
              {
                path,
                expected: 'the key of a tag under `tag`, which attribute and separator belong to',
                found: showValue(role.tag),
              },
            ]
          : []),
        ...(catalog === undefined || [catalog].flat().length > 0
          ? []
          : [
              {
                path,
                expected: 'a role ARN, or files under `catalog`, whose roles have tags and paths',
                found: 'no catalogue',
              },
            ]),
      ]
    }),
  )

export const accessRules = {
  reissuedProvidersAreNamed,
  discoveredIdpsAreNamed,
  operatorsNameTheirProvider,
  operatorsNameTheirIdp,
  placeholdersAreGroups,
  rolesAreRoleArns,
  selectorsAreComplete,
} as const satisfies Readonly<Record<string, Rule>>

/** A provider with discovery includes every identity provider in its metadata, so a rule must name them. */
function unnamedIdps(
  list: 'access' | 'operators',
  config: PartialConfig,
  isOpen: (provider: FileProvider) => boolean,
): readonly ConfigIssue[] {
  const open = (config.providers ?? []).flatMap((one) =>
    one?.protocol === 'saml' && one.discovery && isOpen(one) ? [one.id] : [],
  )
  return forEach<Conditional>(config[list], (rule, index) => {
    const reached = (providersOf(rule) ?? []).filter((id) => open.includes(id))
    if (reached.length === 0 || idpsOf(rule) || namesMarks(rule)) return []
    const expected = `idp: with entityIDs, or marks such as registrationAuthority, because users choose their identity provider at ${reached.join(', ')}`
    return [{ path: [list, index, 'when'], atKey: true, expected, found: 'a rule for every identity provider' }]
  })
}

/** Whether the name is a group in all patterns of exactly one attribute. */
function isDefinedOnce(rule: FileRule, name: string): boolean {
  const groups = conditionsOf(rule).map(([, values]) => [values].flat().map(groupsOf))
  const definers = groups.filter((alternatives) => alternatives.some((names) => names.includes(name)))
  return definers.length === 1 && definers.every((alternatives) => alternatives.every((names) => names.includes(name)))
}

function groupsOf(value: string): readonly string[] {
  if (patternBody(value) === undefined || syntaxErrorOf(value) !== undefined) return []
  const match = toValueMatch(value)
  return match.kind === 'pattern' ? match.pattern.groups : []
}
