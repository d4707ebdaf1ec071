/** What AWS tells about an organization and an account, as the files of a catalogue. */
import { isObject } from '../../core/json.ts'
import type { AwsCall, Fields } from './aws-calls.ts'

export interface OrganizationFile {
  readonly Accounts: readonly Fields[]
  readonly OrganizationalUnits: readonly Fields[]
  readonly Roots: readonly Fields[]
}

/** One account after another: AWS allows Organizations few calls per second. */
export async function readOrganization(call: AwsCall, progress: (line: string) => void): Promise<OrganizationFile> {
  const accounts = await allPages(call, 'ListAccounts', 'Accounts')
  const roots = await allPages(call, 'ListRoots', 'Roots')
  const units: Fields[] = []
  const parents = new Map<string, string>()
  const walk = async (parent: string): Promise<void> => {
    for (const { Id } of await allPages(call, 'ListAccountsForParent', 'Accounts', { ParentId: parent }))
      parents.set(String(Id), parent)
    for (const unit of await allPages(call, 'ListOrganizationalUnitsForParent', 'OrganizationalUnits', {
      ParentId: parent,
    })) {
      units.push({ ...unit, ParentId: parent })
      await walk(String(unit.Id))
    }
  }
  for (const { Id } of roots) await walk(String(Id))
  const described: Fields[] = []
  for (const account of accounts) {
    const id = String(account.Id)
    const Tags = await allPages(call, 'ListTagsForResource', 'Tags', { ResourceId: id })
    described.push({ ...account, ParentId: parents.get(id), Tags })
    if (described.length % 100 === 0) progress(`${described.length} of ${accounts.length} accounts described`)
  }
  return { Accounts: described, OrganizationalUnits: units, Roots: roots }
}

async function allPages(
  call: AwsCall,
  operation: string,
  list: string,
  input: Readonly<Record<string, string>> = {},
): Promise<readonly Fields[]> {
  const found: Fields[] = []
  for (let token: unknown; ; ) {
    const page = await call(operation, { ...input, ...(typeof token === 'string' ? { NextToken: token } : {}) })
    found.push(...objectsIn(page[list]))
    token = page.NextToken
    if (typeof token !== 'string' || token === '') return found
  }
}

export interface AccountFile {
  readonly AccountAliases: readonly string[]
  readonly IsTruncated: false
  readonly RoleDetailList: readonly Fields[]
}

/** All roles, with what get-account-authorization-details leaves out, and without the policies that it adds. */
export async function readAccount(call: AwsCall): Promise<AccountFile> {
  const details = await allMarkers(call, 'GetAccountAuthorizationDetails', 'RoleDetailList', {
    'Filter.member.1': 'Role',
  })
  const listed = new Map((await allMarkers(call, 'ListRoles', 'Roles')).map((role) => [role.Arn, role]))
  const { AccountAliases: aliases } = await call('ListAccountAliases', {})
  return {
    AccountAliases: Array.isArray(aliases) ? aliases.map(String) : [],
    IsTruncated: false,
    RoleDetailList: details.map((role) => roleOf(role, listed.get(role.Arn) ?? {})),
  }
}

function roleOf(role: Fields, { Description, MaxSessionDuration }: Fields): Fields {
  const { Path, RoleName, RoleId, Arn, CreateDate, AssumeRolePolicyDocument, PermissionsBoundary, Tags } = role
  return {
    Path,
    RoleName,
    RoleId,
    Arn,
    CreateDate,
    AssumeRolePolicyDocument: documentOf(AssumeRolePolicyDocument),
    ...(Description === undefined || Description === '' ? {} : { Description }),
    ...(MaxSessionDuration === undefined ? {} : { MaxSessionDuration: Number(MaxSessionDuration) }),
    ...(isObject(PermissionsBoundary) ? { PermissionsBoundary } : {}),
    Tags: objectsIn(Tags),
  }
}

/** IAM's responses are URL-encoded (RFC 3986); the AWS CLI shows the object. */
function documentOf(text: unknown): unknown {
  try {
    return JSON.parse(decodeURIComponent(String(text)))
  } catch {
    return text
  }
}

async function allMarkers(
  call: AwsCall,
  operation: string,
  list: string,
  input: Readonly<Record<string, string | number>> = {},
): Promise<readonly Fields[]> {
  const found: Fields[] = []
  for (let marker: unknown; ; ) {
    const page = await call(operation, {
      ...input,
      MaxItems: 1000,
      ...(typeof marker === 'string' ? { Marker: marker } : {}),
    })
    found.push(...objectsIn(page[list]))
    marker = page.IsTruncated === 'true' ? page.Marker : undefined
    if (typeof marker !== 'string') return found
  }
}

function objectsIn(value: unknown): readonly Fields[] {
  return Array.isArray(value) ? value.filter(isObject) : []
}
