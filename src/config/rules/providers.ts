/** Rules about the identity providers. */
import { RESERVED_PARAMETERS } from '../../core/authorization-parameters.ts'
import { isLoopback, isSafeUrl, looksLikeUrl, parseWebUrl } from '../address.ts'
import { type Draft, forEach, type Rule } from '../draft.ts'
import { type Complaint, showValue } from '../problem.ts'
import type { FileProvider } from '../schema.ts'
import { durationWithin, readableFile, safeUrl } from './deployment.ts'

type OidcProvider = Extract<FileProvider, { protocol: 'oidc' }>
type SamlProvider = Extract<FileProvider, { protocol: 'saml' }>

const forEachSaml = (
  { providers }: Draft,
  check: (provider: SamlProvider, index: number) => readonly Complaint[],
): readonly Complaint[] =>
  forEach(providers, (provider, index) => (provider.protocol === 'saml' ? check(provider, index) : []))

const forEachOidc = (
  { providers }: Draft,
  check: (provider: OidcProvider, index: number) => readonly Complaint[],
): readonly Complaint[] =>
  forEach(providers, (provider, index) => (provider.protocol === 'oidc' ? check(provider, index) : []))

const providerIdsAreUnique: Rule = ({ providers }) => {
  const ids = (providers ?? []).map((provider) => provider?.id)
  return forEach(providers, ({ id }, index) =>
    ids.indexOf(id) < index
      ? [{ path: ['providers', index, 'id'], expected: 'an id that no other provider has', found: showValue(id) }]
      : [],
  )
}

/** /login/finish is where every login ends: a provider of that name could not be reached. */
const providerIdIsFree: Rule = ({ providers }) =>
  forEach(providers, ({ id }, index) =>
    id === 'finish'
      ? [
          {
            path: ['providers', index, 'id'],
            expected: 'another id: this one is taken by /login/finish',
            found: showValue(id),
          },
        ]
      : [],
  )

const metadataIsReachable: Rule = (draft, facts) =>
  forEachSaml(draft, ({ metadata, metadataCertificate }, index) => {
    const path = ['providers', index, 'metadata']
    const certificate =
      metadataCertificate === undefined
        ? []
        : readableFile(['providers', index, 'metadataCertificate'], metadataCertificate, facts)
    if (typeof metadata !== 'string') return [...safeUrl([...path, 'mdq'], metadata.mdq), ...certificate]
    return [...(looksLikeUrl(metadata) ? safeUrl(path, metadata) : readableFile(path, metadata, facts)), ...certificate]
  })

/** Either the configuration picks the one identity provider, or the person does. */
const oneIdpOrDiscovery: Rule = (draft) =>
  forEachSaml(draft, ({ metadata, entityId, discovery }, index) => {
    if (discovery && entityId !== undefined)
      return [
        {
          path: ['providers', index, 'entityId'],
          expected: 'no entityId beside discovery: true',
          found: showValue(entityId),
        },
      ]
    return typeof metadata !== 'string' && !discovery && entityId === undefined
      ? [
          {
            path: ['providers', index, 'metadata', 'mdq'],
            expected: 'entityId beside it, which says whose metadata to ask for, or discovery: true',
            found: 'neither',
          },
        ]
      : []
  })

/** Among many, only the login that began here says who was asked. */
const discoveryBeginsHere: Rule = (draft) =>
  forEachSaml(draft, ({ discovery, allowIdpInitiated }, index) =>
    discovery && allowIdpInitiated
      ? [
          {
            path: ['providers', index, 'allowIdpInitiated'],
            expected: 'false, as with discovery: true only the identity provider that was asked may answer',
            found: 'true',
          },
        ]
      : [],
  )

/** Each of them could grant itself every role that trusts the gateway. */
const discoveredRolesAreNotBelieved: Rule = (draft) =>
  forEachSaml(draft, ({ discovery, exchange, rolesFromAssertion }, index) =>
    discovery && rolesFromAssertion && exchange.evidence === 'reissued'
      ? [
          {
            path: ['providers', index, 'rolesFromAssertion'],
            expected: 'false, as with discovery: true any identity provider of the federation could name any role',
            found: 'true',
          },
        ]
      : [],
  )

/** STS reads what the identity provider sent, so that it needs the key wherever that is encrypted. */
const encryptionFitsTheEvidence: Rule = (draft) =>
  forEachSaml(draft, ({ exchange, stsDecrypts, wantAssertionsEncrypted }, index) => {
    if (stsDecrypts && exchange.evidence === 'reissued')
      return [
        {
          path: ['providers', index, 'stsDecrypts'],
          expected: 'false, as AWS sees only what the gateway reissues',
          found: 'true',
        },
      ]
    return wantAssertionsEncrypted && exchange.evidence === 'original' && !stsDecrypts
      ? [
          {
            path: ['providers', index, 'wantAssertionsEncrypted'],
            expected: "false, or stsDecrypts: true where IAM's SAML provider holds the decryption key",
            found: 'true',
          },
        ]
      : []
  })

const clockSkewIsSmall: Rule = (draft) =>
  forEachSaml(draft, ({ clockSkew }, index) =>
    durationWithin(['providers', index, 'clockSkew'], clockSkew, '1s', '180s'),
  )

