/** What `fedgate check` finds of a SAML provider with a preset, against the metadata of each product's stand-in. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { checkSamlProvider } from '../../src/check/saml-provider.ts'
import type { Verdict } from '../../src/core/verdict.ts'
import type { SamlPreset } from '../../src/presets/saml/preset.ts'
import { productOf, samlPresetIds, samlPresets } from '../../src/presets/saml/presets.ts'
import { type IdpMetadata, parseIdpMetadata } from '../../src/saml/metadata.ts'
import { makeKeyPair } from '../demo/keys.ts'
import { productOfPreset } from '../presets/saml/products.ts'
import { metadataOf } from '../presets/saml/stand-in.ts'
import { answer, facts, findingOf, now, portsOf, samlSettings } from './check-fixtures.ts'

const SOURCE = 'https://idp.example.com/metadata'
const keys = await makeKeyPair()

const standIn = (preset: string): IdpMetadata => parseIdpMetadata(metadataOf(productOfPreset(preset), keys), { now })

const check = (preset: string, idp: IdpMetadata, ...lines: readonly string[]): Promise<Verdict> => {
  const settings = samlSettings(
    `metadata: ${SOURCE}`,
    [`metadata: ${SOURCE}`, `preset: ${preset}`, ...lines].join('\n    '),
  )
  return checkSamlProvider(settings, portsOf({ metadata: facts({ idp }), web: { [SOURCE]: answer() } }))
}

const presetOf = (id: string): SamlPreset => {
  const preset = samlPresets.get(id)
  if (!preset) throw new Error(`no preset ${id}`)
  return preset
}

const namesIn = (verdict: Verdict): readonly string[] => verdict.map(({ name }) => name)

describe('a SAML provider with a preset', () => {
  it.each(samlPresetIds)(
    '%s: the check shows the product and what was filled in, and its metadata passes',
    async (id) => {
      const idp = standIn(id)
      const verdict = await check(id, idp)
      expect(verdict.filter(({ outcome }) => outcome === 'fail')).toEqual([])
      const { product, fills } = presetOf(id)
      const filled = Object.entries(fills).map(([key, value]) => `${key}: ${value}`)
      expect(findingOf(verdict, 'presetFillsIn').found).toBe([product, ...filled].join(', '))
      const { found, warning } = findingOf(verdict, 'metadataIsOfTheProduct')
      expect(found).toContain(idp.entityId)
      expect(warning).toBeUndefined()
    },
  )

  it.each(samlPresetIds)('%s: the check fails for the metadata of every other product', async (id) => {
    for (const other of samlPresetIds.filter((each) => each !== id)) {
      const finding = findingOf(await check(id, standIn(other)), 'metadataIsOfTheProduct')
      expect(finding).toMatchObject({ outcome: 'fail', expected: `metadata of ${presetOf(id).product}` })
      expect(finding.found).toContain(`that of ${presetOf(other).product}`)
    }
  })

  it('the check shows a value of the operator beside that of the preset', async () => {
    const { found } = findingOf(await check('okta', standIn('okta'), 'signature: any'), 'presetFillsIn')
    expect(found).toBe('Okta, signature: any (the preset has both)')
  })

  it('the check warns of metadata that looks like no product, as a proxy can change addresses', async () => {
    const idp = { ...standIn('keycloak'), entityId: 'urn:corp', singleSignOn: { redirect: 'https://sso.example/in' } }
    const finding = findingOf(await check('keycloak', idp), 'metadataIsOfTheProduct')
    expect(finding).toMatchObject({ outcome: 'pass', found: 'urn:corp with https://sso.example/in' })
    expect(finding.warning).toContain('/protocol/saml')
  })

  it.each([
    ['okta', 'https://example.okta.com/app/amazon_aws/exkppsa1qwuFV4D7z0h7/sso/saml', 'AWS Account Federation'],
    ['jumpcloud', 'https://sso.jumpcloud.com/saml2/aws', 'for AWS'],
    ['pingfederate', 'https://sso.example.org:9031/idp/startSSO.ping?PartnerSpId=fedgate', 'application endpoint'],
  ])('%s: the check fails for an application that sends users elsewhere', async (id, redirect, found) => {
    const verdict = await check(id, { ...standIn(id), singleSignOn: { redirect } })
    expect(findingOf(verdict, 'metadataSuitsTheGateway')).toMatchObject({
      outcome: 'fail',
      found: expect.stringContaining(found),
    })
  })

  it('the check warns where a preset lets unsigned responses be decrypted, until they are signed', async () => {
    expect(findingOf(await check('adfs', standIn('adfs')), 'responsesShouldBeSigned').warning).toContain('AD FS')
    for (const line of ['signature: both', 'acceptCbcWithoutSignedResponse: false'])
      expect(namesIn(await check('adfs', standIn('adfs'), line))).not.toContain('responsesShouldBeSigned')
  })

  it.each(samlPresetIds)('%s: the check tells what an AWS application shares with original evidence', async (id) => {
    const original = 'exchange: { via: saml, evidence: original }'
    const { outcome, warning } = findingOf(await check(id, standIn(id), original), 'awsApplicationStaysApart')
    expect(outcome).toBe('pass')
    expect(warning !== undefined).toBe(presetOf(id).notes.awsApplication.collides)
    expect(namesIn(await check(id, standIn(id)))).not.toContain('awsApplicationStaysApart')
  })
})

describe('metadata that products wrote themselves', () => {
  const published = (name: string): IdpMetadata =>
    parseIdpMetadata(readFileSync(join(import.meta.dirname, `../fixtures/metadata/${name}.xml`), 'utf8'), {
      now: new Date('2015-01-01T00:00:00Z'),
    })

  it.each([
    ['adfs', 'adfs'],
    ['okta', 'okta'],
    ['keycloak', 'keycloak'],
    ['shibboleth-samltest', undefined],
    ['shibboleth-testshib', 'shibboleth'],
    ['swamid-test', 'simplesamlphp'],
  ])('of %s is recognized as that of %s', (name, product) => {
    expect(productOf(published(name), presetOf('jumpcloud'))?.id).toBe(product)
  })
})
