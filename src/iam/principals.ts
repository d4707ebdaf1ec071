/** The Principal of a trust policy, and which callers it names (aws-facts E.1, A.5). */
import { type Arn, parseArn } from '../core/arn.ts'
import { describe, type PolicyProblem } from './errors.ts'

/** Providers that IAM knows by name, without registration. */
export const namedProviders: ReadonlySet<string> = new Set([
  'accounts.google.com',
  'cognito-identity.amazonaws.com',
  'www.amazon.com',
  'graph.facebook.com',
])

export interface PrincipalElement {
  /** `"*"` or `{"AWS": "*"}`: any caller, including unsigned ones. */
  readonly anyone: boolean
  readonly federated: ReadonlySet<string>
  /** ARNs of users, roles and sessions. */
  readonly arns: ReadonlySet<string>
  /** Accounts with everything in them: `arn:aws:iam::111122223333:root` or the bare number. */
  readonly accounts: ReadonlySet<string>
  readonly services: ReadonlySet<string>
  /** Unique IDs that IAM shows in place of deleted users and roles: they match no caller. */
  readonly deleted: ReadonlySet<string>
  /** As written, for messages. */
  readonly text: string
}

/**
 * The caller: the provider that vouches for an unsigned call (the ARN of its registration, or one of the named hosts);
 * a user, a role's session or the root of an account, by ARN; an AWS service; or a caller without a name.
 */
export type Principal =
  | { readonly federated: string }
  | { readonly aws: string }
  | { readonly service: string }
  | { readonly anonymous: true }

/** How a policy names a caller: by its own name (or its role's), by its account, or as any principal. */
export type NamedAs = 'exact' | 'account' | 'anyone'

/** Any principal: for identity-based policies, which have no principal but apply to those they are attached to. */
export const anyPrincipal: PrincipalElement = {
  anyone: true,
  federated: new Set(),
  arns: new Set(),
  accounts: new Set(),
  services: new Set(),
  deleted: new Set(),
  text: '*',
}

const ASSUMED_ROLE = /^assumed-role\/([^/]+)\/[^/]+$/

const ACCOUNT = /^(?:\d{12}|arn:[a-z0-9-]+:iam::\d{12}:root)$/
const IN_ACCOUNT =
  /^arn:[a-z0-9-]+:(?:iam::\d{12}:(?:user|role)\/[^\s*?]+|sts::\d{12}:(?:assumed-role\/[^\s*?/]+\/[^\s*?/]+|federated-user\/[^\s*?]+))$/

/** A user or role by its unique ID: IAM shows it in a policy once the user or role named by ARN was deleted. */
const UNIQUE_ID = /^A(?:IDA|ROA)[A-Z0-9]{12,124}$/

interface Kind {
  readonly accepts: (name: string) => boolean
  readonly wants: string
}

const kinds: ReadonlyMap<string, Kind> = new Map(
  Object.entries({
    AWS: {
      accepts: (name) => name === '*' || [ACCOUNT, IN_ACCOUNT, UNIQUE_ID].some((syntax) => syntax.test(name)),
      wants: 'an account, or the ARN of a user, a role or a session, without wildcards; or "*"',
    },
    Federated: {
      accepts: isFederatedPrincipal,
      wants: 'the ARN of a SAML or OpenID provider, or one of the named providers',
    },
    Service: {
      accepts: (name) => /^[a-z0-9-]+(?:\.[a-z0-9-]+)+$/.test(name),
      wants: 'a service such as ec2.amazonaws.com',
    },
    CanonicalUser: { accepts: () => true, wants: 'a text' },
  } satisfies Record<string, Kind>),
)

/** The caller as text. */
export function principalText(principal: Principal): string {
  return 'federated' in principal
    ? principal.federated
    : 'aws' in principal
      ? principal.aws
      : 'service' in principal
        ? principal.service
        : 'anonymous'
}

/** How the element names the caller; undefined: it does not. Names match exactly, without wildcards. */
export function namedAs(element: PrincipalElement, principal: Principal): NamedAs | undefined {
  if ('federated' in principal && element.federated.has(principal.federated)) return 'exact'
  if ('service' in principal && element.services.has(principal.service)) return 'exact'
  const aws = 'aws' in principal ? awsNamedAs(element, principal.aws) : undefined
  return aws ?? (element.anyone ? 'anyone' : undefined)
}

