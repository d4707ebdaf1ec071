/** From claims in a file to a sign-in at one provider: its evidence, and the identity that it gives. */

import { rolePairs } from '../../access/role-attribute.ts'
import { withShortNames } from '../../access/short-names.ts'
import { isVerifiedEmailRequired } from '../../access/verified-email.ts'
import type { Config, ProviderConfig } from '../../config/types.ts'
import { contextsOfClaims } from '../../core/authentication/context.ts'
import type { Identity } from '../../core/identity.ts'
import type { OriginalAssertion, OriginalEvidence } from '../../evidence/original-evidence.ts'
import { createMetadata } from '../../gateway/metadata/metadata.ts'
import { acsUrl } from '../../gateway/providers.ts'
import { describeUser } from '../../oidc/left-out.ts'
import { ExplainError } from '../errors.ts'
import type { ClaimsInFile, PlainClaims } from './claims-file.ts'

/** The evidence that the provider would have sent with these claims. Throws ExplainError where it cannot have sent them. */
export async function evidenceFromClaims(
  claims: ClaimsInFile,
  provider: ProviderConfig,
  config: Config,
): Promise<OriginalEvidence> {
  if (provider.protocol === 'saml') {
    if (claims.kind === 'web-identity') throw otherKind()
    return claims.kind === 'plain'
      ? saidBySaml(claims, provider, config)
      : withRegisteredIssuer(claims, provider, config)
  }
  if (claims.kind === 'saml') throw otherKind()
  const { accessTokens } = provider
  if (claims.kind === 'web-identity') return accessTokens ? { ...claims, providerId: accessTokens.providerId } : claims
  // The audience of an OpenID provider's own token is known from the token only.
  if (provider.exchange.evidence === 'original' || claims.nameId === undefined) throw otherKind()
  const said = { iss: provider.issuer, aud: provider.clientId, sub: claims.nameId.value }
  return { kind: 'web-identity', claims: { ...Object.fromEntries(claims.attributes), ...said } }
}

function otherKind(): ExplainError {
  return new ExplainError('explain.claims_of_another_kind')
}

/** As an assertion for our assertion consumer service would contain it. */
async function saidBySaml(
  { nameId, attributes }: PlainClaims,
  provider: Extract<ProviderConfig, { protocol: 'saml' }>,
  config: Config,
): Promise<OriginalAssertion> {
  return {
    kind: 'saml',
    issuer: await issuerOf(provider, config),
    recipient: acsUrl(config.baseUrl, provider.id),
    audiences: [provider.spEntityId],
    nameId,
    attributes,
    rolePairs: rolePairs(attributes),
    confirmationCount: undefined,
    isEncrypted: false,
  }
}

/** The issuer that the configuration or the metadata names; empty if the metadata cannot be read. */
async function issuerOf(provider: ProviderConfig, { stateFolder }: Config): Promise<string> {
  if (provider.protocol === 'oidc') return provider.issuer
  if (provider.entityId !== undefined) return provider.entityId
  const source = createMetadata(provider, { now: () => new Date(), stateFolder, isReadOnly: true })
  try {
    return (await source.read()).entityId
  } catch {
    return ''
  } finally {
    await source.close()
  }
}

/** AWS compares the Issuer with the entityID in the metadata in IAM. With discovery the user's choice decides. */
async function withRegisteredIssuer(
  original: OriginalAssertion,
  provider: Extract<ProviderConfig, { protocol: 'saml' }>,
  config: Config,
): Promise<OriginalAssertion> {
  if (!original.unverified) return original
  const registeredIssuer = provider.discovery ? original.issuer : (await issuerOf(provider, config)) || undefined
  return { ...original, unverified: { ...original.unverified, registeredIssuer } }
}

/** The identity that a sign-in with this evidence would give. */
export function identityOf(original: OriginalEvidence, provider: ProviderConfig, config: Config): Identity {
  const common = { provider: provider.id, authenticatedAt: new Date() }
  if (original.kind === 'web-identity') {
    const { iss, sub } = original.claims
    return {
      ...common,
      protocol: 'oidc',
      issuer: String(iss),
      subject: typeof sub === 'string' ? sub : '',
      attributes: describeUser(emailRuleOf(provider, config), original.claims).attributes,
      authnContext: contextsOfClaims(original.claims),
    }
  }
  const { issuer, nameId, attributes } = original
  const named = provider.protocol === 'saml' && provider.subject.kind === 'attribute' ? provider.subject : undefined
  const subject = named ? attributes.get(named.name)?.[0] : nameId?.value
  const format = named ? undefined : nameId?.format
  return {
    ...common,
    protocol: 'saml',
    issuer,
    subject: subject ?? '',
    attributes: withShortNames(attributes, provider.protocol === 'saml' ? provider.preset?.attributes : undefined),
    ...(format === undefined ? {} : { subjectFormat: format }),
  }
}

/** As the relying party has it. */
function emailRuleOf(provider: ProviderConfig, config: Config) {
  return {
    requireVerifiedEmail: provider.protocol === 'oidc' && isVerifiedEmailRequired(provider, config),
  }
}
