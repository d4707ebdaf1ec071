import { describe, expect, it } from 'vitest'
import { checkIssuer } from '../../src/check/issuer.ts'
import type { CheckPorts } from '../../src/check/ports.ts'
import { discoveryDocument, keySetDocument } from '../../src/issuer/documents.ts'
import { answer, configWith, portsOf, type Web } from './check-fixtures.ts'

const DISCOVERY = 'https://aws.example.com/.well-known/openid-configuration'
const KEYS = 'https://aws.example.com/idp/jwks'
const config = configWith('accounts:', 'issuer: { key: ./issuer.key }\naccounts:')

const published = async (): Promise<Web> => {
  if (!config.issuer) throw new Error('no issuer')
  const issuer = await portsOf().openIssuer(config.issuer)
  return { [DISCOVERY]: answer(discoveryDocument(issuer).text), [KEYS]: answer(keySetDocument(issuer).text) }
}

const failures = async (web: Web, ports: Partial<CheckPorts> = {}) =>
  (await checkIssuer(config, { ...portsOf({ web }), ...ports })).filter(({ outcome }) => outcome === 'fail')

describe('the gateway as issuer', () => {
  it('the gateway as issuer is well where AWS finds the key that signs', async () => {
    const verdict = await checkIssuer(config, portsOf({ web: await published() }))
    expect(verdict.map(({ outcome }) => outcome)).toEqual(verdict.map(() => 'pass'))
    expect(verdict.length).toBeGreaterThan(3)
  })

  it('fails once where nothing is published', async () => {
    expect(await failures({ [DISCOVERY]: answer('', { status: 404 }) })).toMatchObject([
      { name: 'discoveryIsPublished', found: 'HTTP 404', source: DISCOVERY },
    ])
  })

  it('fails where the published keys are not those in use', async () => {
    expect(await failures({ ...(await published()), [KEYS]: answer('{"keys":[]}') })).toMatchObject([
      { name: 'signingKeyIsPublished', expected: expect.stringContaining('RS256 key') },
    ])
  })

  it('fails where its key cannot be used', async () => {
    const openIssuer = () => Promise.reject(new Error('it is not there'))
    expect(await failures(await published(), { openIssuer })).toMatchObject([
      { name: 'issuerKeyIsUsable', found: 'it is not there' },
    ])
  })

  it('the gateway as issuer is not asked about with the local AWS, where the gateway publishes while it runs', async () => {
    expect(await checkIssuer(configWith('endpoint: aws', 'endpoint: local'), portsOf())).toMatchObject([
      { name: 'discoveryIsPublished', outcome: 'not-run' },
    ])
  })

  it('the gateway without a key is not checked as an issuer', async () => {
    expect(await checkIssuer(configWith(), portsOf())).toEqual([])
  })
})
