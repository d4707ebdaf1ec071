/** Accounts and roles as tables: CSV (RFC 4180) whose first line names the columns. */
import type { CatalogRole, Tags } from '../catalog.ts'
import {
  type AccountRecord,
  accountIdIn,
  NO_RECORDS,
  type Reader,
  type Records,
  roleArnIn,
  secondsIn,
  tagObjectIn,
  trustPolicyIn,
} from './records.ts'

interface Row {
  /** From 1. */
  readonly line: number
  readonly cells: readonly string[]
  /** Whether a quote in it does not end, or is in the middle of a value. */
  readonly isBroken: boolean
}

/** Columns of accounts and of roles; beside them `tag:KEY` for the tag KEY. */
const ACCOUNT_COLUMNS = ['account', 'name', 'email', 'status', 'ou']
const ROLE_COLUMNS = ['arn', 'description', 'maxSessionDuration', 'permissionsBoundary', 'trustPolicy']

/** `readerAt`: the reader whose problems are in that line. */
export function csvRecords(text: string, readerAt: (line: number) => Reader): Records {
  const [head, ...rows] = rowsOf(text)
  const columns = head?.cells.map((name) => name.trim()) ?? []
  const reader = readerAt(head?.line ?? 1)
  const isOfRoles = columns.includes('arn')
  const known = isOfRoles ? ROLE_COLUMNS : ACCOUNT_COLUMNS
  if (!isOfRoles && !columns.includes('account')) reader.refuse('', 'a column `arn` or `account`', columns.join(','))
  for (const name of columns)
    if (!known.includes(name) && !name.startsWith('tag:'))
      reader.refuse(name, `one of the columns ${known.join(', ')} and tag:KEY`, name)
  const read = rows.map(({ line, cells, isBroken }) => {
    const ofLine = readerAt(line)
    if (isBroken) ofLine.refuse('', 'quotes around a whole value, and quotes within it written twice', 'a single quote')
    else if (cells.length !== columns.length) ofLine.refuse('', `${columns.length} values`, `${cells.length}`)
    return { line, reader: ofLine, values: new Map(columns.map((name, n) => [name, cells[n] ?? ''])) }
  })
  return isOfRoles
    ? { ...NO_RECORDS, roles: read.flatMap((row) => roleOf(row) ?? []) }
    : { ...NO_RECORDS, accounts: read.flatMap((row) => accountOf(row) ?? []) }
}

interface ReadRow {
  readonly line: number
  readonly reader: Reader
  readonly values: ReadonlyMap<string, string>
}

/** An empty cell says nothing. */
function said({ values }: ReadRow, name: string): string | undefined {
  return values.get(name) || undefined
}

function tagsOf({ values, reader }: ReadRow): Tags {
  const tags = [...values].filter(([name, value]) => name.startsWith('tag:') && value !== '')
  return tagObjectIn(reader, 'tag', Object.fromEntries(tags.map(([name, value]) => [name.slice('tag:'.length), value])))
}

function roleOf(row: ReadRow): CatalogRole | undefined {
  const { reader, line } = row
  const role = roleArnIn(reader, 'arn', said(row, 'arn'))
  if (!role) return undefined
  return {
    ...role,
    description: said(row, 'description'),
    maxSessionSeconds: secondsIn(reader, 'maxSessionDuration', said(row, 'maxSessionDuration')),
    tags: tagsOf(row),
    permissionsBoundary: said(row, 'permissionsBoundary'),
    trustPolicy: trustPolicyIn(reader, 'trustPolicy', said(row, 'trustPolicy')),
    place: { file: reader.file, line },
  }
}

function accountOf(row: ReadRow): AccountRecord | undefined {
  const { reader, line } = row
  const id = accountIdIn(reader, 'account', said(row, 'account'))
  if (id === undefined) return undefined
  return {
    id,
    name: said(row, 'name'),
    email: said(row, 'email'),
    status: said(row, 'status')?.toUpperCase(),
    ou: said(row, 'ou'),
    tags: tagsOf(row),
    place: { file: reader.file, line },
  }
}

/** A value in quotes may contain commas, line breaks, and quotes written twice. Empty lines are skipped. */
function rowsOf(text: string): readonly Row[] {
  const rows: Row[] = []
  const cell = /("(?:[^"]|"")*"|[^",\r\n]*)(,|\r?\n|$)/y
  let [line, start, cells, isBroken]: [number, number, string[], boolean] = [1, 1, [], false]
  for (let at = text.startsWith('\ufeff') ? 1 : 0; at < text.length; at = cell.lastIndex) {
    cell.lastIndex = at
    const match = cell.exec(text)
    isBroken ||= match === null
    const [whole, value, end] = match ?? brokenCell(text, at)
    cell.lastIndex = at + whole.length
    cells.push(value.startsWith('"') ? value.slice(1, -1).replaceAll('""', '"') : value)
    line += whole.split('\n').length - 1
    if (end === ',' && cell.lastIndex < text.length) continue
    if (end === ',') cells.push('')
    if (cells.some((one) => one.trim() !== '')) rows.push({ line: start, cells, isBroken })
    ;[cells, start, isBroken] = [[], line, false]
  }
  return rows
}

/** The rest of the line. */
function brokenCell(text: string, at: number): readonly [string, string, string] {
  const end = text.indexOf('\n', at)
  return [end < 0 ? text.slice(at) : text.slice(at, end + 1), '', '\n']
}
