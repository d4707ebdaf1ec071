/** Which attributes the metadata requests from a provider with a preset, and which of its attributes are read. */
import { describe, expect, it } from 'vitest'
import { identityOf } from '../../src/cli/explain/sign-in-from-claims.ts'
import type { Config, SamlProviderConfig } from '../../src/config/types.ts'
import { readsAttribute, requestedAttributes } from '../../src/gateway/published/requested-attributes.ts'
import { parse, sample } from '../config/sample.ts'

const configWith = (preset: string | undefined): { config: Config; provider: SamlProviderConfig } => {
  const line = preset === undefined ? 'label: Corp' : `preset: ${preset}`
  const config = parse(sample.replace('clockSkew: 60s', line).replace('"{email}"', '"{email}.{displayName}"'))
  const [provider] = config.providers
  if (provider?.protocol !== 'saml') throw new Error('no SAML provider')
  return { config, provider }
}

const namesFor = (preset: string | undefined): readonly string[] => {
  const { config, provider } = configWith(preset)
  return requestedAttributes(config, provider).map(({ name }) => name)
}

const reads = (preset: string | undefined, name: string): boolean => {
  const { config, provider } = configWith(preset)
  return readsAttribute(config, provider, name)
}

const MAIL = 'urn:oid:0.9.2342.19200300.100.1.3'
const DISPLAY_NAME = 'urn:oid:2.16.840.1.113730.3.1.241'
const SUBJECT_ID = 'urn:oasis:names:tc:SAML:attribute:subject-id'

describe('attributes that the metadata requests', () => {
  it.each([
    [undefined, ['groups', MAIL, DISPLAY_NAME]],
    // It drops what is not requested by the name that it sends.
    ['simplesamlphp', ['groups', 'mail', 'displayName']],
    ['shibboleth', ['urn:oid:1.3.6.1.4.1.5923.1.5.1.1', MAIL, DISPLAY_NAME, SUBJECT_ID]],
    [
      'adfs',
      [
        'http://schemas.xmlsoap.org/claims/Group',
        'http://schemas.xmlsoap.org/ws/2005/05/identity/claims/emailaddress',
        DISPLAY_NAME,
      ],
    ],
  ])('the metadata requests them from %s by the names that it sends', (preset, names) => {
    expect(namesFor(preset)).toEqual(names)
  })
})

describe('attributes that are read', () => {
  it.each([
    ['shibboleth', 'urn:oid:1.3.6.1.4.1.5923.1.5.1.1'],
    ['shibboleth', 'isMemberOf'],
    ['keycloak', 'member'],
    ['keycloak', 'urn:oid:1.2.840.113549.1.9.1'],
    ['onelogin', 'User.email'],
    ['simplesamlphp', MAIL],
  ])('of %s %s is read, as a rule or template uses its short name', (preset, name) => {
    expect(reads(preset, name)).toBe(true)
    expect(reads(preset, 'groups')).toBe(true)
  })

  it('a product’s own names are not read without its preset', () => {
    expect(reads(undefined, 'User.email')).toBe(false)
    expect(reads('okta', 'member')).toBe(false)
  })
})

describe('claims in a file, for fedgate explain', () => {
  it('have the short names of the preset too', () => {
    const { config, provider } = configWith('onelogin')
    const attributes = new Map([['User.email', ['alice@example.org']]])
    const evidence = {
      kind: 'saml',
      issuer: 'https://idp.example.com',
      recipient: 'https://aws.example.com/saml/corp/acs',
      audiences: [],
      nameId: { value: 'alice' },
      attributes,
      rolePairs: [],
      confirmationCount: undefined,
      isEncrypted: false,
    } as const
    expect(identityOf(evidence, provider, config).attributes.get('email')).toEqual(['alice@example.org'])
  })
})
