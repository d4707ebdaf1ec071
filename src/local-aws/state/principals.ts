/**
 * The principals in trust policies of roles. IAM stores a named role or user by its unique ID: a new one with the name
 * of a deleted one is different, and the policy shows the ID, which no role or user has any more (aws-facts E.1).
 */
import { isObject } from '../../core/json.ts'
import type { PrincipalElement } from '../../iam/principals.ts'
import type { Role } from '../state.ts'

type Rename = (name: string) => string

/** A policy's JSON with its AWS principals renamed; the same text if none changes or it is not a policy. */
export function renamePrincipals(document: string, rename: Rename): string {
  const parsed = parsedOf(document)
  if (!isObject(parsed)) return document
  const { Statement } = parsed
  const changed = Array.isArray(Statement)
    ? Statement.map((statement) => statementOf(statement, rename))
    : statementOf(Statement, rename)
  const text = JSON.stringify({ ...parsed, Statement: changed })
  return text === JSON.stringify(parsed) ? document : text
}

function parsedOf(document: string): unknown {
  try {
    return JSON.parse(document)
  } catch {
    return undefined
  }
}

function statementOf(statement: unknown, rename: Rename): unknown {
  if (!isObject(statement)) return statement
  return Object.fromEntries(
    Object.entries(statement).map(([field, value]) => [
      field,
      (field === 'Principal' || field === 'NotPrincipal') && isObject(value) ? principalOf(value, rename) : value,
    ]),
  )
}

function principalOf(principal: Readonly<Record<string, unknown>>, rename: Rename): unknown {
  const one = (name: unknown): unknown => (typeof name === 'string' ? rename(name) : name)
  return Object.fromEntries(
    Object.entries(principal).map(([kind, names]) => [
      kind,
      kind === 'AWS' ? (Array.isArray(names) ? names.map(one) : one(names)) : names,
    ]),
  )
}

/** The role after another one, which its trust policy may name, was deleted. */
export function afterDeletionOf(gone: Role, role: Role): Role {
  const rename = idInPlaceOf(gone)
  const trustDocument = renamePrincipals(role.trustDocument, rename)
  if (trustDocument === role.trustDocument) return role
  const statements = role.trustPolicy.statements.map((statement) => ({
    ...statement,
    principal: withoutRenamed(statement.principal, rename),
  }))
  return { ...role, trustDocument, trustPolicy: { ...role.trustPolicy, statements } }
}

/**
 * `AROA…` for the role, `AROA…:name` for a session of it. The role's name alone identifies it, whatever path is
 * written.
 */
function idInPlaceOf({ partition, account, name, id }: Role): Rename {
  const role = `arn:${partition}:iam::${account}:role/`
  const session = `arn:${partition}:sts::${account}:assumed-role/${name}/`
  return (text) => {
    if (text.startsWith(session)) return `${id}:${text.slice(session.length)}`
    return text.startsWith(role) && text.slice(text.lastIndexOf('/') + 1) === name ? id : text
  }
}

/** No caller has such an ID, so a renamed principal matches no caller. */
function withoutRenamed(principal: PrincipalElement, rename: Rename): PrincipalElement {
  const arns = new Set([...principal.arns].filter((arn) => rename(arn) === arn))
  return arns.size === principal.arns.size ? principal : { ...principal, arns }
}
