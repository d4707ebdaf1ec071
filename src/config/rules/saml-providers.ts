/** Rules about SAML identity providers. */
import { looksLikeUrl } from '../address.ts'
import { type ConfigIssue, showValue } from '../issue.ts'
import { forEach, type PartialConfig, type Rule } from '../partial-config.ts'
import type { FileProvider } from '../schema.ts'
import { durationWithin, readableFile, safeUrl } from './deployment.ts'

type SamlProvider = Extract<FileProvider, { protocol: 'saml' }>

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

const assertionAgeIsBounded: Rule = (draft) =>
  forEachSaml(draft, ({ maxAssertionAge }, index) =>
    durationWithin(['providers', index, 'maxAssertionAge'], maxAssertionAge, '1m', '24h'),
  )

const metadataValidityIsSane: Rule = (draft) =>
  forEachSaml(draft, ({ metadataMaxValidity }, index) =>
    metadataMaxValidity === undefined
      ? []
      : durationWithin(['providers', index, 'metadataMaxValidity'], metadataMaxValidity, '1h', '365d'),
  )

export const samlProviderRules = {
  metadataIsReachable,
  oneIdpOrDiscovery,
  discoveryBeginsHere,
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
