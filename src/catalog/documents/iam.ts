/** Roles as IAM's own calls return them: get-account-authorization-details, list-roles and get-role. */
import { isObject } from '../../core/json.ts'
import type { CatalogRole } from '../catalog.ts'
import {
  listIn,
  NO_RECORDS,
  type Reader,
  type Records,
  roleArnIn,
  secondsIn,
  tagListIn,
  textIn,
  trustPolicyIn,
} from './records.ts'

type Fields = Readonly<Record<string, unknown>>

/**
 * `RoleDetailList` (which has no descriptions and no maximum session durations), `Roles` (which has them, and no tags),
 * or `Role`. An account is complete if its RoleDetailList is, unless the file is a page: every account has roles, so
 * one of which the file has none was not asked for roles.
 */
export function iamRecords(document: Fields, reader: Reader): Records {
  const details = rolesIn(document, 'RoleDetailList', reader)
  const others = [
    ...rolesIn(document, 'Roles', reader),
    ...(document.Role === undefined ? [] : [roleIn(document.Role, 'Role', reader)].flatMap((role) => role ?? [])),
  ]
  const accounts = [...new Set(details.map(({ account }) => account))]
  const isPage = document.IsTruncated === true || textIn(reader, 'Marker', document.Marker) !== undefined
  return {
    ...NO_RECORDS,
    roles: [...details, ...others],
    complete: isPage ? [] : accounts,
    partial: isPage ? accounts : [],
    notes: isPage ? [`${reader.file} is only one page of an export: roles that it does not have may exist.`] : [],
  }
}

function rolesIn(document: Fields, name: string, reader: Reader): readonly CatalogRole[] {
  return listIn(reader, name, document[name]).flatMap((one, n) => roleIn(one, `${name}[${n}]`, reader) ?? [])
}

function roleIn(value: unknown, path: string, reader: Reader): CatalogRole | undefined {
  if (!isObject(value)) return reader.refuse(path, 'a role', value)
  const line = typeof value.Arn === 'string' ? reader.lineOf(value.Arn) : undefined
  const role = roleArnIn(reader, `${path}.Arn`, value.Arn)
  if (!role) return undefined
  const { PermissionsBoundary: boundary } = value
  return {
    ...role,
    description: textIn(reader, `${path}.Description`, value.Description),
    maxSessionSeconds: secondsIn(reader, `${path}.MaxSessionDuration`, value.MaxSessionDuration),
    tags: tagListIn(reader, `${path}.Tags`, value.Tags),
    permissionsBoundary: isObject(boundary)
      ? textIn(reader, `${path}.PermissionsBoundary`, boundary.PermissionsBoundaryArn)
      : undefined,
    trustPolicy: trustPolicyIn(reader, `${path}.AssumeRolePolicyDocument`, value.AssumeRolePolicyDocument),
    place: { file: reader.file, ...(line === undefined ? {} : { line }) },
  }
}
