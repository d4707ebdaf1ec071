import type { IdpMetadata } from '../../saml/metadata.ts'
import { adfs } from './adfs.ts'
import { entra } from './entra.ts'
import { googleWorkspace } from './google-workspace.ts'
import { jumpcloud } from './jumpcloud.ts'
import { keycloak } from './keycloak.ts'
import { okta } from './okta.ts'
import { onelogin } from './onelogin.ts'
import { pingfederate } from './pingfederate.ts'
import type { SamlPreset } from './preset.ts'
import { shibboleth } from './shibboleth.ts'
import { simplesamlphp } from './simplesamlphp.ts'

export type RecognizableMetadata = Pick<IdpMetadata, 'entityId' | 'singleSignOn'>

const all: readonly SamlPreset[] = [
  okta,
  entra,
  adfs,
  googleWorkspace,
  keycloak,
  shibboleth,
  simplesamlphp,
  pingfederate,
  onelogin,
  jumpcloud,
]

/** By the value of `preset` in the configuration. */
export const samlPresets: ReadonlyMap<string, SamlPreset> = new Map(all.map((preset) => [preset.id, preset]))

/** Those values, for the schema. */
export const samlPresetIds = all.map(({ id }) => id)

/** The product whose metadata this is, as far as it can be recognized; `wanted` first, as traits can fit several. */
export function productOf(metadata: RecognizableMetadata, wanted: SamlPreset): SamlPreset | undefined {
  return [wanted, ...all].find((preset) => isMetadataOf(preset, metadata))
}

/** The vendor that hosts that address of metadata; undefined: nobody's that is known. */
export function hostOf(metadataUrl: string): SamlPreset | undefined {
  return all.find(({ metadata: { sourceUrl } }) => sourceUrl?.test(metadataUrl))
}

function isMetadataOf({ metadata }: SamlPreset, { entityId, singleSignOn }: RecognizableMetadata): boolean {
  const { redirect, post } = singleSignOn
  const signOnUrls = [redirect, post].filter((url) => url !== undefined)
  return (
    (metadata.entityId?.test(entityId) ?? true) &&
    (metadata.signOnUrl === undefined || signOnUrls.some((url) => metadata.signOnUrl?.test(url)))
  )
}
