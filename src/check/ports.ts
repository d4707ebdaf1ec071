/** What the checks need from outside. */
import type { GatewayIdentifiers } from '../access/role-trust.ts'
import type { IssuerConfig, SamlProviderConfig } from '../config/types.ts'
import type { WebIdentityIssuer } from '../issuer/web-identity-issuer.ts'
import type { MetadataStatus } from '../saml/metadata-status.ts'

export interface CheckPorts {
  /** The gateway's own names in trust policies. */
  readonly ourNames: GatewayIdentifiers
  now(): Date
  /** The text of a file; rejects when it cannot be read. */
  readText(path: string): Promise<string>
  /** Any answer at all, redirects and errors included; rejects with a reason when there is none in time. */
  ask(url: string, question?: Question): Promise<HttpAnswer>
  /** The gateway as issuer, with the keys of its files; none is made. Rejects where they cannot be used. */
  openIssuer(settings: IssuerConfig): Promise<WebIdentityIssuer>
  /** Never rejects: what went wrong is among the facts. */
  readMetadata(provider: SamlProviderConfig): Promise<MetadataStatus>
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
