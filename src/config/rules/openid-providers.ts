/** Rules about OpenID providers. */

import { RESERVED_PARAMETERS } from '../../core/authorization-parameters.ts'
import { oidcPresetOf } from '../../presets/oidc-presets.ts'
import { isLoopback, isSafeUrl, parseWebUrl } from '../address.ts'
import { type ConfigIssue, showValue } from '../issue.ts'
import { forEach, type PartialConfig, type Rule } from '../partial-config.ts'
import type { FileProvider } from '../schema.ts'
import { readableFile } from './deployment.ts'

export type OidcProvider = Extract<FileProvider, { protocol: 'oidc' }>

const issuerIsSafe: Rule = (config) =>
  forEachOidc(config, ({ issuer, allowInsecureHttp }, index) => {
    if (issuer === undefined) return []
    const url = parseWebUrl(issuer)
    const issue = { path: ['providers', index, 'issuer'], found: showValue(issuer) }
    if (!url || !isSafeUrl(url)) return [{ ...issue, expected: 'an https URL' }]
    return url.protocol === 'https:' || allowInsecureHttp
      ? []
      : [{ ...issue, expected: 'an https URL, or allowInsecureHttp: true for this loopback issuer' }]
  })

const insecureHttpStaysOnLoopback: Rule = (config) =>
  forEachOidc(config, (provider, index) => {
    const urls = addressesOf(provider).map((address) => parseWebUrl(address))
    return provider.allowInsecureHttp && urls.some((url) => url && !isLoopback(url))
      ? [
          {
            path: ['providers', index, 'allowInsecureHttp'],
            expected: 'false, as the provider is not on loopback',
            found: 'true',
          },
        ]
      : []
  })

/** Where requests go: a provider without ID tokens has no issuer that is asked. */
function addressesOf(provider: OidcProvider): readonly string[] {
  const { issuer = '', endpoints = {} } = provider
  const service = oidcPresetOf(provider)?.service
  return service ? [endpoints.authorization ?? service.authorization, endpoints.api ?? service.api] : [issuer]
}

/** The credential that each client authentication method needs. */
const CREDENTIAL_OF = {
  client_secret_basic: 'clientSecret',
  client_secret_post: 'clientSecret',
  private_key_jwt: 'privateKey',
} as const

const clientAuthFitsTheCredentials: Rule = (config) =>
  forEachOidc(config, (provider, index) => {
    const { tokenEndpointAuthMethod: method, clientSecret, privateKey } = provider
    const path = ['providers', index, 'tokenEndpointAuthMethod']
    if (clientSecret !== undefined && privateKey !== undefined)
      return [{ path: ['providers', index, 'privateKey'], expected: 'no clientSecret beside it', found: 'both' }]
    if (method === undefined) return []
    if (method === 'none')
      return clientSecret === undefined && privateKey === undefined
        ? []
        : [{ path, expected: 'no clientSecret and no privateKey beside it', found: method }]
    const credential = CREDENTIAL_OF[method]
    return provider[credential] === undefined ? [{ path, expected: `${credential} beside it`, found: method }] : []
  })

const clientKeyIsReadable: Rule = (config, context) =>
  forEachOidc(config, (provider, index) =>
    (['privateKey', 'privateKeyCertificate'] as const).flatMap((key) => {
      const { [key]: file } = provider
      return file === undefined ? [] : readableFile(['providers', index, key], file, context)
    }),
  )

const clientKeySettingsHaveAKey: Rule = (config) =>
  forEachOidc(config, (provider, index) =>
    (['privateKeyId', 'privateKeyAlgorithm', 'privateKeyCertificate'] as const).flatMap((key) => {
      const { [key]: value, privateKey } = provider
      return value === undefined || privateKey !== undefined
        ? []
        : [{ path: ['providers', index, key], expected: 'privateKey beside it', found: showValue(value) }]
    }),
  )

const furtherParametersAreFree: Rule = (config) =>
  forEachOidc(config, ({ authorizationParams }, index) =>
    Object.keys(authorizationParams)
      .filter((name) => RESERVED_PARAMETERS.has(name))
      .map((name) => ({
        path: ['providers', index, 'authorizationParams', name],
        atKey: true,
        expected: "a parameter that is not the protocol's own",
        found: name,
      })),
  )

/** MAC algorithms sign with the client secret. */
const macAlgorithmsHaveASecret: Rule = (config) =>
  forEachOidc(config, ({ idTokenAlgs = [], clientSecret }, index) => {
    const found = idTokenAlgs.find((algorithm) => algorithm.startsWith('HS'))
    return found === undefined || clientSecret !== undefined
      ? []
      : [{ path: ['providers', index, 'idTokenAlgs'], expected: 'a clientSecret, which signs them', found }]
  })

/** AWS accepts only RS* and ES*, and verifies with published keys. */
const originalTokensSuitAws: Rule = (config) =>
  forEachOidc(config, ({ idTokenAlgs = [], exchange }, index) => {
    const found = idTokenAlgs.filter((algorithm) => !/^[RE]S/.test(algorithm)).join(', ')
    const expected = 'RS* and ES* only, as AWS accepts no other original token, or evidence: reissued'
    return exchange.evidence === 'original' && found !== ''
      ? [{ path: ['providers', index, 'idTokenAlgs'], expected, found }]
      : []
  })

/** OpenID Connect Core 3.1.2.1: this scope requests the ID token. */
const openidIsAskedFor: Rule = (config) =>
  forEachOidc(config, (provider, index) =>
    provider.scopes.includes('openid') || oidcPresetOf(provider)?.service !== undefined
      ? []
      : [
          {
            path: ['providers', index, 'scopes'],
            expected: 'openid among the scopes',
            found: provider.scopes.join(', '),
          },
        ],
  )

export const openIdProviderRules = {
  issuerIsSafe,
  insecureHttpStaysOnLoopback,
  clientAuthFitsTheCredentials,
  clientKeyIsReadable,
  clientKeySettingsHaveAKey,
  furtherParametersAreFree,
  macAlgorithmsHaveASecret,
  originalTokensSuitAws,
  openidIsAskedFor,
} as const satisfies Readonly<Record<string, Rule>>

/** Visits the valid OpenID providers. */
export function forEachOidc(
  { providers }: PartialConfig,
  check: (provider: OidcProvider, index: number) => readonly ConfigIssue[],
): readonly ConfigIssue[] {
  return forEach(providers, (provider, index) => (provider.protocol === 'oidc' ? check(provider, index) : []))
}
