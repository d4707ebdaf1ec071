/** Roles and accounts in what `terraform show -json` (or `tofu show -json`) prints of a state or a plan. */
import { isObject } from '../../core/json.ts'
import type { CatalogRole } from '../catalog.ts'
import {
  type AccountRecord,
  accountIdIn,
  listIn,
  NO_RECORDS,
  type Reader,
  type Records,
  roleArnIn,
  secondsIn,
  tagObjectIn,
  textIn,
  trustPolicyIn,
  type UnitRecord,
} from './records.ts'

type Fields = Readonly<Record<string, unknown>>

interface Resource {
  /** `module.team.aws_iam_role.deploy` */
  readonly address: string
  readonly type: string
  readonly values: Fields
}

/** Of a plan: what will be there when it has been applied. A role without an ARN is not made yet and is left out. */
export function terraformRecords(document: Fields, reader: Reader): Records {
  const values = document.planned_values ?? document.values
  if (!isObject(values)) return NO_RECORDS
  const resources = resourcesIn(values.root_module, 'root_module', reader)
  const of = (type: string) => resources.filter((resource) => resource.type === type)
  const isMade = ({ values: { arn } }: Resource): boolean => typeof arn === 'string'
  const planned = of('aws_iam_role').filter((role) => !isMade(role))
  return {
    ...NO_RECORDS,
    roles: of('aws_iam_role')
      .filter(isMade)
      .flatMap((role) => roleIn(role, reader) ?? []),
    accounts: of('aws_organizations_account').flatMap((account) => accountIn(account, reader) ?? []),
    units: [
      ...of('aws_organizations_organization').flatMap((organization) => rootsIn(organization, reader)),
      ...of('aws_organizations_organizational_unit').flatMap((unit) => unitIn(unit, reader)),
    ],
    notes: planned.map(({ address }) => `${reader.file}: ${address} has no ARN yet, so it is left out.`),
  }
}

/** Of a module and all modules in it. */
function resourcesIn(module: unknown, path: string, reader: Reader): readonly Resource[] {
  if (!isObject(module)) return []
  const own = listIn(reader, `${path}.resources`, module.resources).flatMap((resource) => {
    if (!isObject(resource) || resource.mode === 'data') return []
    const { address, type, values } = resource
    return typeof address === 'string' && typeof type === 'string' && isObject(values)
      ? [{ address, type, values }]
      : []
  })
  const children = listIn(reader, `${path}.child_modules`, module.child_modules)
  return [...own, ...children.flatMap((child, n) => resourcesIn(child, `${path}.child_modules[${n}]`, reader))]
}

/** `tags_all` has the provider's default tags too. */
function tagsIn({ address, values }: Resource, reader: Reader) {
  return tagObjectIn(reader, `${address}.tags`, values.tags_all ?? values.tags)
}

function roleIn(resource: Resource, reader: Reader): CatalogRole | undefined {
  const { address, values } = resource
  const line = typeof values.arn === 'string' ? reader.lineOf(values.arn) : undefined
  const role = roleArnIn(reader, `${address}.arn`, values.arn)
  if (!role) return undefined
  return {
    ...role,
    description: textIn(reader, `${address}.description`, values.description),
    maxSessionSeconds: secondsIn(reader, `${address}.max_session_duration`, values.max_session_duration),
    tags: tagsIn(resource, reader),
    permissionsBoundary: textIn(reader, `${address}.permissions_boundary`, values.permissions_boundary),
    trustPolicy: trustPolicyIn(reader, `${address}.assume_role_policy`, values.assume_role_policy),
    place: { file: reader.file, ...(line === undefined ? {} : { line }) },
  }
}

function accountIn(resource: Resource, reader: Reader): AccountRecord | undefined {
  const { address, values } = resource
  if (values.id === undefined || values.id === null) return undefined
  const id = accountIdIn(reader, `${address}.id`, values.id)
  if (id === undefined) return undefined
  return {
    id,
    name: textIn(reader, `${address}.name`, values.name),
    email: textIn(reader, `${address}.email`, values.email),
    status: textIn(reader, `${address}.status`, values.state ?? values.status),
    parentId: textIn(reader, `${address}.parent_id`, values.parent_id),
    tags: tagsIn(resource, reader),
    place: { file: reader.file },
  }
}

function rootsIn({ address, values }: Resource, reader: Reader): readonly UnitRecord[] {
  return listIn(reader, `${address}.roots`, values.roots).flatMap((root) =>
    isObject(root) && typeof root.id === 'string'
      ? [{ id: root.id, name: String(root.name ?? root.id), parentId: undefined }]
      : [],
  )
}

function unitIn({ address, values }: Resource, reader: Reader): readonly UnitRecord[] {
  const id = textIn(reader, `${address}.id`, values.id)
  if (id === undefined) return []
  const name = textIn(reader, `${address}.name`, values.name) ?? id
  return [{ id, name, parentId: textIn(reader, `${address}.parent_id`, values.parent_id) }]
}
