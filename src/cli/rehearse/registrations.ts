/**
 * What AWS has registered about a provider, which a change of the configuration does not change: the entityID and the
 * certificates of the metadata in IAM, or the audience of the OpenID provider there.
 */
import { createHash, X509Certificate } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { iamProviderOf } from '../../access/role-trust.ts'
import type { Config, ProviderConfig } from '../../config/types.ts'
import { FedgateError, reasonOf } from '../../core/errors.ts'
import { samlIssuerEntityId } from '../../issuer/saml-assertion.ts'
import { SamlError } from '../../saml/errors.ts'
import { parseIdpMetadata } from '../../saml/metadata.ts'
import { idpMetadata } from '../idp-metadata.ts'

/** Why AWS, or the gateway itself, refuses every sign-in of a provider after the change. */
export interface Obstacle {
  readonly outcome: 'denied' | 'unknown'
  readonly reason: string
}

interface Registered {
  /** A sentence about each that differs names it. */
  readonly name: string
  readonly issuer?: string
  /** SHA-256 of those that may sign; the first one does. undefined: not known. */
  readonly certificates?: readonly string[]
  readonly audience?: string
}

/** Of one provider, before and after the change. undefined: there is none. */
export async function obstacleOf(
  before: { readonly config: Config; readonly provider: ProviderConfig },
  after: { readonly config: Config; readonly provider: ProviderConfig },
  now: Date,
): Promise<Obstacle | undefined> {
  return (await signInObstacle(before.provider, after, now)) ?? registrationObstacle(before, after, now)
}

/** Whether users can still sign in: the metadata must have the entityID that the configuration names. */
async function signInObstacle(
  before: ProviderConfig,
  { config, provider }: { readonly config: Config; readonly provider: ProviderConfig },
  now: Date,
): Promise<Obstacle | undefined> {
  if (provider.protocol !== 'saml' || before.protocol !== 'saml' || isSameSource(before, provider)) return undefined
  if (provider.discovery) return undefined
  try {
    await idpMetadata(provider, config, () => now)
    return undefined
  } catch (error) {
    if (!(error instanceof FedgateError)) throw error
    const reason = `Nobody can sign in with ${provider.id}: ${error.message} ${reasonOf(error) ?? ''}`.trim()
    return { outcome: error instanceof SamlError ? 'denied' : 'unknown', reason }
  }
}

function isSameSource(
  { metadata, entityId }: Extract<ProviderConfig, { protocol: 'saml' }>,
  other: Extract<ProviderConfig, { protocol: 'saml' }>,
): boolean {
  return JSON.stringify([metadata, entityId]) === JSON.stringify([other.metadata, other.entityId])
}

/** A provider of another name in IAM is a new one, registered with what is new: then the trust policies decide. */
async function registrationObstacle(
  before: { readonly config: Config; readonly provider: ProviderConfig },
  after: { readonly config: Config; readonly provider: ProviderConfig },
  now: Date,
): Promise<Obstacle | undefined> {
  const [old, next] = [await registeredOf(before, now), await registeredOf(after, now)]
  if (!old || !next || old.name !== next.name) return undefined
  if (old.issuer !== undefined && next.issuer !== undefined && old.issuer !== next.issuer)
    return {
      outcome: 'denied',
      reason: `IAM has the metadata of ${old.issuer} for ${old.name}; responses would come from ${next.issuer}. Update the metadata in IAM first.`,
    }
  if (old.audience !== next.audience)
    return {
      outcome: 'denied',
      reason: `IAM has the audience ${old.audience} for ${old.name}; tokens would be for ${next.audience}. Add it in IAM first.`,
    }
  return certificateObstacle(old, next, after.provider)
}

function certificateObstacle(old: Registered, next: Registered, { exchange }: ProviderConfig): Obstacle | undefined {
  if (!old.certificates || !next.certificates) return undefined
  const known = new Set(old.certificates)
  const isSigner = exchange.evidence === 'reissued'
  const signers = isSigner ? next.certificates.slice(0, 1) : next.certificates
  const unknown = signers.filter((one) => !known.has(one))
  if (unknown.length === 0) return undefined
  const reason = `The metadata in IAM for ${old.name} does not have the new certificate. Update it in IAM first, with both certificates.`
  return { outcome: unknown.length === signers.length ? 'denied' : 'unknown', reason }
}

async function registeredOf(
  { config, provider }: { readonly config: Config; readonly provider: ProviderConfig },
  now: Date,
): Promise<Registered | undefined> {
  const known = iamProviderOf(provider, config)
  if (!known) return undefined
  if (known.kind === 'oidc') return { name: known.url, audience: known.audience }
  const { exchange } = provider
  if (exchange.evidence === 'reissued')
    return { name: known.name, issuer: samlIssuerEntityId(config.baseUrl), ...(await ownCertificates(config)) }
  return provider.protocol === 'saml' ? { name: known.name, ...(await theirs(provider, config, now)) } : undefined
}

/** Of the gateway: the first signs, all are published. Files that do not exist yet are not known. */
async function ownCertificates({ signing }: Config): Promise<Pick<Registered, 'certificates'>> {
  if (!signing) return {}
  const texts = await Promise.all(
    signing.map(({ certificate }) => readFile(certificate, 'utf8').catch(() => undefined)),
  )
  const found = texts.map((text) => (text === undefined ? undefined : fingerprint(text)))
  const [first] = found
  return first === undefined ? {} : { certificates: found.flatMap((one) => one ?? []) }
}

function fingerprint(pem: string): string | undefined {
  try {
    return createHash('sha256').update(new X509Certificate(pem).raw).digest('hex')
  } catch {
    return undefined
  }
}

async function theirs(
  provider: Extract<ProviderConfig, { protocol: 'saml' }>,
  config: Config,
  now: Date,
): Promise<Pick<Registered, 'issuer' | 'certificates'>> {
  try {
    const xml = await idpMetadata(provider, config, () => now)
    const { entityId } = provider
    const metadata = parseIdpMetadata(xml, { now, ...(entityId === undefined ? {} : { entityId }) })
    const certificates = metadata.signingCertificates.flatMap(({ pem }) => fingerprint(pem) ?? [])
    return { issuer: metadata.entityId, certificates }
  } catch (error) {
    if (error instanceof FedgateError) return {}
    throw error
  }
}
