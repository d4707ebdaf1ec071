import { describe, expect, it } from 'vitest'
import type { HttpAnswer } from '../../src/check/ports.ts'
import { checkSamlProvider } from '../../src/check/saml-provider.ts'
import { GatewayError } from '../../src/gateway/errors.ts'
import { SamlError } from '../../src/saml/errors.ts'
import type { IdpMetadata } from '../../src/saml/metadata.ts'
import type { MetadataStatus } from '../../src/saml/metadata-status.ts'
import { idp } from '../saml/saml-fixtures.ts'
import { answer, daysFromNow, facts, findingOf, now, portsOf, samlSettings } from './check-fixtures.ts'

const SOURCE = 'https://idp.example.com/metadata'

const check = (metadata: MetadataStatus, settings = samlSettings(), atSource: HttpAnswer | Error = answer()) =>
  checkSamlProvider(settings, portsOf({ metadata, web: { [SOURCE]: atSource } }))

const endingIn = (days: number): IdpMetadata => {
  const [first] = idp.signingCertificates
  if (!first) throw new Error('no certificate')
  return { ...idp, signingCertificates: [first, { ...first, notAfter: daysFromNow(days) }] }
}

const changed = (from: string, to: string) => samlSettings(from, to)
const afterMetadata = (line: string) => changed(`metadata: ${SOURCE}`, `metadata: ${SOURCE}\n    ${line}`)

const outcomes = async (metadata: MetadataStatus, settings = samlSettings()) =>
  Object.fromEntries((await check(metadata, settings)).map(({ name, outcome }) => [name, outcome]))

