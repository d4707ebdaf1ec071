/** Rules about SAML identity providers. */
import { looksLikeUrl } from '../address.ts'
import { type ConfigIssue, showValue } from '../issue.ts'
import { forEach, type PartialConfig, type Rule } from '../partial-config.ts'
import type { FileProvider } from '../schema.ts'
import { durationWithin, readableFile, safeUrl } from './deployment.ts'

type SamlProvider = Extract<FileProvider, { protocol: 'saml' }>

const metadataIsReachable: Rule = (config, context) =>
  forEachSaml(config, ({ metadata, metadataCertificate }, index) => {
    const path = ['providers', index, 'metadata']
    const certificate =
      metadataCertificate === undefined
        ? []
        : readableFile(['providers', index, 'metadataCertificate'], metadataCertificate, context)
    if (typeof metadata !== 'string') return [...safeUrl([...path, 'mdq'], metadata.mdq), ...certificate]
    return [
      ...(looksLikeUrl(metadata) ? safeUrl(path, metadata) : readableFile(path, metadata, context)),
      ...certificate,
    ]
  })

/** Either the configuration names the identity provider, or the user chooses one. */
const oneIdpOrDiscovery: Rule = (config) =>
  forEachSaml(config, ({ metadata, entityId, discovery }, index) => {
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
            expected: 'entityId beside it, whose metadata is requested, or discovery: true',
            found: 'neither',
          },
        ]
      : []
  })

/** With several identity providers, only the gateway's own request tells which one must respond. */
const discoveryBeginsHere: Rule = (config) =>
  forEachSaml(config, ({ discovery, allowIdpInitiated }, index) =>
    discovery && allowIdpInitiated
      ? [
          {
            path: ['providers', index, 'allowIdpInitiated'],
            expected: 'false, as with discovery: true only the chosen identity provider may respond',
            found: 'true',
          },
        ]
      : [],
  )

/** Both are about the choice. */
const choicesNeedDiscovery: Rule = (config) =>
  forEachSaml(config, ({ discovery, idps, discoveryService }, index) => {
    const found = idps ? 'idps' : discoveryService === undefined ? undefined : 'discoveryService'
    if (found === undefined) return []
    const path = ['providers', index, found]
    if (!discovery) return [{ path, atKey: true, expected: 'discovery: true beside it', found: 'discovery: false' }]
    return discoveryService === undefined ? [] : safeUrl(['providers', index, 'discoveryService'], discoveryService)
  })

/** Each identity provider could grant itself every role that trusts the gateway. */
const discoveredRolesAreNotBelieved: Rule = (config) =>
  forEachSaml(config, ({ discovery, exchange, rolesFromAssertion }, index) =>
    discovery && rolesFromAssertion && exchange.evidence === 'reissued'
      ? [
          {
            path: ['providers', index, 'rolesFromAssertion'],
            expected: 'false, as with discovery: true any identity provider of the federation could grant any role',
            found: 'true',
          },
        ]
      : [],
  )

/** STS reads the original response, so it needs the decryption key if that is encrypted. */
const encryptionFitsTheEvidence: Rule = (config) =>
  forEachSaml(config, ({ exchange, stsDecrypts, wantAssertionsEncrypted }, index) => {
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

const clockSkewIsSmall: Rule = (config) =>
  forEachSaml(config, ({ clockSkew }, index) =>
    durationWithin(['providers', index, 'clockSkew'], clockSkew, '1s', '180s'),
  )

const assertionAgeIsBounded: Rule = (config) =>
  forEachSaml(config, ({ maxAssertionAge }, index) =>
    durationWithin(['providers', index, 'maxAssertionAge'], maxAssertionAge, '1m', '24h'),
  )

const metadataValidityIsSane: Rule = (config) =>
  forEachSaml(config, ({ metadataMaxValidity }, index) =>
    metadataMaxValidity === undefined
      ? []
      : durationWithin(['providers', index, 'metadataMaxValidity'], metadataMaxValidity, '1h', '365d'),
  )

export const samlProviderRules = {
  metadataIsReachable,
  oneIdpOrDiscovery,
  discoveryBeginsHere,
  choicesNeedDiscovery,
  discoveredRolesAreNotBelieved,
  encryptionFitsTheEvidence,
  clockSkewIsSmall,
  assertionAgeIsBounded,
  metadataValidityIsSane,
} as const satisfies Readonly<Record<string, Rule>>

function forEachSaml(
  { providers }: PartialConfig,
  check: (provider: SamlProvider, index: number) => readonly ConfigIssue[],
): readonly ConfigIssue[] {
  return forEach(providers, (provider, index) => (provider.protocol === 'saml' ? check(provider, index) : []))
}
