/**
 * Who must know a new key before it is used, and whether they do: IAM in every account for the signing key, the
 * readers of our key set for the issuer's. What cannot be determined from here is unknown, never assumed.
 */
import { X509Certificate } from 'node:crypto'
import { canReach, iamProviderOf, type KnownRoles, principalOf, rolesNamedFor } from '../../access/role-trust.ts'
import type { Config, ProviderConfig } from '../../config/types.ts'
import { parseRoleArn } from '../../core/arn.ts'
import { FedgateError } from '../../core/errors.ts'
import { checkPublished } from '../../issuer/published.ts'
import { samlIssuerEntityId } from '../../issuer/saml-assertion.ts'
import { openWebIdentityIssuer } from '../../issuer/web-identity-issuer.ts'
import { parseIdpMetadata } from '../../saml/metadata.ts'
import { type Accounts, openAccounts } from '../catalog/accounts.ts'
import { type AwsCall, AwsRefusal } from '../catalog/aws-calls.ts'
import { configuredCatalog } from '../catalog/configured.ts'
import { ask } from '../http-client.ts'
import { accountsIn } from '../inventory/lists.ts'
import { signingCertificates } from '../serving/gateway-keys.ts'
import { accountsOf } from '../trust-policy/roles.ts'
import type { AskAwsOptions, KeyPurpose } from './options.ts'

/** `absent`: there is nothing that could refuse the key, such as an account without the SAML provider. */
export type Knowledge = 'known' | 'missing' | 'absent' | 'unknown'

/** Someone who must know the new key. */
export interface Holder {
  /** `account 111122223333 (Production)`, `the identity provider corp` */
  readonly name: string
  /** For IAM: twelve digits. */
  readonly account?: string
  readonly knows: Knowledge
  /** Why, or what to do. */
  readonly reason?: string
}

/** A SAML provider in an account that has our metadata. */
export interface IamCopy {
  readonly account: string
  /** Default: the ID. */
  readonly accountName: string
  readonly provider: string
  readonly arn: string
}

interface Asking {
  readonly options: AskAwsOptions
  readonly env: NodeJS.ProcessEnv
  readonly now: Date
}

type PlannedConfig = Config & KnownRoles

/** Accounts that are asked at the same time. */
const AT_ONCE = 8

/**
 * Of the key at that place in the list, which is not used yet. Never rejects for what cannot be found out; throws
 * InventoryError, CatalogError and StartError for files that cannot be read.
 */
export async function holdersOf(
  purpose: KeyPurpose,
  place: number,
  config: Config,
  asking: Asking,
): Promise<readonly Holder[]> {
  switch (purpose) {
    case 'signing': {
      const certificate = (await signingCertificates(config, asking.now))[place] ?? ''
      const accounts = await accountHolders(await iamCopies(config, asking.options), certificate, asking)
      return [...accounts, ...verifiersOfRequests(config)]
    }
    case 'encryption':
      return encryptingProviders(config)
    case 'issuer':
      return config.issuer ? [await readersOfKeySet(config.issuer, place)] : []
    case 'session':
      return [
        {
          name: 'the processes of the gateway',
          knows: 'unknown',
          reason: 'each must have been reloaded or restarted since the new secret was added',
        },
      ]
  }
}

/** Every SAML provider in IAM that holds our metadata, as far as configuration, catalogue and file name accounts. */
export async function iamCopies(config: Config, { accounts: file }: AskAwsOptions): Promise<readonly IamCopy[]> {
  const known = await configuredCatalog(config)
  const listed = file === undefined ? [] : (await accountsIn(file)).accounts
  const accounts = new Map([...listed.map(({ id, name = id }) => [id, { name }] as const), ...config.accounts])
  const planned: PlannedConfig = { ...config, accounts, known }
  const copies = config.providers.flatMap((provider) => copiesFor(provider, planned))
  return [...new Map(copies.map((copy) => [copy.arn, copy])).values()].sort((a, b) => (a.arn < b.arn ? -1 : 1))
}

function copiesFor(provider: ProviderConfig, config: PlannedConfig): readonly IamCopy[] {
  const iamProvider = iamProviderOf(provider, config)
  if (provider.exchange.evidence !== 'reissued' || iamProvider?.kind !== 'saml') return []
  const inCatalog = [...(config.known?.roles.keys() ?? [])]
    .flatMap((arn) => parseRoleArn(arn) ?? [])
    .filter((role) => canReach(provider, config, role))
  return accountsOf(config, [...rolesNamedFor(provider, config), ...inCatalog]).map((place) => ({
    account: place.account,
    accountName:
      config.accounts.get(place.account)?.name ?? config.known?.accounts.get(place.account)?.name ?? place.account,
    provider: iamProvider.name,
    arn: principalOf(iamProvider, place),
  }))
}

async function accountHolders(
  copies: readonly IamCopy[],
  certificate: string,
  asking: Asking,
): Promise<readonly Holder[]> {
  if (copies.length === 0) return []
  const { options, env, now } = asking
  const { roleName, region, endpointUrl } = options
  const aws = await openAccounts({ roleName, region, endpointUrl, sessionName: 'fedgate-keys', env }).catch(reasonOf)
  const found: Holder[] = []
  const waiting = [...copies.entries()]
  const worker = async (): Promise<void> => {
    for (let next = waiting.shift(); next; next = waiting.shift()) {
      const [n, copy] = next
      found[n] = await accountHolder(copy, { aws, certificate, now })
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, worker))
  return found
}

