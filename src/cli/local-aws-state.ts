import { readFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { partitionById, samlRecipient } from '../aws/facts/partitions.ts'
import type { AccessRule, Config, ProviderConfig, SamlProviderConfig } from '../config/types.ts'
import { oidcProviderArn, parseRoleArn, type RoleArn, samlProviderArn } from '../core/arn.ts'
import { FedgateError } from '../core/errors.ts'
import { createMetadata } from '../gateway/metadata/metadata.ts'
import { acsUrl } from '../gateway/providers.ts'
import { roleFacts } from '../gateway/role-facts.ts'
import { samlTrustStatement, type TrustStatement, trustPolicy, webIdentityTrustStatement } from '../iam/generate.ts'
import type { LocalAwsState, RoleState } from '../local-aws/state.ts'

/** The clock it goes by, and where lines for whoever runs it go. */
export interface LocalAwsSurroundings {
  readonly now: () => Date
  readonly log: (line: string) => void
}

interface TokenIssuer {
  readonly url: string
  readonly audience: string
}

/** Who vouches towards AWS as an OpenID provider: this one itself, or the gateway. undefined via saml. */
const tokenIssuer = (provider: ProviderConfig, { issuer }: Config): TokenIssuer | undefined => {
  if (provider.exchange.via === 'saml') return undefined
  if (provider.exchange.evidence === 'reissued') return issuer && { url: issuer.url, audience: issuer.audience }
  return provider.protocol === 'oidc' ? { url: provider.issuer, audience: provider.clientId } : undefined
}

/** `saml:aud` is the Recipient: AWS where the gateway reissues, the gateway where the original is passed on. */
const recipientOf = ({ id, exchange }: ProviderConfig, { baseUrl }: Config, role: RoleArn): string => {
  if (exchange.evidence === 'original') return acsUrl(baseUrl, id)
  const partition = partitionById(role.partition)
  return partition ? samlRecipient(partition) : ''
}

/** What lets that provider's people in; its principal is the provider in the role's account. */
const trustIn = (provider: ProviderConfig, config: Config, role: RoleArn): readonly TrustStatement[] => {
  const { partition, account } = role
  const { exchange } = provider
  if (exchange.via === 'saml') {
    const recipient = recipientOf(provider, config, role)
    return [samlTrustStatement({ providerArn: samlProviderArn(partition, account, exchange.provider), recipient })]
  }
  const issuer = tokenIssuer(provider, config)
  if (!issuer) return []
  const { url, audience } = issuer
  return [webIdentityTrustStatement({ providerArn: oidcProviderArn(partition, account, url), issuer: url, audience })]
}

const reaches = ({ when }: AccessRule, { id }: ProviderConfig): boolean => when.provider?.includes(id) ?? true

/** Every role that a rule names outright, with the trust policy that its providers need. */
const rolesOf = (config: Config): readonly RoleState[] => {
  const arns = new Set(config.access.flatMap(({ roles }) => roles))
  return [...arns].flatMap((arn) => {
    const role = parseRoleArn(arn)
    if (!role) return []
    const providers = config.providers.filter((provider) =>
      config.access.some((rule) => rule.roles.includes(arn) && reaches(rule, provider)),
    )
    const statements = new Map(
      providers.flatMap((provider) => trustIn(provider, config, role)).map((one) => [JSON.stringify(one), one]),
    )
    const maxSessionDuration = Math.max(3600, roleFacts(config, role).maxSessionSeconds)
    return [{ arn, trustPolicy: trustPolicy([...statements.values()]), maxSessionDuration }]
  })
}

/** The identity provider's own metadata, as somebody would have loaded it into IAM; undefined when it is out of reach. */
const theirMetadata = async (
  provider: SamlProviderConfig,
  { stateFolder }: Config,
  { now, log }: LocalAwsSurroundings,
): Promise<string | undefined> => {
  const source = createMetadata(provider, { now, stateFolder, isReadOnly: true })
  try {
    return (await source.read(provider.entityId)).xml
  } catch (error) {
    if (!(error instanceof FedgateError)) throw error
    log(`the local AWS does not know the SAML provider of ${provider.id}: ${error.message}`)
    return undefined
  } finally {
    await source.close()
  }
}

/** Whose signature AWS looks for, by the name of the SAML provider: the gateway's, or the identity provider's own. */
const trustedMetadata = async (
  config: Config,
  ours: string | undefined,
  surroundings: LocalAwsSurroundings,
): Promise<ReadonlyMap<string, string>> => {
  const known = await Promise.all(
    config.providers.map(async (provider): Promise<readonly [string, string | undefined][]> => {
      const { exchange } = provider
      if (exchange.via !== 'saml') return []
      if (exchange.evidence === 'reissued') return [[exchange.provider, ours]]
      if (provider.protocol !== 'saml') return []
      return [[exchange.provider, await theirMetadata(provider, config, surroundings)]]
    }),
  )
  return new Map(known.flat().flatMap(([name, metadata]) => (metadata === undefined ? [] : [[name, metadata]])))
}

/** The client ids of every issuer of tokens for AWS. */
const audiencesByIssuer = (config: Config): ReadonlyMap<string, readonly string[]> => {
  const audiences = new Map<string, readonly string[]>()
  for (const { url, audience } of config.providers.flatMap((provider) => tokenIssuer(provider, config) ?? []))
    audiences.set(url, [...new Set([...(audiences.get(url) ?? []), audience])])
  return audiences
}

/** The configured providers as they would be registered in every account that has a role. */
const providersOf = (config: Config, trusted: ReadonlyMap<string, string>, roles: readonly RoleState[]) => {
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

const without = <Item extends { readonly arn: string }>(
  items: readonly Item[],
  known: readonly Item[],
): readonly Item[] => items.filter(({ arn }) => !known.some((item) => item.arn === arn))

/** Files that a state file names are looked for beside it. */
export const besideFile =
  (file: string) =>
  (path: string): string =>
    readFileSync(resolve(dirname(file), path), 'utf8')

const writtenState = async ({ localAws: { stateFile: file } }: Config): Promise<LocalAwsState | undefined> => {
  if (file === undefined) return undefined
  const { parseLocalAwsState } = await import('../local-aws/state/file.ts')
  return parseLocalAwsState(await readFile(file, 'utf8'), besideFile(file))
}

/** The roles that the local AWS starts with. Throws LocalAwsError when the state file is not one. */
export const localRoles = async (config: Config): Promise<readonly RoleState[]> =>
  (await writtenState(config))?.roles ?? rolesOf(config)

/**
 * What exists in the local AWS that runs with the gateway: what the state file says, or every role that `access` names
 * outright; and in every account the configured providers, unless the state file has its own under that ARN.
 * `metadata` is the gateway's own as identity provider. Throws LocalAwsError when the state file is not one.
 */
export const localAwsState = async (
  config: Config,
  metadata: string | undefined,
  surroundings: LocalAwsSurroundings,
): Promise<LocalAwsState> => {
  const written = await writtenState(config)
  const roles = written?.roles ?? rolesOf(config)
  const providers = providersOf(config, await trustedMetadata(config, metadata, surroundings), roles)
  const named = [...config.accounts].map(([id, { name }]) => ({ id, name }))
  return {
    accounts: written && written.accounts.length > 0 ? written.accounts : named,
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
  }
}
