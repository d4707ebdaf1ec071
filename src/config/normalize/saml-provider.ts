import { resolve } from 'node:path'
import { contextValues, requestableContexts } from '../../core/authentication/context.ts'
import { nameIdFormats } from '../../core/identity.ts'
import { type SamlPreset, SECOND_FACTOR } from '../../presets/saml/preset.ts'
import { samlPresets } from '../../presets/saml/presets.ts'
import { looksLikeUrl } from '../address.ts'
import type { FileProvider } from '../schema.ts'
import type { MetadataSource, SamlProviderConfig } from '../types.ts'
import { reissuedExchange } from './exchange.ts'
import { markFilter } from './trust-marks.ts'
import { optional, seconds } from './values.ts'

type FileSamlProvider = Extract<FileProvider, { protocol: 'saml' }>

/** By the names that the configuration may use. */
const formatsByName: ReadonlyMap<string, string> = new Map(Object.entries(nameIdFormats))

/** Short names of attributes that identify the subject; Subject Identifier Attributes Profile 1.0, 3.3 and 3.4. */
const subjectIds: ReadonlyMap<string, string> = new Map([
  ['subject-id', 'urn:oasis:names:tc:SAML:attribute:subject-id'],
  ['pairwise-id', 'urn:oasis:names:tc:SAML:attribute:pairwise-id'],
])

/** The audience that AWS requires in an assertion that is passed on to it. */
const AWS_AUDIENCE = 'urn:amazon:webservices'

export function samlProviderOf(provider: FileSamlProvider, baseUrl: string, folder: string): SamlProviderConfig {
  const {
    id,
    entityId,
    subject,
    clockSkew,
    maxAssertionAge,
    label,
    metadataCertificate,
    metadataMaxValidity,
    nameIdFormat,
    preset,
    authnContext,
    authnContextRanking,
    idps,
    discoveryService,
    stsDecrypts: _,
    ...same
  } = provider
  return {
    ...same,
    id,
    label: label ?? id,
    metadata: metadataOf(provider, folder),
    ...optional(
      'metadataCertificate',
      metadataCertificate === undefined ? undefined : resolve(folder, metadataCertificate),
    ),
    ...optional(
      'metadataMaxValiditySeconds',
      metadataMaxValidity === undefined ? undefined : seconds(metadataMaxValidity),
    ),
    ...optional('entityId', entityId),
    ...optional('idps', idps && markFilter(idps)),
    ...optional('discoveryService', discoveryService),
    ...optional(
      'nameIdFormat',
      nameIdFormat === undefined ? undefined : (formatsByName.get(nameIdFormat) ?? nameIdFormat),
    ),
    ...optional('preset', samlPresets.get(preset ?? '')),
    authnContext: authnContext.flatMap((name) => classesOf(name, samlPresets.get(preset ?? ''))),
    authnContextRanking: authnContextRanking.flatMap(samlContexts),
    spEntityId: spEntityIdOf(provider, baseUrl),
    exchange: samlExchangeOf(provider),
    clockSkewSeconds: seconds(clockSkew),
    maxAssertionAgeSeconds: seconds(maxAssertionAge),
    subject: subjectOf(subject),
  }
}

/** Multi-factor authentication as the product names it; what it has no name for, as SAML. */
function classesOf(name: string, preset: SamlPreset | undefined): readonly string[] {
  const isMfa = name === 'mfa' || SECOND_FACTOR.includes(name)
  return isMfa && preset?.mfa.by === 'class' ? preset.mfa.classes : samlContexts(name)
}

/** Of a known name only URIs: SAML has no methods. */
function samlContexts(name: string): readonly string[] {
  return requestableContexts(contextValues(name), 'saml')
}

function metadataOf({ metadata }: FileSamlProvider, folder: string): MetadataSource {
  if (typeof metadata !== 'string') return { kind: 'mdq', url: metadata.mdq.replace(/\/+$/, '') }
  return looksLikeUrl(metadata) ? { kind: 'url', url: metadata } : { kind: 'file', path: resolve(folder, metadata) }
}

function spEntityIdOf({ id, spEntityId, exchange }: FileSamlProvider, baseUrl: string): string {
  return spEntityId ?? (exchange.evidence === 'original' ? AWS_AUDIENCE : `${baseUrl}/saml/${id}/metadata`)
}

function samlExchangeOf({ id, exchange, stsDecrypts }: FileSamlProvider): SamlProviderConfig['exchange'] {
  return exchange.evidence === 'original'
    ? { via: 'saml', evidence: 'original', provider: exchange.provider ?? id, stsDecrypts }
    : reissuedExchange(exchange)
}

function subjectOf(subject: string): SamlProviderConfig['subject'] {
  return subject === 'nameId' ? { kind: 'nameId' } : { kind: 'attribute', name: subjectIds.get(subject) ?? subject }
}