interface IamQuestion {
  /** Or why AWS cannot be asked. */
  readonly aws: Accounts | string
  /** PEM */
  readonly certificate: string
  readonly now: Date
}

async function accountHolder({ account, accountName, provider, arn }: IamCopy, question: IamQuestion): Promise<Holder> {
  const shown = accountName === account ? account : `${account} (${accountName})`
  const holder = { name: `account ${shown}, SAML provider ${provider}`, account }
  const { aws, certificate, now } = question
  if (typeof aws === 'string') return { ...holder, knows: 'unknown', reason: aws }
  try {
    const xml = await metadataInIam(await aws.iam(account), arn)
    const held = parseIdpMetadata(xml, { now }).signingCertificates.map(({ pem }) => fingerprint(pem))
    return held.includes(fingerprint(certificate))
      ? { ...holder, knows: 'known' }
      : { ...holder, knows: 'missing', reason: 'its metadata does not have the new certificate' }
  } catch (error) {
    if (error instanceof AwsRefusal && /^NoSuchEntity/.test(error.code))
      return { ...holder, knows: 'absent', reason: 'IAM has no such SAML provider there' }
    return { ...holder, knows: 'unknown', reason: reasonOf(error) }
  }
}

async function metadataInIam(call: AwsCall, arn: string): Promise<string> {
  const { SAMLMetadataDocument } = await call('GetSAMLProvider', { SAMLProviderArn: arn })
  return String(SAMLMetadataDocument ?? '')
}

function fingerprint(pem: string): string {
  return new X509Certificate(pem).fingerprint256
}

function reasonOf(error: unknown): string {
  if (error instanceof AwsRefusal) return `AWS refused: ${error.code}. ${error.message}`.trim()
  if (error instanceof FedgateError) return `${error.message} ${error.hint}`
  return error instanceof Error ? error.message : String(error)
}

/** They have our certificate only if they verify our requests. */
function verifiersOfRequests({ providers }: Config): readonly Holder[] {
  return providers.flatMap((one) =>
    one.protocol === 'saml' && one.signRequests === 'always'
      ? {
          name: `the identity provider ${one.id}`,
          knows: 'unknown' as const,
          reason: 'it may verify our requests: its administrator must have loaded our current metadata',
        }
      : [],
  )
}

function encryptingProviders({ providers, baseUrl }: Config): readonly Holder[] {
  return providers.map((one) => ({
    name: `the identity provider ${one.id}`,
    knows: 'unknown',
    reason:
      one.protocol === 'saml'
        ? `if it encrypts, its administrator must have loaded ${baseUrl}/saml/${one.id}/metadata`
        : 'if it encrypts, its administrator must have registered the new certificate',
  }))
}

/** AWS reads the key set again when a token names a key that it does not know. */
async function readersOfKeySet(settings: NonNullable<Config['issuer']>, place: number): Promise<Holder> {
  const holder = { name: `the key set of ${settings.url}` }
  try {
    const issuer = await openWebIdentityIssuer(settings)
    const key = issuer.keys[place] ?? issuer.keys[0]
    const verdict = await checkPublished({ ...issuer, keys: [key] }, ask)
    const unread = verdict.find(
      ({ name, outcome }) => (name === 'discoveryIsPublished' || name === 'keySetIsPublished') && outcome === 'fail',
    )
    if (unread) return { ...holder, knows: 'unknown', reason: `it cannot be read: ${unread.found}` }
    const isThere = verdict.some(({ name, outcome }) => name === 'signingKeyIsPublished' && outcome === 'pass')
    return isThere
      ? { ...holder, knows: 'known' }
      : { ...holder, knows: 'missing', reason: 'reload the gateway, or upload what `fedgate issuer export` writes' }
  } catch (error) {
    return { ...holder, knows: 'unknown', reason: reasonOf(error) }
  }
}

/**
 * Whether the running gateway, at its public URL, signs with the first key of the configuration. `unknown`: it does not
 * answer, or nobody outside can see which key it uses.
 */
export async function useByGateway(
  purpose: KeyPurpose,
  config: Config,
  now: Date,
): Promise<'first' | 'other' | 'unknown'> {
  try {
    if (purpose === 'signing') {
      const { status, text } = await ask(samlIssuerEntityId(config.baseUrl))
      const [used] = status === 200 ? parseIdpMetadata(text, { now }).signingCertificates : []
      const [first] = await signingCertificates(config, now)
      if (!used || first === undefined) return 'unknown'
      return fingerprint(used.pem) === fingerprint(first) ? 'first' : 'other'
    }
    if (purpose === 'issuer' && config.issuer) {
      const { status, text } = await ask(`${config.baseUrl}/idp/jwks`)
      const { keys } = JSON.parse(text) as { readonly keys?: readonly { readonly kid?: string }[] }
      const issuer = await openWebIdentityIssuer(config.issuer)
      if (status !== 200 || !keys?.[0]) return 'unknown'
      return keys[0].kid === issuer.keys[0].kid ? 'first' : 'other'
    }
    return 'unknown'
  } catch {
    return 'unknown'
  }
}
