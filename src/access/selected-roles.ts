/**
 * The roles of the catalogue that a rule selects by what they are. Each selector is worked out once for each version of
 * the catalogue: a sign-in then costs a look-up, however many roles there are.
 */
import { absenceOf, type Catalog, type CatalogAccount, type CatalogRole, showPlace } from '../catalog/catalog.ts'
import type { RoleSelector } from '../config/types.ts'
import type { Glob } from '../core/patterns/glob.ts'

interface Selection {
  readonly roles: readonly CatalogRole[]
  readonly arns: ReadonlySet<string>
  /** With `grantTag`: the roles by the values in that tag. */
  readonly byValue: ReadonlyMap<string, readonly CatalogRole[]>
}

const selections = new WeakMap<Catalog, Map<RoleSelector, Selection>>()

/** In the order of the catalogue. Roles of closed accounts are left out. */
export function selectedRoles(catalog: Catalog, selector: RoleSelector): readonly CatalogRole[] {
  return selectionOf(catalog, selector).roles
}

/** Whether the selector can grant the role to some user. */
export function selects(catalog: Catalog, selector: RoleSelector, arn: string): boolean {
  return selectionOf(catalog, selector).arns.has(arn)
}

/** With `grantTag`: the roles whose tag has this value. The value is compared byte for byte. */
export function rolesTaggedWith(catalog: Catalog, selector: RoleSelector, value: string): readonly CatalogRole[] {
  return selectionOf(catalog, selector).byValue.get(value) ?? []
}

/** With `grantTag`: every value in that tag of any role. */
export function valuesInTag(catalog: Catalog, selector: RoleSelector): readonly string[] {
  return [...selectionOf(catalog, selector).byValue.keys()]
}

/** Which condition and which file granted the role: `tag fedgate:groups in catalog/111122223333.json:12`. */
export function selectedBecause({ shown }: RoleSelector, { place }: CatalogRole): string {
  return `${shown} in ${showPlace(place)}`
}

function selectionOf(catalog: Catalog, selector: RoleSelector): Selection {
  const ofCatalog = selections.get(catalog) ?? new Map<RoleSelector, Selection>()
  selections.set(catalog, ofCatalog)
  const known = ofCatalog.get(selector) ?? select(catalog, selector)
  ofCatalog.set(selector, known)
  return known
}

function select(catalog: Catalog, selector: RoleSelector): Selection {
  const meets = accountTest(catalog, selector)
  const roles = [...catalog.roles.values()].filter(
    (role) => isSelected(role, selector) && meets(role.account) && absenceOf(catalog, role) === undefined,
  )
  const byValue = new Map<string, CatalogRole[]>()
  const { grantTag } = selector
  for (const role of grantTag ? roles : [])
    for (const value of new Set((role.tags[grantTag?.key ?? ''] ?? '').split(grantTag?.separator ?? ' '))) {
      const ofValue = byValue.get(value) ?? []
      // Two separators in a row name no group.
      if (value !== '') byValue.set(value, ofValue)
      ofValue.push(role)
    }
  return { roles, arns: new Set(roles.map(({ arn }) => arn)), byValue }
}

function isSelected({ name, path, account, tags }: CatalogRole, selector: RoleSelector): boolean {
  return (
    (selector.grantTag === undefined || tags[selector.grantTag.key] !== undefined) &&
    isOneOf(selector.name, name) &&
    isOneOf(selector.path, path) &&
    isOneOf(selector.account, account) &&
    hasTags(selector.tags, tags)
  )
}

/** Each account is tested once, however many roles it has. */
function accountTest({ accounts }: Catalog, { ou, accountTags }: RoleSelector): (id: string) => boolean {
  if (ou === undefined && accountTags.size === 0) return () => true
  const tested = new Map<string, boolean>()
  return (id) => {
    const account = accounts.get(id)
    const known =
      tested.get(id) ??
      (account !== undefined && (ou === undefined || isWithin(ou, account)) && hasTags(accountTags, account.tags))
    tested.set(id, known)
    return known
  }
}

/** Whether one of the account's units, or one around it, is meant. */
function isWithin(wanted: readonly Glob[], { ou = '', ouIds = [] }: CatalogAccount): boolean {
  const names = ou.split('/')
  const paths = names.map((_, n) => names.slice(0, n + 1).join('/'))
  return [...paths, ...ouIds].some((unit) => unit !== '' && isOneOf(wanted, unit))
}

function hasTags(wanted: RoleSelector['tags'], tags: Readonly<Record<string, string>>): boolean {
  return [...wanted].every(([key, values]) => tags[key] !== undefined && isOneOf(values, tags[key]))
}

function isOneOf(wanted: readonly Glob[] | undefined, text: string): boolean {
  return wanted === undefined || wanted.some((pattern) => pattern.test(text))
}
