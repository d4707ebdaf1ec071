/** Principal and NotPrincipal of a trust policy (aws-sts-semantics E.1). */
import { parseArn } from '../core/arn.ts'
import { describe } from './conditions.ts'
import type { PolicyProblem } from './errors.ts'

/** Providers that IAM knows by name and that need no registration. */
export const namedProviders: ReadonlySet<string> = new Set([
  'accounts.google.com',
  'cognito-identity.amazonaws.com',
  'www.amazon.com',
  'graph.facebook.com',
])

export interface PrincipalElement {
  /** NotPrincipal. */
  readonly negated: boolean
  /** `"*"` or `{"AWS": "*"}`: anybody, unsigned callers too. */
  readonly anyone: boolean
  readonly federated: ReadonlySet<string>
  /** As written, for messages. */
  readonly text: string
}

/** Who calls: the provider that vouches, as the ARN of its registration or one of the named hosts. */
export interface Principal {
  readonly federated: string
}

const KINDS: ReadonlySet<string> = new Set(['AWS', 'Federated', 'Service', 'CanonicalUser'])

/** Providers match by their exact ARN: there are no wildcards inside a principal. */
export const principalMatches = (element: PrincipalElement, { federated }: Principal): boolean =>
  (element.anyone || element.federated.has(federated)) !== element.negated

/** Whether IAM would take this text as a federated principal (E.1). */
export const isFederatedPrincipal = (value: string): boolean => {
  if (namedProviders.has(value)) return true
  const arn = parseArn(value)
  return (
    arn?.service === 'iam' &&
    arn.region === '' &&
    /^\d{12}$/.test(arn.account) &&
    /^(saml-provider\/[\w.-]{1,128}|oidc-provider\/[^\s*?]{1,255})$/.test(arn.resource)
  )
}

const invalid = (path: string, kind: string, value: unknown, expected: string): PolicyProblem => ({
  path,
  expected,
  found: describe(value),
  iamMessage: `Invalid principal in policy: "${kind}":${JSON.stringify(value) ?? '""'}`,
})

/** The element as a value. What IAM would refuse is added to `problems`, and matches nobody. */
export const parsePrincipal = (
  value: unknown,
  negated: boolean,
  path: string,
  problems: PolicyProblem[],
): PrincipalElement => {
  const text = JSON.stringify(value)
  if (value === '*') return { negated, anyone: true, federated: new Set(), text }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    problems.push(invalid(path, 'Principal', value, '"*" or an object such as {"Federated": "arn:…"}'))
    return { negated, anyone: false, federated: new Set(), text }
  }
  const members = Object.entries(value).flatMap(([kind, names]) => principalsOf(kind, names, path, problems))
  return {
    negated,
    anyone: members.some(({ kind, name }) => kind === 'AWS' && name === '*'),
    federated: new Set(members.flatMap(({ kind, name }) => (kind === 'Federated' ? [name] : []))),
    text,
  }
}

const principalsOf = (
  kind: string,
  names: unknown,
  path: string,
  problems: PolicyProblem[],
): { kind: string; name: string }[] => {
  if (!KINDS.has(kind)) {
    problems.push(invalid(`${path}.${kind}`, kind, names, 'AWS, Federated, Service or CanonicalUser'))
    return []
  }
  const list: unknown[] = Array.isArray(names) ? names : [names]
  return list.flatMap((name, n) => {
    const at = Array.isArray(names) ? `${path}.${kind}[${n}]` : `${path}.${kind}`
    if (typeof name !== 'string' || name === '') problems.push(invalid(at, kind, name, 'a text'))
    else if (kind === 'Federated' && !isFederatedPrincipal(name))
      problems.push(invalid(at, kind, name, 'the ARN of a SAML or OpenID provider, or one of the named providers'))
    else return [{ kind, name }]
    return []
  })
}