function awsNamedAs({ arns, accounts }: PrincipalElement, caller: string): NamedAs | undefined {
  if (arns.size === 0 && accounts.size === 0) return undefined
  const arn = parseArn(caller)
  if (!arn) return undefined
  if (arns.has(caller) || [...arns].some((named) => isRoleOf(named, arn))) return 'exact'
  const { partition, account } = arn
  return accounts.has(account) || accounts.has(`arn:${partition}:iam::${account}:root`) ? 'account' : undefined
}

/** A role's sessions count as the role. Their ARN has no path, and needs none: role names are unique in an account. */
function isRoleOf(named: string, { partition, service, account, resource }: Arn): boolean {
  const role = service === 'sts' ? ASSUMED_ROLE.exec(resource)?.[1] : undefined
  return (
    role !== undefined &&
    named.startsWith(`arn:${partition}:iam::${account}:role/`) &&
    named.slice(named.lastIndexOf('/') + 1) === role
  )
}

/** Whether the statement covers this caller. */
export function principalMatches(element: PrincipalElement, principal: Principal): boolean {
  return namedAs(element, principal) !== undefined
}

/** Whether IAM would accept this text as a federated principal. */
export function isFederatedPrincipal(value: string): boolean {
  if (namedProviders.has(value)) return true
  const arn = parseArn(value)
  return (
    arn?.service === 'iam' &&
    arn.region === '' &&
    /^\d{12}$/.test(arn.account) &&
    /^(saml-provider\/[\w.-]{1,128}|oidc-provider\/[^\s*?]{1,255})$/.test(arn.resource)
  )
}

/** The element as a value. What IAM would refuse is added to `problems`, and matches no caller. */
export function parsePrincipal(value: unknown, path: string, problems: PolicyProblem[]): PrincipalElement {
  const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? '')
  const wildcard = { ...anyPrincipal, text }
  if (value === '*') return wildcard
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    problems.push(invalid(path, 'Principal', value, '"*" or an object such as {"Federated": "arn:…"}'))
    return { ...wildcard, anyone: false }
  }
  if (Object.keys(value).length === 0)
    problems.push({ ...invalid(path, 'Principal', value, [...kinds.keys()].join(', ')), found: 'no principal' })
  const members = Object.entries(value).flatMap(([kind, names]) => principalsOf(kind, names, path, problems))
  const named = (wanted: string, fits: (name: string) => boolean = () => true): ReadonlySet<string> =>
    new Set(members.flatMap(({ kind, name }) => (kind === wanted && fits(name) ? [name] : [])))
  return {
    anyone: named('AWS').has('*'),
    federated: named('Federated'),
    arns: named('AWS', (name) => IN_ACCOUNT.test(name)),
    accounts: named('AWS', (name) => ACCOUNT.test(name)),
    services: named('Service'),
    deleted: named('AWS', (name) => UNIQUE_ID.test(name)),
    text,
  }
}

function invalid(path: string, kind: string, value: unknown, expected: string): PolicyProblem {
  return {
    path,
    expected,
    found: describe(value),
    iamMessage: `Invalid principal in policy: "${kind}":${JSON.stringify(value) ?? '""'}`,
  }
}

function principalsOf(
  kind: string,
  names: unknown,
  path: string,
  problems: PolicyProblem[],
): { kind: string; name: string }[] {
  const known = kinds.get(kind)
  if (!known) {
    problems.push(invalid(`${path}.${kind}`, kind, names, [...kinds.keys()].join(', ')))
    return []
  }
  const list: unknown[] = Array.isArray(names) ? names : [names]
  if (list.length === 0) problems.push(invalid(`${path}.${kind}`, kind, names, known.wants))
  return list.flatMap((name, n) => {
    const at = Array.isArray(names) ? `${path}.${kind}[${n}]` : `${path}.${kind}`
    if (typeof name === 'string' && name !== '' && known.accepts(name)) return [{ kind, name }]
    problems.push(invalid(at, kind, name, known.wants))
    return []
  })
}
