/**
 * What exists in the local AWS: accounts, users with their keys, roles with their trust policies, identity providers.
 * From YAML to a state, and from a state to what the calls look things up in, with every trust policy parsed.
 */
import { type Document, isNode, LineCounter, parseDocument } from 'yaml'
import { z } from 'zod'
import { maxSessionDuration } from '../aws/facts/limits.ts'
import { issuerHostPath, parseArn, parseRoleArn, type RoleArn } from '../core/arn.ts'
import { FedgateError, reasonOf } from '../core/errors.ts'
import { Secret } from '../core/secret.ts'
import { MalformedPolicyError } from '../iam/errors.ts'
import { type Policy, parseTrustPolicy } from '../iam/policy.ts'
import { type IdpMetadata, parseIdpMetadata } from '../saml/metadata.ts'
import { uniqueId } from './access-keys.ts'
import { LocalAwsError } from './errors.ts'
import type { Caller } from './sessions.ts'

export interface AccountState {
  readonly id: string
  readonly name?: string | undefined
}

export interface UserState {
  readonly arn: string
  readonly accessKeyId: string
  readonly secretAccessKey: Secret
}

export interface RoleState {
  readonly arn: string
  /** The document, or its JSON text. */
  readonly trustPolicy: unknown
  /** Seconds; an hour when absent. */
  readonly maxSessionDuration?: number | undefined
}

export interface SamlProviderState {
  readonly arn: string
  /** The metadata document itself. */
  readonly metadata: string
}

export interface OidcProviderState {
  readonly arn: string
  readonly url: string
  readonly clientIds: readonly string[]
}

export interface LocalAwsState {
  readonly accounts: readonly AccountState[]
  readonly users: readonly UserState[]
  readonly roles: readonly RoleState[]
  readonly samlProviders: readonly SamlProviderState[]
  readonly oidcProviders: readonly OidcProviderState[]
}

const roleArn = z.string().refine((text) => parseRoleArn(text) !== undefined, 'expected the ARN of a role')
const arnOf = (resource: RegExp, what: string) =>
  z.string().refine((text) => {
    const arn = parseArn(text)
    return arn?.service === 'iam' && /^\d{12}$/.test(arn.account) && resource.test(arn.resource)
  }, `expected the ARN of ${what}`)

const stateSchema = z.strictObject({
  accounts: z
    .array(
      z.strictObject({
        id: z.string().regex(/^\d{12}$/, 'expected twelve digits in quotes'),
        name: z.string().optional(),
      }),
    )
    .default([]),
  users: z
    .array(
      z.strictObject({
        arn: arnOf(/^user\/.+/, 'a user'),
        accessKeyId: z.string().regex(/^\w{16,128}$/),
        secretAccessKey: z.string().min(1),
      }),
    )
    .default([]),
  roles: z
    .array(
      z.strictObject({
        arn: roleArn,
        trustPolicy: z.union([z.string(), z.record(z.string(), z.unknown())]),
        maxSessionDuration: z.int().min(maxSessionDuration.min).max(maxSessionDuration.max).optional(),
      }),
    )
    .default([]),
  samlProviders: z
    .array(z.strictObject({ arn: arnOf(/^saml-provider\/[\w.-]{1,128}$/, 'a SAML provider'), metadata: z.string() }))
    .default([]),
  oidcProviders: z
    .array(
      z.strictObject({
        arn: arnOf(/^oidc-provider\/.+/, 'an OpenID provider'),
        url: z.url(),
        clientIds: z.array(z.string().min(1)).max(100),
      }),
    )
    .default([]),
})

/** Reads the state file. Throws LocalAwsError `local_aws.state_invalid` with all problems. */
export const parseLocalAwsState = (yaml: string): LocalAwsState => {
  const lineCounter = new LineCounter()
  const document = parseDocument(yaml, { uniqueKeys: true, strict: true, lineCounter })
  if (document.errors.length > 0) throw invalidState(document.errors.map(({ message }) => message))
  const parsed = stateSchema.safeParse(document.toJS({ maxAliasCount: 20 }) ?? {})
  if (!parsed.success)
    throw invalidState(
      parsed.error.issues.map(
        ({ path, message }) => `${placeOf(document, lineCounter, path)} ${path.map(String).join('.')}: ${message}`,
      ),
    )
  const { users, ...rest } = parsed.data
  return {
    ...rest,
    users: users.map(({ secretAccessKey, ...user }) => ({ ...user, secretAccessKey: new Secret(secretAccessKey) })),
  }
}

