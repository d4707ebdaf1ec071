/** From the texts of files to a Catalog. Pure. */
import { isObject } from '../core/json.ts'
import { type Catalog, type CatalogAccount, type CatalogRole, parsingOnce, type Tags } from './catalog.ts'
import { csvRecords } from './documents/csv.ts'
import { iamRecords } from './documents/iam.ts'
import { organizationRecords } from './documents/organizations.ts'
import { type AccountRecord, NO_RECORDS, type Records, readerOf, type UnitRecord } from './documents/records.ts'
import { terraformRecords } from './documents/terraform.ts'
import { type CatalogProblem, invalidCatalog } from './errors.ts'

/** Which kind of file counts first where two say something about the same role. */
const RANKS = { aws: 0, terraform: 1, csv: 2 } as const

interface ReadFile {
  readonly file: string
  readonly rank: number
  readonly records: Records
}

/** Takes one file after another, so that the text of one is free before the next is read. */
export interface CatalogBuilder {
  add(file: string, text: string): void
  /** Throws CatalogError `catalog.invalid` with every problem of every file. */
  build(): Catalog
}

/** The catalogue of these files. Throws CatalogError `catalog.invalid`. */
export function readCatalog(files: readonly (readonly [file: string, text: string])[]): Catalog {
  const builder = catalogBuilder()
  for (const [file, text] of files) builder.add(file, text)
  return builder.build()
}

export function catalogBuilder(): CatalogBuilder {
  const problems: CatalogProblem[] = []
  const read: ReadFile[] = []
  const share = sharing()
  return {
    add: (file, text) => {
      const { rank, records } = recordsOf(file, text, problems)
      read.push({ file, rank, records: { ...records, roles: records.roles.map(share) } })
    },
    build: () => {
      if (problems.length > 0) throw invalidCatalog(problems)
      return catalogOf(read)
    },
  }
}

function recordsOf(file: string, text: string, problems: CatalogProblem[]): Omit<ReadFile, 'file'> {
  if (/\.csv$/i.test(file)) {
    const at = (line: number) => ({ ...readerOf(file, '', problems), refuse: refusing(file, line, problems) })
    return { rank: RANKS.csv, records: csvRecords(text, at) }
  }
  const document = parsed(file, text, problems)
  if (document === undefined) return { rank: RANKS.csv, records: NO_RECORDS }
  const reader = readerOf(file, text, problems)
  const names = isObject(document) ? Object.keys(document) : []
  const has = (...wanted: readonly string[]): boolean => wanted.some((name) => names.includes(name))
  if (isObject(document) && has('terraform_version', 'planned_values', 'format_version'))
    return { rank: RANKS.terraform, records: terraformRecords(document, reader) }
  const isIam = has('RoleDetailList', 'Roles', 'Role')
  const isOrganization = has('Accounts', 'Account', 'OrganizationalUnits', 'OrganizationalUnit', 'Roots')
  if (isObject(document) && (isIam || isOrganization)) {
    const [iam, organization] = [iamRecords(document, reader), organizationRecords(document, reader)]
    return { rank: RANKS.aws, records: { ...iam, accounts: organization.accounts, units: organization.units } }
  }
  reader.refuse(
    '',
    'the JSON of `aws iam get-account-authorization-details`, `aws iam list-roles`, `aws organizations list-accounts` or `terraform show -json`',
    names.length === 0 ? document : names.slice(0, 5).join(', '),
  )
  return { rank: RANKS.aws, records: NO_RECORDS }
}

function refusing(file: string, line: number, problems: CatalogProblem[]) {
  return (path: string, expected: string, found: unknown): undefined => {
    const shown =
      typeof found === 'string' ? JSON.stringify(found.slice(0, 80)) : found === undefined ? 'nothing' : String(found)
    problems.push({ file, line, path, expected, found: shown })
    return undefined
  }
}

function parsed(file: string, text: string, problems: CatalogProblem[]): unknown {
  try {
    return JSON.parse(text.startsWith('\ufeff') ? text.slice(1) : text)
  } catch (error) {
    const position = error instanceof Error ? / at position (\d+)/.exec(error.message)?.[1] : undefined
    const at = position === undefined ? text.length : Number(position)
    const found = text.trim() === '' ? 'an empty file' : 'invalid JSON'
    problems.push({ file, line: text.slice(0, at).split('\n').length, path: '', expected: 'JSON', found })
    return undefined
  }
}

