/** The presets of OpenID and OAuth providers by name, and what the configuration asks of them. */
import { isObject } from '../core/json.ts'
import { amazon } from './oauth/amazon.ts'
import { facebook } from './oauth/facebook.ts'
import { auth0 } from './oidc/auth0.ts'
import { cognito } from './oidc/cognito.ts'
import { entra } from './oidc/entra.ts'
import { gitlab } from './oidc/gitlab.ts'
import { google } from './oidc/google.ts'
import { keycloak } from './oidc/keycloak.ts'
import { okta } from './oidc/okta.ts'
import type { OidcPreset, PresetParameter, PresetSettings } from './oidc-preset.ts'
import { presetParameters } from './oidc-preset.ts'

export const oidcPresetNames = [
  'google',
  'cognito',
  'entra',
  'okta',
  'auth0',
  'gitlab',
  'keycloak',
  'amazon',
  'facebook',
] as const

export type OidcPresetName = (typeof oidcPresetNames)[number]

/** In the order of the documentation. */
export const oidcPresets: Readonly<Record<OidcPresetName, OidcPreset>> = {
  google,
  cognito,
  entra,
  okta,
  auth0,
  gitlab,
  keycloak,
  amazon,
  facebook,
}

/** undefined: the provider has no preset. */
export function oidcPresetOf({ preset }: { readonly preset?: string | undefined }): OidcPreset | undefined {
  return preset !== undefined && isName(preset) ? oidcPresets[preset] : undefined
}

function isName(text: string): text is OidcPresetName {
  return Object.hasOwn(oidcPresets, text)
}

/** A provider as written in the file, with what its preset fills in. Anything but such a provider is unchanged. */
export function withOidcPreset(provider: unknown): unknown {
  if (!isObject(provider) || provider.protocol !== 'oidc' || typeof provider.preset !== 'string') return provider
  const preset = oidcPresetOf({ preset: provider.preset })
  if (!preset) return provider
  const written = parametersIn(provider)
  const issuer = preset.issuerOf(written)
  return { ...(issuer === undefined ? {} : { issuer }), ...preset.fills(written), ...provider }
}

/** Values of another type are left to the schema, which refuses them. */
function parametersIn(provider: Readonly<Record<string, unknown>>): Pick<PresetSettings, PresetParameter> {
  const names = Object.keys(presetParameters)
  return Object.fromEntries(Object.entries(provider).filter(([key, value]) => names.includes(key) && isText(value)))
}

function isText(value: unknown): value is string {
  return typeof value === 'string'
}
