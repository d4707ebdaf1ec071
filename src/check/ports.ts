/** What the checks need from outside. */
import type { KeyObject } from 'node:crypto'
import type { GatewayIdentifiers, KnownRoles } from '../access/role-trust.ts'
import type { BrandingConfig, IssuerConfig, KmsKeyConfig, SamlProviderConfig } from '../config/types.ts'
import type { Exposure } from '../issuer/key-file.ts'
import type { WebIdentityIssuer } from '../issuer/web-identity-issuer.ts'
import type { MetadataStatus } from '../saml/metadata-status.ts'

export interface CheckPorts {
  /** The gateway's own identifiers in trust policies. */
  readonly ourNames: GatewayIdentifiers
  /** The inventory of accounts and roles, if the configuration names one. */
  readonly catalog?: KnownRoles['known']
  now(): Date
  /** The text of a file; rejects when it cannot be read. */
  readText(path: string): Promise<string>
  /** Who else can use a private key; undefined: nobody, or there is no such file. */
  exposureOf(path: string): Promise<Exposure | undefined>
  /** The public key of a key in AWS KMS; rejects with the reason. */
  kmsPublicKey(key: KmsKeyConfig): Promise<KeyObject>
  /** Any response, redirects and errors included; rejects with a reason where none arrives in time. */
  ask(url: string, question?: Question): Promise<HttpAnswer>
  /** The gateway as issuer, with existing key files; none is created. Rejects where they cannot be used. */
  openIssuer(settings: IssuerConfig): Promise<WebIdentityIssuer>
  /** Rejects if a file of it cannot be used. */
  readBranding(branding: BrandingConfig): Promise<unknown>
  /** Never rejects: the status contains the problem. */
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
  /** By our clock: when the request was sent and when the response's head arrived. */
  readonly sentAt: Date
  readonly answeredAt: Date
}

/** Why a port rejected: the message of the error, or what was thrown instead of one. */
export function reasonIn(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  // fetch says "fetch failed" and hides the reason one level down.
  return error.cause instanceof Error ? error.cause.message : error.message
}