const issuerIsSafe: Rule = (draft) =>
  forEachOidc(draft, ({ issuer, allowInsecureHttp }, index) => {
    const url = parseWebUrl(issuer)
    const complaint = { path: ['providers', index, 'issuer'], found: showValue(issuer) }
    if (!url || !isSafeUrl(url)) return [{ ...complaint, expected: 'an https URL' }]
    return url.protocol === 'https:' || allowInsecureHttp
      ? []
      : [{ ...complaint, expected: 'an https URL, or allowInsecureHttp: true for this loopback issuer' }]
  })

const insecureHttpStaysOnLoopback: Rule = (draft) =>
  forEachOidc(draft, ({ issuer, allowInsecureHttp }, index) => {
    const url = parseWebUrl(issuer)
    return allowInsecureHttp && url && !isLoopback(url)
      ? [
          {
            path: ['providers', index, 'allowInsecureHttp'],
            expected: 'false, as the issuer is not on loopback',
            found: 'true',
          },
        ]
      : []
  })

/** What each way of proving who we are needs. */
const CREDENTIAL_OF = {
  client_secret_basic: 'clientSecret',
  client_secret_post: 'clientSecret',
  private_key_jwt: 'privateKey',
} as const

const clientAuthFitsTheCredentials: Rule = (draft) =>
  forEachOidc(draft, (provider, index) => {
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

const clientKeyIsReadable: Rule = (draft, facts) =>
  forEachOidc(draft, ({ privateKey }, index) =>
    privateKey === undefined ? [] : readableFile(['providers', index, 'privateKey'], privateKey, facts),
  )

const furtherParametersAreFree: Rule = (draft) =>
  forEachOidc(draft, ({ authorizationParams }, index) =>
    Object.keys(authorizationParams)
      .filter((name) => RESERVED_PARAMETERS.has(name))
      .map((name) => ({
        path: ['providers', index, 'authorizationParams', name],
        atKey: true,
        expected: "a parameter that is not the protocol's own",
        found: name,
      })),
  )

/** Whoever knows the client secret can sign with these: without one nobody can. */
const macAlgorithmsHaveASecret: Rule = (draft) =>
  forEachOidc(draft, ({ idTokenAlgs = [], clientSecret }, index) => {
    const found = idTokenAlgs.find((algorithm) => algorithm.startsWith('HS'))
    return found === undefined || clientSecret !== undefined
      ? []
      : [{ path: ['providers', index, 'idTokenAlgs'], expected: 'a clientSecret, with which they are signed', found }]
  })

/** AWS takes RS* and ES*, and verifies with published keys. */
const originalTokensSuitAws: Rule = (draft) =>
  forEachOidc(draft, ({ idTokenAlgs = [], exchange }, index) => {
    const found = idTokenAlgs.filter((algorithm) => !/^[RE]S/.test(algorithm)).join(', ')
    const expected = 'RS* and ES* only, as AWS takes no other original token, or evidence: reissued'
    return exchange.evidence === 'original' && found !== ''
      ? [{ path: ['providers', index, 'idTokenAlgs'], expected, found }]
      : []
  })

const OWN_WAY = { saml: 'saml', oidc: 'web-identity' } as const

/** A SAML response is no web identity, and a token is no SAML response: only what the gateway signs crosses over. */
const originalEvidenceKeepsItsProtocol: Rule = ({ providers }) =>
  forEach(providers, ({ protocol, exchange }, index) => {
    const { via, evidence } = exchange
    if (evidence === 'reissued' || via === OWN_WAY[protocol]) return []
    const expected = `${OWN_WAY[protocol]}, or evidence: reissued, as AWS takes original evidence of ${protocol} no other way`
    return [{ path: ['providers', index, 'exchange', 'via'], expected, found: via }]
  })

const samlProviderBelongsToSaml: Rule = ({ providers }) =>
  forEach(providers, ({ exchange: { via, provider } }, index) =>
    via === 'saml' || provider === undefined
      ? []
      : [
          {
            path: ['providers', index, 'exchange', 'provider'],
            expected: 'nothing, as it names a SAML provider, and this exchange is via web-identity',
            found: showValue(provider),
          },
        ],
  )

/** OpenID Connect Core 3.1.2.1: without this scope there is no ID token. */
const openidIsAskedFor: Rule = (draft) =>
  forEachOidc(draft, ({ scopes }, index) =>
    scopes.includes('openid')
      ? []
      : [{ path: ['providers', index, 'scopes'], expected: 'openid among the scopes', found: scopes.join(', ') }],
  )

export const providerRules = {
  providerIdsAreUnique,
  providerIdIsFree,
  metadataIsReachable,
  oneIdpOrDiscovery,
  discoveryBeginsHere,
  discoveredRolesAreNotBelieved,
  encryptionFitsTheEvidence,
  clockSkewIsSmall,
  issuerIsSafe,
  insecureHttpStaysOnLoopback,
  clientAuthFitsTheCredentials,
  clientKeyIsReadable,
  furtherParametersAreFree,
  macAlgorithmsHaveASecret,
  originalTokensSuitAws,
  originalEvidenceKeepsItsProtocol,
  samlProviderBelongsToSaml,
  openidIsAskedFor,
} as const satisfies Readonly<Record<string, Rule>>
