/**
 * What the gateway itself asserts to AWS about a user, in an assertion or a token of its own. It is decided only here:
 * the STS request has these values signed, and every prediction of what AWS will see uses the same values.
 */
import { valuesOf } from '../access/attribute-names.ts'
import { partitionById, samlRecipient } from '../aws/facts/partitions.ts'
import type { ProviderConfig } from '../config/types.ts'
import { type RoleArn, samlProviderArn } from '../core/arn.ts'
import { type Attributes, type Identity, type NameId, nameIdFormats } from '../core/identity.ts'
import { fingerprint } from '../core/ids.ts'
import { samlAttributeKeys } from '../iam/condition-keys/condition-keys.ts'

/** An assertion by the gateway, without the role and its session. */
export interface ReissuedAssertion {
  readonly nameId: NameId
  /** From these AWS fills `saml:*` condition keys. */
  readonly attributes: Attributes
  /** The SAML provider in the role's account that is registered for the gateway. */
  readonly providerArn: string
  /** AWS's own URL and entityID in the partition; undefined for an unknown partition. */
  readonly aws: { readonly recipient: string; readonly audience: string } | undefined
}

/** A token by the gateway, without its session. Its `iss` and `aud` are the issuer's. */
export interface ReissuedToken {
  /** `sub` */
  readonly subject: string
  /** `amr` */
  readonly methods: readonly string[]
}

/** 192 bits of base64url: nobody finds a second issuer with the same. */
const ISSUER_LENGTH = 32

/** The names under which AWS reads attributes of an assertion. */
const NAMES: ReadonlySet<string> = new Set(samlAttributeKeys.flatMap(({ attributes: [name] }) => name ?? []))

/** The prefix of the provider's ID in `amr`. */
const PROVIDER = 'provider:'

/** For every account in which the gateway is registered as the SAML provider of that name. */
export function reissuedAssertion(
  identity: Identity,
  provider: string,
): (place: Pick<RoleArn, 'partition' | 'account'>) => ReissuedAssertion {
  const [nameId, attributes] = [nameIdForAws(identity), attributesForAws(identity.attributes)]
  return ({ partition: id, account }) => {
    const partition = partitionById(id)
    return {
      nameId,
      attributes,
      providerArn: samlProviderArn(id, account, provider),
      aws: partition && { recipient: samlRecipient(partition), audience: partition.audience },
    }
  }
}

/**
 * The subject of the assertion as the provider named it, with the provider in its NameQualifier, as another provider
 * may have the same subject (Core 2.2.2, 8.3.7). AWS does not expose this NameQualifier: `saml:namequalifier` is its
 * own hash.
 */
function nameIdForAws({ subject, subjectFormat = nameIdFormats.persistent, issuer }: Identity): NameId {
  return { value: subject, format: subjectFormat, nameQualifier: issuer }
}

/**
 * The attributes from which AWS fills condition keys, by the names that AWS knows, whichever names the provider used:
 * trust policies may then use them with reissued evidence too. All others are left out.
 */
function attributesForAws(attributes: Attributes): Attributes {
  const known = new Map<string, readonly string[]>()
  for (const name of NAMES) {
    const values = valuesOf(attributes, name)
    if (values.length > 0) known.set(name, values)
  }
  return known
}

export function reissuedToken(identity: Identity): ReissuedToken {
  return { subject: identity.subject, methods: methodsOf(identity) }
}

/**
 * A token for an identity pool, which reads no `amr`: the provider is part of the subject, so the same subject at two
 * providers is two identities. So is the issuer, shortened to a hash, where a provider has several: one member of a
 * federation can name its users as another member names its own.
 */
export function reissuedTokenForPool(identity: Identity, configured: ProviderConfig): ReissuedToken {
  const { provider, issuer, subject } = identity
  const voucher = hasSeveralIssuers(configured) ? [provider, fingerprint(issuer).slice(0, ISSUER_LENGTH)] : [provider]
  return { subject: [...voucher, subject].join(':'), methods: methodsOf(identity) }
}

/** A federation, or the tenants of an OpenID provider. */
function hasSeveralIssuers(configured: ProviderConfig): boolean {
  return configured.protocol === 'saml' ? configured.discovery : configured.issuerTemplate !== undefined
}

/**
 * How the user signed in: the methods that their OpenID provider states (OpenID Connect Core 2), and the configured
 * provider. Two providers may have the same subject; a trust policy tells them apart by `amr`, so no provider may
 * assert `provider:` values itself.
 */
function methodsOf({ protocol, provider, attributes }: Identity): readonly string[] {
  const stated = protocol === 'oidc' ? (attributes.get('amr') ?? []) : []
  return [...stated.filter((method) => !method.startsWith(PROVIDER)), `${PROVIDER}${provider}`]
}
