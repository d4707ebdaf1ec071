import type { ServerMetadata } from 'openid-client'
import { type Check, failed, passed, runChecks, throwFirstFailure } from '../core/verdict.ts'
import { cut, OidcError, type OidcErrorCode } from './errors.ts'
import { ID_TOKEN_ALGORITHMS, MAC_ALGORITHMS, type OidcSettings } from './settings.ts'

/** A discovery document as received: JSON, not yet checked. */
type Document = Readonly<Record<string, unknown>>

/** What is expected of a document. */
type Expected = Pick<OidcSettings, 'issuer' | 'issuerTemplate' | 'allowInsecureHttp' | 'idTokenAlgs' | 'par'>

/** The members that a login requires, and those that it uses if present. OpenID Connect Discovery 1.0, 3 */
const NEEDED = ['authorization_endpoint', 'token_endpoint', 'jwks_uri'] as const
const USED = [...NEEDED, 'userinfo_endpoint', 'end_session_endpoint', 'pushed_authorization_request_endpoint'] as const

/** Discovery 1.0, 4.3: identical, not merely equivalent. */
const issuerIsAsConfigured: Check<Document, Expected> = ({ issuer }, { issuer: configured, issuerTemplate }) => {
  const expected = issuerTemplate ?? configured
  return issuer === expected ? passed() : failed(expected, show(issuer), 'issuer')
}

/** Placeholders in it, as in Entra ID's `common` and `organizations`: each tenant's tokens name their own issuer. */
const issuerIsOfOneTenant: Check<Document, Expected> = ({ issuer }, { issuerTemplate }) =>
  issuerTemplate === undefined && typeof issuer === 'string' && /\{[^{}]*\}/.test(issuer)
    ? failed('the issuer of one tenant', show(issuer), 'issuer')
    : passed()

const endpointsAreThere: Check<Document, Expected> = (document, expected) => {
  const needed = isPushed(document, expected) ? [...NEEDED, 'pushed_authorization_request_endpoint'] : NEEDED
  const missing = needed.find((name) => typeof document[name] !== 'string')
  return missing === undefined ? passed() : failed('a URL', show(document[missing]), missing)
}

/** RFC 9700 2.6 */
const endpointsAreSecure: Check<Document, Expected> = (document, { allowInsecureHttp }) => {
  const insecure = USED.find((name) => name in document && !isSecureUrl(document[name], allowInsecureHttp))
  return insecure === undefined ? passed() : failed('https', show(document[insecure]), insecure)
}

const someAlgorithmIsAllowed: Check<Document, Expected> = (document, settings) =>
  allowedAlgorithms(document, settings).length > 0
    ? passed()
    : failed(
        (settings.idTokenAlgs ?? ID_TOKEN_ALGORITHMS).join(' '),
        show(document.id_token_signing_alg_values_supported),
        'id_token_signing_alg_values_supported',
      )

/** What a discovery document must satisfy before anything in it is used. */
export const metadataChecks = {
  issuerIsOfOneTenant,
  issuerIsAsConfigured,
  endpointsAreThere,
  endpointsAreSecure,
  someAlgorithmIsAllowed,
}

const codes: Readonly<Record<keyof typeof metadataChecks, OidcErrorCode>> = {
  issuerIsOfOneTenant: 'oidc.discovery_many_tenants',
  issuerIsAsConfigured: 'oidc.discovery_issuer_mismatch',
  endpointsAreThere: 'oidc.discovery_incomplete',
  endpointsAreSecure: 'oidc.insecure_url',
  someAlgorithmIsAllowed: 'oidc.discovery_incomplete',
}

/**
 * Discovery 1.0, 3: a provider must list its algorithms, RS256 among them. One without a list is assumed to have that
 * one.
 */
const DEFAULT_ALGORITHMS = ['RS256']

const LOOPBACK = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/

/** OpenID Connect Discovery 1.0, 4.1 */
export function discoveryUrl(issuer: string): string {
  return `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`
}

/** The document, if it passed every check. Throws OidcError. */
export function toProviderMetadata(document: Document, settings: Expected): ServerMetadata {
  const verdict = runChecks(metadataChecks, document, settings)
  throwFirstFailure(verdict, codes, (code, failure) => new OidcError(code, failure, verdict))
  return { ...document, issuer: settings.issuer }
}

/** The configured algorithms, or those of the provider that need no shared secret. Never `none`. */
export function allowedAlgorithms(
  document: Document,
  { idTokenAlgs }: Pick<OidcSettings, 'idTokenAlgs'>,
): readonly string[] {
  if (idTokenAlgs) return [...ID_TOKEN_ALGORITHMS, ...MAC_ALGORITHMS].filter((one) => idTokenAlgs.includes(one))
  const { id_token_signing_alg_values_supported: offered = DEFAULT_ALGORITHMS } = document
  return ID_TOKEN_ALGORITHMS.filter((algorithm) => Array.isArray(offered) && offered.includes(algorithm))
}

/** Whether authorization requests are first pushed to the provider. RFC 9126 5 */
export function isPushed(metadata: object, { par = 'auto' }: Pick<OidcSettings, 'par'>): boolean {
  return (
    par === 'always' ||
    ('require_pushed_authorization_requests' in metadata && metadata.require_pushed_authorization_requests === true)
  )
}

/** https, or http on this machine if that is allowed. */
export function isSecureUrl(url: unknown, allowInsecureHttp: boolean): boolean {
  if (typeof url !== 'string' || !URL.canParse(url)) return false
  const { protocol, hostname } = new URL(url)
  return protocol === 'https:' || (protocol === 'http:' && allowInsecureHttp && LOOPBACK.test(hostname))
}

function show(value: unknown): string {
  return value === undefined ? 'nothing' : cut(JSON.stringify(value))
}