/** Equal texts of different files become one: names, policies and tags recur in every account. */
function sharing(): (role: CatalogRole) => CatalogRole {
  const texts = new Map<string, string>()
  const text = <Text extends string | undefined>(value: Text): Text => {
    if (value === undefined) return value
    const known = texts.get(value)
    if (known === undefined) texts.set(value, value)
    return (known ?? value) as Text
  }
  const sets = new Map<string, Tags>()
  const tagSet = (tags: Tags): Tags => {
    const key = JSON.stringify(tags)
    const known = sets.get(key) ?? tags
    sets.set(key, known)
    return known
  }
  return (role) => ({
    arn: role.arn,
    partition: text(role.partition),
    account: text(role.account),
    name: text(role.name),
    path: text(role.path),
    description: text(role.description),
    maxSessionSeconds: role.maxSessionSeconds,
    tags: tagSet(role.tags),
    permissionsBoundary: text(role.permissionsBoundary),
    trustPolicy: text(role.trustPolicy),
    place: role.place,
  })
}

function catalogOf(read: readonly ReadFile[]): Catalog {
  const ranked = read.toSorted((a, b) => a.rank - b.rank).map(({ records }) => records)
  const units = new Map(ranked.flatMap((one) => one.units.map((unit) => [unit.id, unit] as const)))
  const accounts = new Map<string, CatalogAccount>()
  for (const { accounts: found } of ranked)
    for (const account of found)
      accounts.set(account.id, withUnits(mergedAccounts(accounts.get(account.id), account), units))
  const roles = new Map<string, CatalogRole>()
  const settled = new Set<string>()
  for (const { roles: found, complete } of ranked) {
    const accountsInFull = new Set(complete)
    for (const role of found) {
      const { arn } = role
      const before = roles.get(arn)
      const merged = before ? mergedRoles(before, role) : role
      // The export of an account has all tags: one that was removed there must not grant by an older file.
      roles.set(arn, before && settled.has(arn) ? { ...merged, tags: before.tags, place: before.place } : merged)
      if (accountsInFull.has(role.account)) settled.add(arn)
    }
  }
  const partial = new Set(ranked.flatMap((one) => one.partial))
  const parse = parsingOnce()
  return {
    accounts,
    roles,
    completeAccounts: new Set(ranked.flatMap(({ complete }) => complete.filter((account) => !partial.has(account)))),
    files: read.map(({ file }) => file),
    notes: ranked.flatMap(({ notes }) => notes),
    trustPolicyOf: (arn) => {
      const text = roles.get(arn)?.trustPolicy
      return text === undefined ? undefined : parse(text)
    },
  }
}

/** What the first one does not say is taken from the second. Its place is where its tags are: they grant. */
function mergedRoles(first: CatalogRole, second: CatalogRole): CatalogRole {
  const tagged = Object.keys(first.tags).length === 0 && Object.keys(second.tags).length > 0 ? second : first
  return {
    ...first,
    place: tagged.place,
    description: first.description ?? second.description,
    maxSessionSeconds: first.maxSessionSeconds ?? second.maxSessionSeconds,
    tags: tagged.tags,
    permissionsBoundary: first.permissionsBoundary ?? second.permissionsBoundary,
    trustPolicy: first.trustPolicy ?? second.trustPolicy,
  }
}

function mergedAccounts(first: AccountRecord | undefined, second: AccountRecord): AccountRecord {
  if (!first) return second
  return {
    ...first,
    name: first.name ?? second.name,
    email: first.email ?? second.email,
    status: first.status ?? second.status,
    ou: first.ou ?? second.ou,
    parentId: first.parentId ?? second.parentId,
    tags: Object.keys(first.tags).length > 0 ? first.tags : second.tags,
  }
}

/** As deep as AWS nests organizational units, and some more: a circle in the files must end. */
const DEEPEST = 10

/** With the path of the account's organizational units, the root left out. */
function withUnits(account: AccountRecord, units: ReadonlyMap<string, UnitRecord>): AccountRecord {
  const above: UnitRecord[] = []
  for (let id = account.parentId; id !== undefined && above.length < DEEPEST; ) {
    const unit = units.get(id)
    if (unit) above.unshift(unit)
    id = unit?.parentId
  }
  if (above.length === 0) return account
  const below = above.filter(({ id }) => !id.startsWith('r-'))
  return { ...account, ou: below.map(({ name }) => name).join('/'), ouIds: above.map(({ id }) => id) }
}
