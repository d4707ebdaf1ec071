/** Accounts and organizational units as AWS Organizations returns them. */
import { isObject } from '../../core/json.ts'
import {
  type AccountRecord,
  accountIdIn,
  listIn,
  NO_RECORDS,
  type Reader,
  type Records,
  tagListIn,
  textIn,
  type UnitRecord,
} from './records.ts'

type Fields = Readonly<Record<string, unknown>>

/** A root or an organizational unit, as in the name of a file: AWS's answers do not repeat which one was asked for. */
const UNIT_ID = /(?<![a-z0-9-])(r-[0-9a-z]{4,32}|ou-[0-9a-z]{4,32}-[a-z0-9]{8,32})(?![a-z0-9-])/

/**
 * `Accounts` (list-accounts, list-accounts-for-parent), `Account` (describe-account), `OrganizationalUnits`
 * (list-organizational-units-for-parent), `OrganizationalUnit` and `Roots`. Each may have a `ParentId`, as
 * `fedgate catalog pull` writes it; else the parent is the unit whose ID is in the file's name.
 */
export function organizationRecords(document: Fields, reader: Reader): Records {
  const parentId = UNIT_ID.exec(reader.file.split(/[/\\]/).at(-1) ?? '')?.[1]
  const each = <One>(name: string, read: (value: Fields, path: string) => One | undefined): readonly One[] => {
    const values = name.endsWith('s')
      ? listIn(reader, name, document[name])
      : [document[name]].filter((one) => one !== undefined)
    return values.flatMap((value, n) => {
      const path = name.endsWith('s') ? `${name}[${n}]` : name
      return (isObject(value) ? read(value, path) : reader.refuse(path, 'an object', value)) ?? []
    })
  }
  const account = (value: Fields, path: string) => accountIn(value, path, parentId, reader)
  const unit = (value: Fields, path: string) => unitIn(value, path, parentId, reader)
  return {
    ...NO_RECORDS,
    accounts: [...each('Accounts', account), ...each('Account', account)],
    units: [...each('Roots', unit), ...each('OrganizationalUnits', unit), ...each('OrganizationalUnit', unit)],
  }
}

function accountIn(value: Fields, path: string, parent: string | undefined, reader: Reader): AccountRecord | undefined {
  const line = typeof value.Id === 'string' ? reader.lineOf(value.Id) : undefined
  const id = accountIdIn(reader, `${path}.Id`, value.Id)
  if (id === undefined) return undefined
  return {
    id,
    name: textIn(reader, `${path}.Name`, value.Name),
    email: textIn(reader, `${path}.Email`, value.Email),
    // State replaces Status, which AWS ends in 2026.
    status: textIn(reader, `${path}.State`, value.State ?? value.Status),
    parentId: textIn(reader, `${path}.ParentId`, value.ParentId) ?? parent,
    tags: tagListIn(reader, `${path}.Tags`, value.Tags),
    place: { file: reader.file, ...(line === undefined ? {} : { line }) },
  }
}

function unitIn(value: Fields, path: string, parent: string | undefined, reader: Reader): UnitRecord | undefined {
  const id = textIn(reader, `${path}.Id`, value.Id)
  if (id === undefined) return reader.refuse(`${path}.Id`, 'the ID of a root or an organizational unit', value.Id)
  const parentId = textIn(reader, `${path}.ParentId`, value.ParentId) ?? parent
  return {
    id,
    name: textIn(reader, `${path}.Name`, value.Name) ?? id,
    parentId: parentId === id ? undefined : parentId,
  }
}
