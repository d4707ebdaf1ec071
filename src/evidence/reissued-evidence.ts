/**
 * What the gateway itself asserts to AWS about a user, in an assertion or a token of its own: decided here, and here
 * only. The STS request has it signed, and every prediction of what AWS will see is made from the same values.
 */
import { valuesOf } from '../access/attribute-names.ts'
import { partitionById, samlRecipient } from '../aws/facts/partitions.ts'
import { type RoleArn, samlProviderArn } from '../core/arn.ts'
import { type Attributes, type Identity, type NameId, nameIdFormats } from '../core/identity.ts'
import { samlAttributeKeys } from '../iam/condition-keys/condition-keys.ts'

/** An assertion of the gateway's own, but for the role and its session. */
export interface ReissuedAssertion {
  readonly nameId: NameId
  /** From these AWS fills `saml:*` condition keys. */
  readonly attributes: Attributes
  /** The SAML provider in the role's account that is registered for the gateway. */
  readonly providerArn: string
  /** AWS's own address and name in the partition; undefined for one that is not known. */
  readonly aws: { readonly recipient: string; readonly audience: string } | undefined
}

/** A token of the gateway's own, but for the session. Its `iss` and `aud` are the issuer's. */
export interface ReissuedToken {
  /** `sub` */
  readonly subject: string
  /** `amr` */
  readonly methods: readonly string[]
}

/** Before the provider's id in `amr`. */
const PROVIDER = 'provider:'

/** For every account in which the gateway is registered as SAML provider of that name. */
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
 * The subject of the assertion: as the provider named it, and which provider that is, as another may have the same
 * subject (Core 2.2.2, 8.3.7). AWS does not expose this NameQualifier: `saml:namequalifier` is a hash of its own.
 */
function nameIdForAws({ subject, subjectFormat = nameIdFormats.persistent, issuer }: Identity): NameId {
  return { value: subject, format: subjectFormat, nameQualifier: issuer }
}

/**
 * The attributes from which AWS fills condition keys, by the names that AWS knows, whichever name the provider sent them
 * by: so that trust policies may ask for them also where the gateway reissues. All others are left out.
 */
function attributesForAws(attributes: Attributes): Attributes {
  const names = new Set(samlAttributeKeys.flatMap(({ attributes: [name] }) => name ?? []))
  return new Map(
    [...names].flatMap((name) => {
      const values = valuesOf(attributes, name)
      return values.length > 0 ? [[name, values] as const] : []
    }),
  )
}

export function reissuedToken(identity: Identity): ReissuedToken {
  return { subject: identity.subject, methods: methodsOf(identity) }
}

/**
 * How the user signed in: what their OpenID provider says (OpenID Connect Core 2), and which configured provider that
 * was. Subjects of two providers may be the same text; by `amr` a trust policy tells them apart, so that no provider may
 * say `provider:` itself.
 */
function methodsOf({ protocol, provider, attributes }: Identity): readonly string[] {
  const stated = protocol === 'oidc' ? (attributes.get('amr') ?? []) : []
  return [...stated.filter((method) => !method.startsWith(PROVIDER)), `${PROVIDER}${provider}`]
}
