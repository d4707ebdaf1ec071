/** Checks on a SAML identity provider with a preset: what the preset expects, and what there is. */
import type { SamlProviderConfig } from '../config/types.ts'
import { nameIdFormats } from '../core/identity.ts'
import { type CheckResults, type Checks, failed, passed } from '../core/verdict.ts'
import { productOf } from '../presets/saml/presets.ts'
import type { IdpMetadata } from '../saml/metadata.ts'

interface Provider {
  readonly settings: SamlProviderConfig
  readonly metadata: { readonly idp?: IdpMetadata }
}

export const samlPresetChecks = {
  presetFillsIn,
  metadataIsOfTheProduct,
  metadataSuitsTheGateway,
  responsesShouldBeSigned,
  awsApplicationStaysApart,
} as const satisfies Checks<Provider>

/** What the preset filled in, or what the configuration has instead. */
function presetFillsIn({ settings }: Provider): CheckResults {
  const { preset } = settings
  if (!preset) return []
  const values = Object.entries(preset.fills).map(([key, filled]) => {
    const value = shownValue(settings, key)
    return value === String(filled) ? `${key}: ${value}` : `${key}: ${value} (the preset has ${filled})`
  })
  return passed([preset.product, ...values].join(', '), 'preset')
}

/** As the configuration writes it. */
function shownValue(settings: SamlProviderConfig, key: string): string {
  const { nameIdFormat, subject } = settings
  const shortFormat = Object.entries(nameIdFormats).find(([, uri]) => uri === nameIdFormat)?.[0]
  if (key === 'nameIdFormat') return shortFormat ?? nameIdFormat ?? 'none'
  if (key === 'subject') return subject.kind === 'nameId' ? 'nameId' : subject.name.replace(/^.*:attribute:/, '')
  return String(settings[key as keyof SamlProviderConfig])
}

/** Metadata of another known product is certainly wrong; an address of one's own may hide the right one. */
function metadataIsOfTheProduct({ settings: { preset }, metadata: { idp } }: Provider): CheckResults {
  if (!preset || !idp) return []
  const found = [idp.entityId, idp.singleSignOn.redirect ?? idp.singleSignOn.post].filter(Boolean).join(' with ')
  const product = productOf(idp, preset)
  if (product === preset) return passed(found)
  if (product) return failed(`metadata of ${preset.product}`, `that of ${product.product}: ${found}`, 'preset')
  return { ...passed(found), warning: `${preset.product} usually has ${preset.metadata.looksLike}` }
}

/** Metadata of an application that sends users elsewhere. */
function metadataSuitsTheGateway({ settings: { preset }, metadata: { idp } }: Provider): CheckResults {
  const unsuited = preset?.metadata.unsuited
  if (!unsuited || !idp) return []
  const url = [idp.singleSignOn.redirect, idp.singleSignOn.post].find((each) => unsuited.signOnUrl.test(each ?? ''))
  return url === undefined ? [] : failed(unsuited.expected, `${unsuited.found}: ${url}`, 'SingleSignOnService')
}

/** The preset made the gateway accept what the product sends by default; there is something better. */
function responsesShouldBeSigned({ settings }: Provider): CheckResults {
  const { preset, acceptCbcWithoutSignedResponse, signature } = settings
  if (!preset?.fills.acceptCbcWithoutSignedResponse || !acceptCbcWithoutSignedResponse) return []
  if (signature === 'response' || signature === 'both') return []
  return {
    ...passed('acceptCbcWithoutSignedResponse: true'),
    warning: `better: let ${preset.product} sign the response, and set signature: both and acceptCbcWithoutSignedResponse: false`,
  }
}

/** With AWS's own entityID, another application at the identity provider may have it already. */
function awsApplicationStaysApart({ settings: { preset, spEntityId } }: Provider): CheckResults {
  if (!preset || !spEntityId.startsWith('urn:amazon:webservices')) return []
  const { collides, note } = preset.notes.awsApplication
  return collides ? { ...passed(spEntityId, 'spEntityId'), warning: plain(note) } : passed(plain(note))
}

/** Without the backquotes that pages need. */
function plain(text: string): string {
  return text.replaceAll('`', '')
}
