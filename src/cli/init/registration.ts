/** What to enter at the identity provider, in the words of its screen where the preset knows them. */
import { acsUrl, callbackUrl, sloUrl } from '../../gateway/providers.ts'
import type { OidcPresetName } from '../../presets/oidc-presets.ts'
import { oidcPresetOf } from '../../presets/oidc-presets.ts'
import type { ScreenField } from '../../presets/saml/preset.ts'
import { samlPresets } from '../../presets/saml/presets.ts'

export interface ToRegister {
  readonly baseUrl: string
  readonly id: string
  readonly protocol: 'saml' | 'oidc'
  readonly preset?: string
}

interface Field {
  readonly label: string
  readonly value: string
}

/** Where the products have the address that users come back to, and the one after a sign-out. */
interface OpenIdScreen {
  readonly redirectUri: string
  readonly signedOut?: string
}

const screens: Readonly<Record<OidcPresetName, OpenIdScreen>> = {
  google: { redirectUri: 'Authorized redirect URIs' },
  cognito: { redirectUri: 'Allowed callback URLs', signedOut: 'Allowed sign-out URLs' },
  entra: { redirectUri: 'Redirect URI (platform Web)' },
  okta: { redirectUri: 'Sign-in redirect URIs', signedOut: 'Sign-out redirect URIs' },
  auth0: { redirectUri: 'Allowed Callback URLs', signedOut: 'Allowed Logout URLs' },
  gitlab: { redirectUri: 'Redirect URI' },
  keycloak: { redirectUri: 'Valid redirect URIs', signedOut: 'Valid post logout redirect URIs' },
  amazon: { redirectUri: 'Allowed Return URLs' },
  facebook: { redirectUri: 'Valid OAuth Redirect URIs' },
}

/** A heading, a line for each field, how groups are released there, and the guide. */
export function registrationLines(asked: ToRegister): readonly string[] {
  const { product, fields, groups, guide } = asked.protocol === 'saml' ? samlScreen(asked) : openIdScreen(asked)
  const width = Math.max(...fields.map(({ label }) => label.length))
  return [
    `Enter at ${product}:`,
    ...fields.map(({ label, value }) => `  ${label.padEnd(width)}  ${value}`),
    ...(groups === undefined ? [] : [`  ${groups}`]),
    ...(guide === undefined ? [] : [`  Guide: docs/providers/${guide}`]),
  ]
}

function samlScreen({ baseUrl, id, preset: name }: ToRegister) {
  const metadataUrl = `${baseUrl}/saml/${id}/metadata`
  const values = {
    acsUrl: acsUrl(baseUrl, id),
    spEntityId: metadataUrl,
    metadataUrl,
    sloUrl: sloUrl(baseUrl, id),
    baseUrl,
  } as const satisfies Record<ScreenField['value'], string>
  const preset = samlPresets.get(name ?? '')
  const fields: readonly Field[] = preset
    ? preset.screen.map(({ label, value }) => ({ label, value: values[value] }))
    : [
        { label: 'Metadata of the service provider', value: metadataUrl },
        { label: 'or: assertion consumer service (ACS) URL, POST', value: values.acsUrl },
        { label: 'and: entity ID (audience)', value: values.spEntityId },
      ]
  return {
    product: preset?.product ?? 'the identity provider',
    fields,
    groups: sentence('Groups', preset?.notes.groups),
    guide: preset && `saml-${preset.id}.md`,
  }
}

function openIdScreen({ baseUrl, id, preset: name }: ToRegister) {
  const preset = oidcPresetOf({ ...(name === undefined ? {} : { preset: name }) })
  const screen: OpenIdScreen =
    preset && name !== undefined && isScreen(name)
      ? screens[name]
      : { redirectUri: 'Redirect URI', signedOut: 'Post-logout redirect URI' }
  const fields: readonly Field[] = [
    { label: screen.redirectUri, value: callbackUrl(baseUrl, id) },
    ...(screen.signedOut === undefined ? [] : [{ label: screen.signedOut, value: `${baseUrl}/logout` }]),
  ]
  return {
    product: preset?.name ?? 'the OpenID provider',
    fields,
    groups: sentence('Claim with the groups', preset?.groups),
    guide: preset?.guide,
  }
}

function sentence(heading: string, text: string | undefined): string | undefined {
  return text === undefined ? undefined : `${heading}: ${text.replaceAll('`', '')}`
}

function isScreen(name: string): name is OidcPresetName {
  return Object.hasOwn(screens, name)
}
