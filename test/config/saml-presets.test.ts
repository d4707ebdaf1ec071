/** `preset` of a SAML provider: what it fills in, what the operator's own values do, and what it refuses. */
import { describe, expect, it } from 'vitest'
import type { SamlProviderConfig } from '../../src/config/types.ts'
import { REFEDS_MFA } from '../../src/presets/saml/preset.ts'
import { hostOf, samlPresetIds, samlPresets } from '../../src/presets/saml/presets.ts'
import { changed, parse, problemsOf } from './sample.ts'

const withKeys = (...lines: readonly string[]): string => changed('clockSkew: 60s', lines.join('\n    '))

const withMetadata = (metadata: string, ...lines: readonly string[]): string =>
  withKeys(...lines).replace('metadata: ./idp.xml', `metadata: ${metadata}`)

const settingsOf = (text: string): SamlProviderConfig => {
  const provider = parse(text).providers.find(({ id }) => id === 'corp')
  if (provider?.protocol !== 'saml') throw new Error('no SAML provider')
  return provider
}

/** Line and path of each problem. */
const placesOf = (text: string): readonly string[] => problemsOf(text).map((problem) => problem.split(': ')[0] ?? '')

describe('a SAML preset', () => {
  it.each(samlPresetIds)('%s is valid by itself, and is the one that the other folders see', (id) => {
    expect(problemsOf(withKeys(`preset: ${id}`))).toEqual([])
    expect(settingsOf(withKeys(`preset: ${id}`)).preset).toBe(samlPresets.get(id))
  })

  it('is none of those that are not known', () => {
    expect(problemsOf(withKeys('preset: oktaa'))).toEqual([expect.stringContaining('did you mean okta?')])
  })

  it('fills in what the configuration does not have, under the forms of the configuration', () => {
    expect(settingsOf(withKeys('preset: simplesamlphp'))).toMatchObject({
      nameIdFormat: 'urn:oasis:names:tc:SAML:2.0:nameid-format:persistent',
      signature: 'response',
    })
    expect(settingsOf(withKeys('preset: shibboleth')).subject).toEqual({
      kind: 'attribute',
      name: 'urn:oasis:names:tc:SAML:attribute:subject-id',
    })
    expect(settingsOf(withKeys('preset: keycloak')).signRequests).toBe('always')
  })

  it.each([
    ['okta', 'signature: any', { signature: 'any' }],
    ['entra', 'acceptCbcWithoutSignedResponse: false', { acceptCbcWithoutSignedResponse: false }],
    ['keycloak', 'signRequests: auto', { signRequests: 'auto' }],
    ['shibboleth', 'subject: nameId', { subject: { kind: 'nameId' } }],
    ['simplesamlphp', 'nameIdFormat: transient', { nameIdFormat: expect.stringMatching(/:transient$/) }],
  ])('%s gives way to %s of the operator', (preset, line, expected) => {
    expect(settingsOf(withKeys(`preset: ${preset}`, line))).toMatchObject(expected)
  })

  it('changes nothing where it is not named, and fills nothing into an OpenID provider', () => {
    expect(settingsOf(withKeys('label: Corp'))).toMatchObject({ signature: 'any', subject: { kind: 'nameId' } })
    expect(settingsOf(withKeys('label: Corp'))).not.toHaveProperty('preset')
  })

  it.each(samlPresetIds)(
    '%s fills in nothing that makes checks fewer, but for AES-CBC where the product sends it',
    (id) => {
      const { fills } = samlPresets.get(id) ?? { fills: {} }
      const harmless = ['signature', 'signRequests', 'nameIdFormat', 'subject']
      const others = Object.keys(fills).filter((key) => !harmless.includes(key))
      expect(others).toEqual(['entra', 'adfs'].includes(id) ? ['acceptCbcWithoutSignedResponse'] : [])
    },
  )

  it('google-workspace refuses that both are signed, with line and column', () => {
    expect(placesOf(withKeys('preset: google-workspace', 'signature: both'))).toEqual(['18:16 providers[0].signature'])
  })

  it('entra refuses metadata without the id of the application, in each of its clouds', () => {
    const url = (host: string) => `https://${host}/0f8/federationmetadata/2007-06/federationmetadata.xml`
    for (const host of ['login.microsoftonline.com', 'login.microsoftonline.us', 'login.partner.microsoftonline.cn']) {
      expect(placesOf(withMetadata(url(host), 'preset: entra'))).toEqual(['16:15 providers[0].metadata'])
      expect(problemsOf(withMetadata(`${url(host)}?appid=1`, 'preset: entra'))).toEqual([])
    }
  })

  it.each([
    ['okta', 'https://example-admin.okta.com/admin/org/security/exk1/cert'],
    ['google-workspace', 'https://accounts.google.com/o/saml2?idpid=C01abc23d'],
    ['keycloak', 'https://sso.example.org/realms/corp/.well-known/openid-configuration'],
  ])('%s refuses metadata from %s, where there is none to read', (id, url) => {
    expect(placesOf(withMetadata(url, `preset: ${id}`))).toEqual(['16:15 providers[0].metadata'])
  })

  it.each([
    ['https://example.okta.com/app/exk1/sso/saml/metadata', 'okta'],
    ['https://login.microsoftonline.com/0f8/federationmetadata/2007-06/federationmetadata.xml?appid=1', 'entra'],
    ['https://example.onelogin.com/saml/metadata/1', 'onelogin'],
    ['https://sso.jumpcloud.com/saml2/fedgate/metadata', 'jumpcloud'],
  ])('metadata from %s belongs to %s, and another preset is refused', (url, host) => {
    expect(hostOf(url)?.id).toBe(host)
    expect(problemsOf(withMetadata(url, `preset: ${host}`))).toEqual([])
    expect(placesOf(withMetadata(url, 'preset: keycloak'))).toEqual(['17:13 providers[0].preset'])
  })

  it.each(samlPresetIds)(
    '%s requests a second factor by classes that the product answers with, or refuses it',
    (id) => {
      const text = withKeys(`preset: ${id}`, `authnContext: ["${REFEDS_MFA}", "urn:x"]`)
      const { mfa } = samlPresets.get(id) ?? {}
      if (mfa?.by === 'class') expect(settingsOf(text).authnContext).toEqual([...mfa.classes, 'urn:x'])
      else expect(placesOf(text)).toEqual(['18:20 providers[0].authnContext[0]'])
    },
  )
})
