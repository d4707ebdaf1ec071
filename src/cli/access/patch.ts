/** The trust policy that a role should have, as documents to apply. Pure. */
import type { RoleArn } from '../../core/arn.ts'
import { isObject } from '../../core/json.ts'
import { literal } from '../../iam/generate/terraform.ts'
import type { TrustStatement } from '../../iam/generate.ts'
import type { Patch } from './report.ts'

interface Wanted {
  /** How trust policies name the gateway's providers: their statements are replaced. */
  readonly ours: readonly string[]
  /** What the rules need. */
  readonly statements: readonly TrustStatement[]
}

/** Statements for others stay as they are. undefined: nothing would be left, and IAM accepts no empty policy. */
export function patchOf(role: RoleArn, before: string, { ours, statements }: Wanted): Patch | undefined {
  const document: unknown = JSON.parse(before)
  const { Statement, ...rest } = isObject(document) ? document : {}
  const others = [Statement ?? []].flat().filter((statement: unknown) => !isOnlyFor(statement, ours))
  const once = [...new Map(statements.map((statement) => [JSON.stringify(statement), statement])).values()]
  if (others.length + once.length === 0) return undefined
  const policy = { ...rest, Version: '2012-10-17', Statement: [...others, ...once] }
  return { policy, terraform: terraformOf(role, policy), cli: cliOf(role, policy) }
}

/** A role in `.tf.json`, imported first: only its trust policy is meant to change. */
function terraformOf({ arn, name, path }: RoleArn, policy: object): object {
  const label = name.replaceAll(/\W/g, '_').replace(/^(?=\d)/, '_')
  return {
    '//': `terraform import 'aws_iam_role.${label}' '${name}'   (${arn})`,
    resource: {
      aws_iam_role: {
        [label]: {
          name: literal(name),
          ...(path === '/' ? {} : { path: literal(path) }),
          assume_role_policy: literal(JSON.stringify(policy)),
        },
      },
    },
  }
}

/** For a POSIX shell, with credentials of the role's account. */
function cliOf({ name }: RoleArn, policy: object): string {
  return `aws iam update-assume-role-policy --role-name ${quoted(name)} --policy-document ${quoted(JSON.stringify(policy))}`
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`
}

/** Whether the value is a statement that names only these providers. */
function isOnlyFor(statement: unknown, ours: readonly string[]): boolean {
  if (!isObject(statement) || !isObject(statement.Principal)) return false
  const { Federated, ...others } = statement.Principal
  const names = [Federated].flat()
  return (
    Object.keys(others).length === 0 &&
    names.length > 0 &&
    names.every((name) => typeof name === 'string' && ours.includes(name))
  )
}