/** `line:column` of the value there, or of what is nearest around it. */
const placeOf = (document: Document, lineCounter: LineCounter, path: readonly PropertyKey[]): string => {
  for (let length = path.length; length > 0; length--) {
    const node = document.getIn(path.slice(0, length), true)
    if (!isNode(node) || !node.range) continue
    const { line, col } = lineCounter.linePos(node.range[0])
    return `${line}:${col}`
  }
  return '1:1'
}

const invalidState = (problems: readonly string[]): LocalAwsError =>
  new LocalAwsError('local_aws.state_invalid', problems)

export interface Role extends RoleArn {
  readonly trustPolicy: Policy
  readonly maxSessionDuration: number
  /** `AROA…` */
  readonly id: string
}

export interface SamlProvider {
  readonly arn: string
  readonly metadata: IdpMetadata
}

/** The state as the calls look things up in it. */
export interface Iam {
  accountName(id: string): string | undefined
  role(arn: string): Role | undefined
  user(accessKeyId: string): Caller | undefined
  samlProvider(arn: string): SamlProvider | undefined
  /** By the token's issuer, in that account. */
  oidcProvider(account: string, issuer: string): OidcProviderState | undefined
}

/** Parses every trust policy and metadata document. Throws LocalAwsError with all problems. */
export const openState = (state: LocalAwsState, now: Date): Iam => {
  const problems: string[] = []
  const attempt = <Item, Result>(items: readonly Item[], place: string, open: (item: Item) => [string, Result]) =>
    new Map(
      items.flatMap((item, n): [string, Result][] => {
        try {
          return [open(item)]
        } catch (error) {
          problems.push(...problemsOf(error).map((problem) => `${place}.${n}: ${problem}`))
          return []
        }
      }),
    )
  const roles = attempt(state.roles, 'roles', (role) => [role.arn, openRole(role)])
  const users = attempt(state.users, 'users', (user) => [user.accessKeyId, openUser(user)])
  const samlProviders = attempt(state.samlProviders, 'samlProviders', ({ arn, metadata }): [string, SamlProvider] => [
    arn,
    { arn, metadata: parseIdpMetadata(metadata, { now }) },
  ])
  if (problems.length > 0) throw invalidState(problems)
  const names = new Map(state.accounts.map(({ id, name }) => [id, name]))
  return {
    accountName: (id) => names.get(id),
    role: (arn) => roles.get(arn),
    user: (accessKeyId) => users.get(accessKeyId),
    samlProvider: (arn) => samlProviders.get(arn),
    oidcProvider: (account, issuer) => findOidcProvider(state.oidcProviders, account, issuer),
  }
}

const problemsOf = (error: unknown): string[] => {
  if (error instanceof MalformedPolicyError)
    return error.problems.map(
      ({ path, expected, found }) => `trustPolicy.${path}: expected ${expected}, found ${found}`,
    )
  if (error instanceof FedgateError) return [`${error.message} ${reasonOf(error) ?? ''}`.trim()]
  throw error
}

const openRole = (state: RoleState): Role => {
  const arn = parseRoleArn(state.arn)
  if (!arn) throw invalidState([`${state.arn} is not the ARN of a role`])
  return {
    ...arn,
    trustPolicy: parseTrustPolicy(state.trustPolicy),
    maxSessionDuration: state.maxSessionDuration ?? maxSessionDuration.default,
    id: uniqueId('AROA', arn.account, arn.arn),
  }
}

const openUser = ({ arn, accessKeyId, secretAccessKey }: UserState): Caller => {
  const { partition = 'aws', account = '' } = parseArn(arn) ?? {}
  return {
    kind: 'user',
    accessKeyId,
    secretAccessKey,
    partition,
    account,
    arn,
    userId: uniqueId('AIDA', account, arn),
    temporary: undefined,
  }
}

/** Scheme and all: a provider registered for https never answers for an http issuer. A trailing slash is no matter. */
const findOidcProvider = (
  providers: readonly OidcProviderState[],
  account: string,
  issuer: string,
): OidcProviderState | undefined =>
  providers.find(
    ({ arn, url }) =>
      parseArn(arn)?.account === account &&
      issuerHostPath(url) === issuerHostPath(issuer) &&
      url.startsWith('http:') === issuer.startsWith('http:'),
  )
