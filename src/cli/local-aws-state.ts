import { readFile } from 'node:fs/promises'
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

/** The provider in that account, as its ARN. */
const providerArn = (provider: ProviderConfig, partition: string, account: string): string =>
  provider.protocol === 'saml'
    ? samlProviderArn(partition, account, provider.exchange.provider)
    : oidcProviderArn(partition, account, provider.issuer)

/** `saml:aud` is the Recipient: AWS where the gateway reissues, the gateway where the original is passed on. */
const recipientOf = (provider: SamlProviderConfig, { baseUrl }: Config, role: RoleArn): string => {
  if (provider.exchange.evidence === 'original') return acsUrl(baseUrl, provider.id)
  const partition = partitionById(role.partition)
  return partition ? samlRecipient(partition) : ''
}

const trustIn = (provider: ProviderConfig, config: Config, role: RoleArn): TrustStatement => {
  const arn = providerArn(provider, role.partition, role.account)
  if (provider.protocol === 'saml')
    return samlTrustStatement({ providerArn: arn, recipient: recipientOf(provider, config, role) })
  return webIdentityTrustStatement({ providerArn: arn, issuer: provider.issuer, audience: provider.clientId })
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
      providers.map((provider) => [
        providerArn(provider, role.partition, role.account),
        trustIn(provider, config, role),
      ]),
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
    log(`the local AWS does not know the SAML provider ${provider.exchange.provider}: ${error.message}`)
    return undefined
  } finally {
    await source.close()
  }
}

/** Whose signature AWS looks for, by provider: the gateway's, or the identity provider's own. */
const trustedMetadata = async (
  config: Config,
  ours: string | undefined,
  surroundings: LocalAwsSurroundings,
): Promise<ReadonlyMap<ProviderConfig, string>> => {
  const known = await Promise.all(
    config.providers.map(async (provider): Promise<readonly [ProviderConfig, string | undefined]> => {
      if (provider.protocol !== 'saml') return [provider, undefined]
      if (provider.exchange.evidence === 'reissued') return [provider, ours]
      return [provider, await theirMetadata(provider, config, surroundings)]
    }),
  )
  return new Map(known.flatMap(([provider, metadata]) => (metadata === undefined ? [] : [[provider, metadata]])))
}

/** The configured providers as they would be registered in every account that has a role. */
const providersOf = (config: Config, trusted: ReadonlyMap<ProviderConfig, string>, roles: readonly RoleState[]) => {
  const places = new Map(roles.flatMap(({ arn }) => parseRoleArn(arn) ?? []).map((role) => [role.account, role]))
  const everywhere = <Registered>(register: (account: RoleArn) => Registered): readonly Registered[] =>
    [...places.values()].map(register)
  const byArn = <Registered extends { readonly arn: string }>(all: readonly Registered[]): readonly Registered[] => [
    ...new Map(all.map((registered) => [registered.arn, registered])).values(),
  ]
  return {
    samlProviders: byArn(
      [...trusted].flatMap(([provider, metadata]) =>
        everywhere(({ partition, account }) => ({ arn: providerArn(provider, partition, account), metadata })),
      ),
    ),
    oidcProviders: byArn(
      config.providers.flatMap((provider) =>
        provider.protocol !== 'oidc'
          ? []
          : everywhere(({ partition, account }) => ({
              arn: providerArn(provider, partition, account),
              url: provider.issuer,
              clientIds: config.providers.flatMap((other) =>
                other.protocol === 'oidc' && other.issuer === provider.issuer ? [other.clientId] : [],
              ),
            })),
      ),
    ),
  }
}

const without = <Item extends { readonly arn: string }>(
  items: readonly Item[],
  known: readonly Item[],
): readonly Item[] => items.filter(({ arn }) => !known.some((item) => item.arn === arn))

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
  const { parseLocalAwsState } = await import('../local-aws/state.ts')
  const file = config.localAws.stateFile
  const written = file === undefined ? undefined : parseLocalAwsState(await readFile(file, 'utf8'))
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