describe('a SAML provider', () => {
  it('a SAML provider is well when its metadata is there, current, and offers a sign-on', async () => {
    const verdict = await check(facts({ idp: endingIn(365) }))
    expect(verdict.filter(({ outcome }) => outcome !== 'pass').map(({ name }) => name)).toEqual(['metadataIsSigned'])
    expect(findingOf(verdict, 'entityIsFound').found).toBe(idp.entityId)
    expect(findingOf(verdict, 'metadataIsSigned').outcome).toBe('not-run')
  })

  it('fails where its metadata cannot be fetched and there is no copy', async () => {
    const problem = new GatewayError('provider.unavailable', { expected: 'metadata', found: 'HTTP 503' })
    const { from: _, fetchedAt: __, ...nothing } = facts({ problem, identityProviders: 0 })
    expect(await outcomes(nothing)).toMatchObject({
      metadataIsReachable: 'fail',
      metadataIsReadable: 'not-run',
      entityIsFound: 'not-run',
      lastGoodCopyServes: 'fail',
      metadataIsCurrent: 'not-run',
    })
    expect(findingOf(await check(nothing), 'metadataIsReachable')).toMatchObject({
      expected: 'metadata',
      found: 'HTTP 503',
      source: SOURCE,
    })
  })

  it('says how old the last good copy is that serves while the source is down', async () => {
    const problem = new GatewayError('provider.unavailable', { found: 'HTTP 503' })
    const fetchedAt = new Date(now.getTime() - 5.5 * 3_600_000)
    const verdict = await check(facts({ from: 'disk', fetchedAt, problem, idp: endingIn(365) }))
    expect(findingOf(verdict, 'metadataIsReachable').outcome).toBe('fail')
    expect(findingOf(verdict, 'lastGoodCopyServes')).toMatchObject({
      outcome: 'pass',
      found: '5 h old, of 2026-11-22T06:30:00.000Z',
    })
  })

  it.each([
    ['saml.metadata_not_idp', 'entityIsFound'],
    ['saml.metadata_ambiguous', 'entityIsFound'],
    ['saml.metadata_unsigned', 'metadataIsSigned'],
    ['saml.signature_digest', 'metadataIsSigned'],
    ['saml.doctype', 'metadataIsReadable'],
    ['saml.metadata_expired', 'metadataIsCurrent'],
    ['saml.metadata_no_certificate', 'signingKeysAreUsable'],
    ['saml.metadata_keys_unfit', 'signingKeysAreUsable'],
  ] as const)('fails for %s at %s, and passes what came before', async (code, name) => {
    const { from: _, ...nothing } = facts({ problem: new SamlError(code), identityProviders: 0 })
    const settings = afterMetadata('metadataCertificate: ./federation.crt')
    const verdict = await check(nothing, settings)
    const steps = verdict.filter(({ name: step }) => /^(metadataIs|entity|signingKeys)/.test(step))
    const failed = steps.findIndex((step) => step.name === name)
    expect(steps.map(({ outcome }) => outcome)).toEqual(
      steps.map((_step, index) => (index < failed ? 'pass' : index === failed ? 'fail' : 'not-run')),
    )
  })

  it('names a web page in place of the metadata', async () => {
    const { from: _, ...nothing } = facts({ problem: new SamlError('saml.doctype'), identityProviders: 0 })
    expect(findingOf(await check(nothing), 'metadataIsReadable').found).toContain('web page')
  })

  it('a SAML provider is warned about where a scope of its metadata is a pattern that cannot be used', async () => {
    const scopes = [{ value: '(a)\\1', isPattern: true }]
    expect(findingOf(await check(facts({ idp: { ...idp, scopes } })), 'metadataIsReadable')).toMatchObject({
      outcome: 'pass',
      warning: expect.stringContaining('(a)\\1 (back references are not supported'),
    })
  })

  it('shows the certificate of the federation that vouched', async () => {
    const verdict = await check(facts({ idp }), afterMetadata('metadataCertificate: ./federation.crt'))
    expect(findingOf(verdict, 'metadataIsSigned')).toMatchObject({
      outcome: 'pass',
      found: 'with the key of /etc/fedgate/federation.crt',
    })
  })

  it('a SAML provider is warned about when a signing certificate ends within thirty days, or has ended beside a current one', async () => {
    const find = async (days: number) =>
      (await check(facts({ idp: endingIn(days) }))).filter(({ name }) => name === 'signingCertificatesAreCurrent')[1]
    expect(await find(20)).toMatchObject({ outcome: 'pass', warning: 'renew it within 20 days' })
    expect(await find(-2)).toMatchObject({
      outcome: 'pass',
      found: 'expired on 2026-11-20',
      warning: 'have it removed from the metadata: another one is current',
    })
  })

  it('fails where every signing certificate has ended', async () => {
    const [, ended] = endingIn(-2).signingCertificates
    const verdict = await check(facts({ idp: { ...idp, signingCertificates: ended ? [ended] : [] } }))
    expect(findingOf(verdict, 'signingCertificatesAreCurrent')).toMatchObject({
      outcome: 'fail',
      found: 'expired on 2026-11-20',
    })
  })

  it('fails where its metadata has ended', async () => {
    const verdict = await check(facts({ idp, validUntil: daysFromNow(-1) }))
    expect(findingOf(verdict, 'metadataIsCurrent')).toMatchObject({ outcome: 'fail', source: '@validUntil' })
  })

  it('fails without a sign-on endpoint, unless it may begin by itself', async () => {
    const silent = facts({ idp: { ...idp, singleSignOn: {} } })
    expect(findingOf(await check(silent), 'signOnIsOffered').outcome).toBe('fail')
    expect(findingOf(await check(silent, afterMetadata('allowIdpInitiated: true')), 'signOnIsOffered').outcome).toBe(
      'pass',
    )
  })

  it('counts the identity providers where users choose', async () => {
    const many = facts({ identityProviders: 4711 })
    const verdict = await check(many, afterMetadata('discovery: true'))
    expect(findingOf(verdict, 'entityIsFound').found).toBe('4711 identity providers')
    expect(verdict.some(({ name }) => name === 'signOnIsOffered')).toBe(false)
  })

  it('a SAML provider is warned about where users choose from unsigned metadata', async () => {
    const many = facts({ identityProviders: 4711 })
    const unsigned = await check(many, afterMetadata('discovery: true'))
    expect(findingOf(unsigned, 'metadataIsSigned').warning).toBe(
      "pin the federation's certificate as metadataCertificate",
    )
    const signed = await check(many, afterMetadata('discovery: true\n    metadataCertificate: ./federation.crt'))
    expect(findingOf(signed, 'metadataIsSigned').warning).toBeUndefined()
  })

  it("a SAML provider is warned about when a forwarded assertion does not have AWS's audience", async () => {
    const original = 'exchange: { via: saml, evidence: original }'
    const named = `spEntityId: https://aws.example.com\n    ${original}`
    expect(findingOf(await check(facts({ idp }), afterMetadata(original)), 'audienceSuitsAws')).toEqual({
      name: 'audienceSuitsAws',
      outcome: 'pass',
      found: 'urn:amazon:webservices',
    })
    expect(findingOf(await check(facts({ idp }), afterMetadata(named)), 'audienceSuitsAws')).toMatchObject({
      outcome: 'pass',
      warning: 'have assertions name urn:amazon:webservices too',
    })
  })

  it('a SAML provider has its clock compared, as far as its configuration allows', async () => {
    const late = answer('', { date: new Date(now.getTime() - 100_000) })
    const settings = afterMetadata('clockSkew: 120s')
    expect(findingOf(await check(facts({ idp }), samlSettings(), late), 'clockAgrees').outcome).toBe('fail')
    expect(findingOf(await check(facts({ idp }), settings, late), 'clockAgrees').outcome).toBe('pass')
  })

  it('a SAML provider from a file has no clock and needs no copy', async () => {
    const names = (await check(facts({ idp, source: '/idp.xml' }), changed(SOURCE, './idp.xml'))).map(
      ({ name }) => name,
    )
    expect(names).not.toContain('clockAgrees')
    expect(names).not.toContain('lastGoodCopyServes')
  })
})
