/**
 * Lists of accounts and roles in files, as other tools write them: what `aws organizations list-accounts` and `aws iam
 * list-roles` print, or plain text. Each is read whole; nothing is fetched.
 */
import { readFile } from 'node:fs/promises'
import { parseRoleArn } from '../../core/arn.ts'
import { isObject } from '../../core/json.ts'
import { InventoryError } from '../errors.ts'

export interface ListedAccount {
  /** Twelve digits. */
  readonly id: string
  readonly name?: string
}

export interface AccountList {
  readonly accounts: readonly ListedAccount[]
  /** Accounts that are listed and closed or suspended: nobody can use a role there. */
  readonly leftOut: readonly string[]
}

const ACCOUNT_ID = /^\d{12}$/

const ROLE_NAME = /^[\w+=,.@/-]{1,576}$/

/**
 * The accounts of a file: the JSON of `aws organizations list-accounts`, a JSON list of IDs, or text with an ID on each
 * line, optionally followed by a comma or a space and the account's name. Throws InventoryError `accounts.unreadable`.
 */
export async function accountsIn(file: string): Promise<AccountList> {
  const text = await textOf(file, 'accounts.unreadable')
  const listed = isJson(text) ? accountsOfJson(jsonIn(text, file, 'accounts.unreadable')) : text.split(/\r?\n/)
  const lines = listed.filter((line) => typeof line !== 'string' || !/^\s*(#|$)/.test(line))
  const accounts = lines.map((line, n) => accountOf(line, file, n + 1))
  if (accounts.length === 0)
    throw new InventoryError('accounts.unreadable', { sentence: `The file ${file} lists no account.` })
  const usable = accounts.filter(({ isActive }) => isActive)
  return {
    accounts: [...new Map(usable.map(({ id, name }) => [id, { id, ...(name ? { name } : {}) }])).values()],
    leftOut: accounts.filter(({ isActive }) => !isActive).map(({ id }) => id),
  }
}

async function textOf(file: string, code: 'accounts.unreadable' | 'roles.unreadable'): Promise<string> {
  return readFile(file, 'utf8').catch((cause: unknown) => {
    throw new InventoryError(code, { sentence: `The file ${file} cannot be read.`, cause })
  })
}

function isJson(text: string): boolean {
  return /^[\ufeff\s]*[[{]/.test(text)
}

function jsonIn(text: string, file: string, code: 'accounts.unreadable' | 'roles.unreadable'): unknown {
  try {
    return JSON.parse(text.replace(/^\ufeff/, ''))
  } catch (cause) {
    throw new InventoryError(code, { sentence: `The file ${file} is not valid JSON.`, cause })
  }
}

function accountsOfJson(json: unknown): readonly unknown[] {
  const list = isObject(json) ? json.Accounts : json
  return Array.isArray(list) ? list : []
}

function accountOf(line: unknown, file: string, number: number): ListedAccount & { readonly isActive: boolean } {
  const { Id: id, Name: name, Status: status, State: state } = isObject(line) ? line : fieldsOf(String(line))
  if (typeof id !== 'string' || !ACCOUNT_ID.test(id))
    throw new InventoryError('accounts.unreadable', {
      sentence: `Entry ${number} of ${file} is not an account: expected an ID of twelve digits, found ${JSON.stringify(id ?? null)}.`,
    })
  const isActive = [status, state].every((one) => one === undefined || one === 'ACTIVE')
  return { id, isActive, ...(typeof name === 'string' && name.trim() !== '' ? { name: name.trim() } : {}) }
}

/** `111122223333,Production`, also with a tab or a space, and with quotes as spreadsheets write them. */
function fieldsOf(line: string): Readonly<Record<string, string | undefined>> {
  const [, id, name] = /^\s*"?([^",\s]*)"?[,\s]*"?([^"]*)"?\s*$/.exec(line) ?? []
  return { Id: id ?? line, Name: name }
}

/**
 * Roles as given with `--roles`: names or ARNs separated by commas, or `@FILE` with one on each line, a JSON list of
 * them, or the JSON of `aws iam list-roles`. Throws InventoryError `roles.unreadable`.
 */
export async function rolesIn(list: string): Promise<readonly string[]> {
  const roles = list.startsWith('@') ? await rolesOfFile(list.slice(1)) : commaSeparated(list)
  const stray = roles.find((role) => !parseRoleArn(role) && !ROLE_NAME.test(role))
  if (stray !== undefined)
    throw new InventoryError('roles.unreadable', {
      sentence: `${JSON.stringify(stray)} is not a role name or role ARN.`,
    })
  if (roles.length === 0) throw new InventoryError('roles.unreadable', { sentence: `${list} lists no role.` })
  return [...new Set(roles)]
}

function commaSeparated(list: string): readonly string[] {
  return list
    .split(',')
    .map((role) => role.trim())
    .filter((role) => role !== '')
}

async function rolesOfFile(file: string): Promise<readonly string[]> {
  const text = await textOf(file, 'roles.unreadable')
  if (!isJson(text))
    return text
      .split(/\r?\n/)
      .map((line) => line.trim())
      .filter((line) => line !== '' && !line.startsWith('#'))
  const json = jsonIn(text, file, 'roles.unreadable')
  const list = isObject(json) ? json.Roles : json
  // AWS's own roles cannot have another trust policy.
  return (Array.isArray(list) ? list : []).flatMap((one) => {
    if (!isObject(one)) return String(one)
    return String(one.Path ?? '').startsWith('/aws-') ? [] : String(one.RoleName ?? one.Arn)
  })
}
