/** Who can take what, by the rules: for everyone that rules mention, or for one user. Pure. */
import { grantedRoles } from '../../access/entitlement.ts'
import { accountNameOf } from '../../access/role-settings.ts'
import { isMeant, reaches } from '../../access/role-trust.ts'
import { rolesTaggedWith, selectedBecause, selectedRoles, valuesInTag } from '../../access/selected-roles.ts'
import { absenceOf, type Catalog } from '../../catalog/catalog.ts'
import type { AccessCondition, AccessRule, Config, ProviderConfig, RoleSelector } from '../../config/types.ts'
import { parseRoleArn, type RoleArn } from '../../core/arn.ts'
import type { Identity } from '../../core/identity.ts'
import type { Grant } from './report.ts'

export interface Known {
  readonly config: Config
  /** Without one, only what the rules name in full is known. */
  readonly catalog: Catalog | undefined
}

/** A grant for each group or other condition of each rule. */
export function grantsOfRules({ config, catalog }: Known): readonly Grant[] {
  return config.providers.flatMap((provider) =>
    config.access
      .filter((rule) => reaches(rule, provider))
      .flatMap((rule) => grantsOfRule({ config, catalog }, provider, rule)),
  )
}

function grantsOfRule(known: Known, provider: ProviderConfig, rule: AccessRule): readonly Grant[] {
  const { catalog } = known
  const who = whoMeets(rule)
  const because = `rule at line ${rule.line}`
  const named = rule.roles.flatMap((template) => {
    const role = parseRoleArn(template)
    if (role) return catalog && absenceOf(catalog, role) ? [] : [grantOf(known, provider, role, { who, because })]
    const roles = catalog ? rolesLike({ ...rule, roles: [template], selectors: [] }, catalog) : []
    if (roles.length > 0) return roles.map((one) => grantOf(known, provider, one, { who, because }))
    return [{ who, provider: provider.id, role: template, account: '', accountName: '', because }]
  })
  const selectors = catalog ? (rule.selectors ?? []) : []
  return [...named, ...selectors.flatMap((selector) => grantsOfSelector({ ...known, rule, who }, provider, selector))]
}

/** The roles of the catalogue that fit the rule's templates, whatever a user's values are. */
export function rolesLike(rule: AccessRule, catalog: Catalog): readonly RoleArn[] {
  return [...catalog.roles.values()].filter(
    (role) => absenceOf(catalog, role) === undefined && isMeant(rule, role, { known: catalog }),
  )
}

function grantsOfSelector(
  { rule, who, ...known }: Known & { readonly rule: AccessRule; readonly who: string },
  provider: ProviderConfig,
  selector: RoleSelector,
): readonly Grant[] {
  const { catalog } = known
  if (!catalog) return []
  const { grantTag } = selector
  const sets = grantTag
    ? valuesInTag(catalog, selector).map((value) => ({
        who: [`${grantTag.attribute} = ${value}`, ...(rule.when.conditions.length > 0 ? [who] : [])].join(', '),
        roles: rolesTaggedWith(catalog, selector, value),
      }))
    : [{ who, roles: selectedRoles(catalog, selector) }]
  return sets.flatMap(({ who, roles }) =>
    roles.map((role) => {
      const because = `${selectedBecause(selector, role)}, rule at line ${rule.line}`
      return grantOf(known, provider, role, { who, because })
    }),
  )
}

function grantOf(
  { config, catalog }: Known,
  provider: ProviderConfig,
  { arn, account }: RoleArn,
  said: Pick<Grant, 'who' | 'because'>,
): Grant {
  const accountName = accountNameOf(config, account, catalog)
  return { ...said, provider: provider.id, role: arn, account, accountName }
}

/** `groups = aws-dev or aws-ops, department = 42`; `any user` where there is no condition. */
function whoMeets({ when: { conditions, idp } }: AccessRule): string {
  const parts = [...(idp ? [`idp = ${idp.join(' or ')}`] : []), ...conditions.map(shownCondition)]
  return parts.length === 0 ? 'any user' : parts.join(', ')
}

function shownCondition({ attribute, anyOf }: AccessCondition): string {
  const values = anyOf.map((wanted) => (wanted.kind === 'text' ? wanted.value : `/${wanted.pattern.source}/`))
  return `${attribute} = ${values.join(' or ')}`
}

/** What this user of that provider can take, as the gateway would list it. */
export function grantsOfUser(
  known: Known,
  provider: ProviderConfig,
  identity: Identity,
  who: string,
): readonly Grant[] {
  const { config, catalog } = known
  return grantedRoles(provider, identity, config.access, catalog).map(({ role, grantedBy }) =>
    grantOf(known, provider, role, { who, because: grantedBy }),
  )
}
