/** What the checks need from outside. */
import type { IssuerConfig, SamlProviderConfig } from '../config/types.ts'
import type { FedgateError } from '../core/errors.ts'
import type { WebIdentityIssuer } from '../issuer/web-identity-issuer.ts'
import type { IdpMetadata } from '../saml/metadata.ts'

export interface CheckPorts {
  now(): Date
  /** The text of a file; rejects when it cannot be read. */
  readText(path: string): Promise<string>
  /** Any answer at all, redirects and errors included; rejects with a reason when there is none in time. */
  ask(url: string, question?: Question): Promise<HttpAnswer>
  /** The gateway as issuer, with the keys of its files; none is made. Rejects where they cannot be used. */
  openIssuer(settings: IssuerConfig): Promise<WebIdentityIssuer>
  /** Never rejects: what went wrong is among the facts. */
  readMetadata(provider: SamlProviderConfig): Promise<MetadataFacts>
}

export interface Question {
  readonly method: 'HEAD' | 'GET' | 'POST'
  /** A form, for POST. */
  readonly form?: Readonly<Record<string, string>>
}

export interface HttpAnswer {
  readonly status: number
  readonly text: string
  /** The Date header, which counts in whole seconds. RFC 9110, 6.6.1 */
  readonly date?: Date
  /** By our clock: when the question went out and when the answer's head was there. */
  readonly sentAt: Date
  readonly answeredAt: Date
}

/** What is known of a SAML provider's metadata after its source was asked. */
export interface MetadataFacts {
  /** Path or URL. */
  readonly source: string
  /** Where that which logins go by was read: now from its source, or from the last good copy. undefined: nothing is there. */
  readonly from?: 'source' | 'disk'
  /** When the source last had it. */
  readonly fetchedAt?: Date
  readonly validUntil?: Date
  /** Why what the source has now cannot be used. */
  readonly problem?: FedgateError
  /** The one identity provider. With discovery there are many, and none here. */
  readonly idp?: IdpMetadata
  readonly identityProviders: number
}
