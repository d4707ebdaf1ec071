import { readFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { identityPoolOf } from '../../access/identity-pool.ts'
import { roleSettingsOf } from '../../access/role-settings.ts'
import {
  iamProviderOf,
  isGranted,
  isNamedProvider,
  rolesNamedFor,
  roleTrust,
  tokenProviderOf,
} from '../../access/role-trust.ts'
import { maxSessionDuration as maxSession } from '../../aws/facts/limits.ts'
import type { Config, SamlProviderConfig } from '../../config/types.ts'
import { issuerHostPath, oidcProviderArn, parseRoleArn, type RoleArn, samlProviderArn } from '../../core/arn.ts'
import { FedgateError } from '../../core/errors.ts'
import type { Log } from '../../core/log.ts'
import { trustPolicy } from '../../iam/generate.ts'
import type { IdentityPoolState, LocalAwsState, RoleState } from '../../local-aws/state.ts'
import { idpMetadata } from '../idp-metadata.ts'
import { gatewayIdentifiers } from '../load-config.ts'

/** The clock and the outputs of a local AWS. */
export interface LocalAwsContext {
  readonly now: () => Date
  readonly log: Log
  /** Receives each CloudTrail event as a line of JSON. */
  readonly trail?: (line: string) => void
  /** Overrides `localAws.encodedMessages` of the configuration. */
  readonly encodedMessages?: boolean
  /** Whether it issues tokens for tests. */
  readonly testTokens?: boolean
  /** Called after each change that a call makes. */
  readonly changed?: () => void
  /** Adds to the state that the configuration describes. */
  readonly extend?: (state: LocalAwsState) => LocalAwsState
}

/** Reads a state file; paths in it are relative to its folder. Throws LocalAwsError. */
export async function readStateFile(file: string): Promise<LocalAwsState> {
  const { parseLocalAwsState } = await import('../../local-aws/state/file.ts')
  const { LocalAwsError } = await import('../../local-aws/errors.ts')
  const yaml = await readFile(file, 'utf8').catch((error: Error) => {
    throw new LocalAwsError('local_aws.state_invalid', [`${file} cannot be read: ${error.message}`])
  })
  return parseLocalAwsState(yaml, (path) => readFileSync(resolve(dirname(file), path), 'utf8'))
}

/** The roles that the local AWS starts with. Throws LocalAwsError for an invalid state file. */
export async function localRoles(config: Config): Promise<readonly RoleState[]> {
  return rolesWith(await writtenState(config), config)
}

/** The roles of the state file, plus every role that an access rule names by its full ARN. */
function rolesWith(written: LocalAwsState | undefined, config: Config): readonly RoleState[] {
  const ours = written?.roles ?? []
  return [...ours, ...without(rolesOf(config), ours)]
}

function without<Item extends { readonly arn: string }>(
  items: readonly Item[],
  known: readonly Item[],
): readonly Item[] {
  return items.filter(({ arn }) => !known.some((item) => item.arn === arn))
}

/** Every role that an access rule names by its full ARN, with the trust policy that its providers need. */
function rolesOf(config: Config): readonly RoleState[] {
  const roles = new Map(config.providers.flatMap((one) => rolesNamedFor(one, config)).map((role) => [role.arn, role]))
  return [...roles.values()].flatMap((role) => {
    const statements = config.providers
      .filter((provider) => isGranted(provider, config, role))
      .flatMap((provider) => roleTrust(config, gatewayIdentifiers(config), provider, role).statements)
    if (statements.length === 0) return []
    const once = new Map(statements.map((statement) => [JSON.stringify(statement), statement]))
    const maxSessionDuration = Math.max(maxSession.default, roleSettingsOf(config, role).maxSessionSeconds)
    return [{ arn: role.arn, trustPolicy: trustPolicy([...once.values()]), maxSessionDuration }]
  })
}

/** The configuration's state file; undefined: it names none. Throws LocalAwsError. */
export async function writtenState({ localAws: { stateFile: file } }: Config): Promise<LocalAwsState | undefined> {
  return file === undefined ? undefined : readStateFile(file)
}

/**
 * The state of a local AWS that runs with the gateway: the state file, every role that `access` names by its full ARN,
 * and the configured providers in every account. The state file takes precedence. `metadata` is the gateway's own as
 * identity provider. Throws LocalAwsError for an invalid state file.
 */
export async function localAwsState(
  config: Config,
  metadata: string | undefined,
  context: LocalAwsContext,
): Promise<LocalAwsState> {
  const written = await writtenState(config)
  const roles = rolesWith(written, config)
  const providers = providersOf(config, await trustedMetadata(config, metadata, context), roles)
  const named = [...config.accounts].map(([id, { name }]) => ({ id, name }))
  const described = new Set(written?.accounts.map(({ id }) => id))
  return {
    accounts: [...(written?.accounts ?? []), ...named.filter(({ id }) => !described.has(id))],
    users: written?.users ?? [],
    roles,
    samlProviders: [
      ...(written?.samlProviders ?? []),
      ...without(providers.samlProviders, written?.samlProviders ?? []),
    ],
    oidcProviders: [
      ...(written?.oidcProviders ?? []),
      ...without(providers.oidcProviders, written?.oidcProviders ?? []),
    ],
    accessTokens: written?.accessTokens ?? [],
    identityPools: [...(written?.identityPools ?? []), ...identityPoolsOf(config, roles, written)],
    managedPolicies: written?.managedPolicies ?? {},
    trustedTokenIssuers: written?.trustedTokenIssuers ?? [],
    buckets: written?.buckets ?? [],
    instances: written?.instances ?? [],
  }
}

/** The configured providers as IAM identity providers, in every account that has a role. */
function providersOf(config: Config, trusted: ReadonlyMap<string, string>, roles: readonly RoleState[]) {
  const places = new Map(roles.flatMap(({ arn }) => parseRoleArn(arn) ?? []).map((role) => [role.account, role]))
  const everywhere = <Registered>(register: (account: RoleArn) => Registered): readonly Registered[] =>
    [...places.values()].map(register)
  return {
    samlProviders: [...trusted].flatMap(([name, metadata]) =>
      everywhere(({ partition, account }) => ({ arn: samlProviderArn(partition, account, name), metadata })),
    ),
    oidcProviders: [...audiencesByIssuer(config)].flatMap(([url, clientIds]) =>
      everywhere(({ partition, account }) => ({ arn: oidcProviderArn(partition, account, url), url, clientIds })),
    ),
  }
}

/** The identity pools that providers exchange their tokens at, in the account of the first role. */
function identityPoolsOf(
  config: Config,
  roles: readonly RoleState[],
  written: LocalAwsState | undefined,
): readonly IdentityPoolState[] {
  const [account = ''] = roles.flatMap(({ arn }) => parseRoleArn(arn)?.account ?? [])
  const known = new Set(written?.identityPools?.map(({ id }) => id))
  const pools = new Map<string, Record<string, readonly string[]>>()
  for (const provider of config.providers) {
    const [id, login] = [identityPoolOf(provider), tokenProviderOf(provider, config)]
    if (id === undefined || known.has(id) || !login) continue
    const [logins, name] = [pools.get(id) ?? {}, issuerHostPath(login.url)]
    pools.set(id, { ...logins, [name]: [...(logins[name] ?? []), login.audience] })
  }
  return [...pools].map(([id, logins]) => ({ id, account, logins }))
}

/** The client IDs of each issuer of tokens for AWS, or for an identity pool. */
function audiencesByIssuer(config: Config): ReadonlyMap<string, readonly string[]> {
  const audiences = new Map<string, readonly string[]>()
  const ofPools = config.providers.flatMap((one) =>
    identityPoolOf(one) === undefined ? [] : (tokenProviderOf(one, config) ?? []),
  )
  const ofRoles = config.providers.flatMap((one) => iamProviderOf(one, config) ?? [])
  for (const provider of [...ofRoles, ...ofPools]) {
    if (provider.kind !== 'oidc' || isNamedProvider(provider)) continue
    const { url, audience } = provider
    audiences.set(url, [...new Set([...(audiences.get(url) ?? []), audience])])
  }
  return audiences
}

/** The metadata of each SAML provider by its name: the gateway's, or the identity provider's own. */
async function trustedMetadata(
  config: Config,
  ours: string | undefined,
  context: LocalAwsContext,
): Promise<ReadonlyMap<string, string>> {
  const known = await Promise.all(
    config.providers.map(async (provider): Promise<readonly [string, string | undefined][]> => {
      const { exchange } = provider
      if (exchange.via !== 'saml') return []
      if (exchange.evidence === 'reissued') return [[exchange.provider, ours]]
      if (provider.protocol !== 'saml') return []
      return [[exchange.provider, await theirMetadataIfThere(provider, config, context)]]
    }),
  )
  return new Map(known.flat().flatMap(([name, metadata]) => (metadata === undefined ? [] : [[name, metadata]])))
}

async function theirMetadataIfThere(
  provider: SamlProviderConfig,
  config: Config,
  { now, log }: LocalAwsContext,
): Promise<string | undefined> {
  return idpMetadata(provider, config, now).catch((error: unknown) => {
    if (!(error instanceof FedgateError)) throw error
    log.warn('The local AWS has no SAML provider for it', { provider: provider.id, reason: error.message })
    return undefined
  })
}
