/** Rules about who may grant which role, and who is an operator. */
import { parseRoleArn } from '../../core/arn.ts'
import { type ConfigIssue, showValue } from '../issue.ts'
import { forEach, type PartialConfig, type Rule } from '../partial-config.ts'
import { fill, patternBody, placeholders, toValueMatch } from '../patterns.ts'
import type { FileConfig, FileProvider } from '../schema.ts'
import { type Conditional, conditionsOf, idpsOf, providersOf, syntaxErrorOf } from './when.ts'

type FileRule = FileConfig['access'][number]

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

const discoveredIdpsAreNamed: Rule = (draft) =>
  unnamedIdps('access', draft, ({ exchange }) => exchange.evidence === 'reissued')

/** Whatever the evidence: nothing but these rules stands between one partner's people and the gateway's own page. */
const operatorsNameTheirProvider: Rule = ({ operators }) =>
  forEach(operators, (rule, index) =>
    providersOf(rule)
      ? []
      : [
          {
            path: ['operators', index, 'when'],
            atKey: true,
            expected: 'provider: with the ids of the providers whose word counts',
            found: 'a rule for every provider',
          },
        ],
  )

const operatorsNameTheirIdp: Rule = (draft) => unnamedIdps('operators', draft, () => true)

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
  reissuedProvidersAreNamed,
  discoveredIdpsAreNamed,
  operatorsNameTheirProvider,
  operatorsNameTheirIdp,
  placeholdersAreGroups,
  rolesAreRoleArns,
} as const satisfies Readonly<Record<string, Rule>>

/** Complaints about rules that reach a provider with discovery: that is as many identity providers as its metadata names. */
function unnamedIdps(
  list: 'access' | 'operators',
  draft: PartialConfig,
  isOpen: (provider: FileProvider) => boolean,
): readonly ConfigIssue[] {
  const open = (draft.providers ?? []).flatMap((one) =>
    one?.protocol === 'saml' && one.discovery && isOpen(one) ? [one.id] : [],
  )
  return forEach<Conditional>(draft[list], (rule, index) => {
    const reached = (providersOf(rule) ?? []).filter((id) => open.includes(id))
    if (reached.length === 0 || idpsOf(rule)) return []
    const expected = `idp: with entityIDs, because people choose their identity provider at ${reached.join(', ')}`
    return [{ path: [list, index, 'when'], atKey: true, expected, found: 'a rule for every identity provider' }]
  })
}

/** Whether the name has one meaning: a group of one attribute's patterns, and of all of them. */
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
