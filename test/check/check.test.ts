import { beforeAll, describe, expect, it } from 'vitest'
import { checkAll } from '../../src/check/check.ts'
import { outcomeOfAll } from '../../src/core/render-verdict.ts'
import { createKeyPem } from '../../src/issuer/keys.ts'
import { idp } from '../saml/saml-fixtures.ts'
import { answer, type CheckFixture, configWith, facts, findingOf, now, portsOf } from './check-fixtures.ts'

describe('checking everything', () => {
  let files: Readonly<Record<string, string>> = {}
  beforeAll(async () => {
    const { privateKey, certificate } = await createKeyPem('fedgate', now)
    files = { '/etc/fedgate/signing.key': privateKey, '/etc/fedgate/signing.crt': certificate }
  })

  const metadata = facts({
    idp: {
      ...idp,
      signingCertificates: idp.signingCertificates.map((one) => ({ ...one, notAfter: new Date('2030-01-01') })),
    },
  })

  const check = (fixture: CheckFixture = {}, config = configWith()) =>
    checkAll(config, portsOf({ files, metadata, ...fixture }))

  const verdictOf = async (subject: string, fixture: CheckFixture = {}, config = configWith()) => {
    const found = (await check(fixture, config)).find((one) => one.subject === subject)
    if (!found) throw new Error(`nothing about ${subject}`)
    return found.verdict
  }

  it('passes when all is well, subject by subject', async () => {
    const judged = await check()
    expect(judged.map(({ subject }) => subject)).toEqual([
      'configuration',
      'signing',
      'provider corp',
      'provider op',
      'aws',
    ])
    expect(outcomeOfAll(judged)).toBe('pass')
  })

  it('warns of two providers that share a role while AWS cannot tell their users apart, and passes', async () => {
    const rule = 'access: [{ when: { provider: [corp, op] }, roles: ["arn:aws:iam::111122223333:role/Admin"] }]'
    const shared = configWith('accounts:\n', `${rule}\naccounts:\n`)
    const [, found] = await verdictOf('configuration', {}, shared)
    expect(found).toMatchObject({ name: 'subjectsStayApart', outcome: 'pass' })
    expect(found?.warning).toMatch(/^corp and op can both reach .*\{provider\}/)
    const apart = configWith('accounts:\n', `${rule}\nsessionName: "{provider}.{subject}"\naccounts:\n`)
    expect((await verdictOf('configuration', {}, apart)).map(({ name }) => name)).toEqual(['configurationIsValid'])
  })

  it('fails when one thing is not', async () => {
    const web = { 'https://sts.us-east-1.amazonaws.com': new Error('ENOTFOUND') }
    expect(outcomeOfAll(await check({ web }))).toBe('fail')
  })

  it('asks STS in every region that is configured', async () => {
    const verdict = await verdictOf('aws')
    expect(verdict.filter(({ name }) => name === 'stsAnswers').map(({ found }) => found)).toEqual([
      'https://sts.eu-west-1.amazonaws.com',
      'https://sts.us-east-1.amazonaws.com',
    ])
  })

  it('asks the FIPS endpoints where the gateway will', async () => {
    const fips = 'https://sts-fips.us-east-1.amazonaws.com'
    const config = configWith('region: eu-west-1', 'region: us-east-1, fips: true')
    const verdict = await verdictOf('aws', { web: { [fips]: answer('', { status: 403 }) } }, config)
    expect(verdict.filter(({ name }) => name === 'stsAnswers')).toEqual([
      expect.objectContaining({ outcome: 'pass', found: fips }),
    ])
  })

  it("compares the clock with STS's, which judges what the gateway signs", async () => {
    const late = answer('', { date: new Date(now.getTime() + 90_000) })
    const verdict = await verdictOf('aws', { web: { 'https://sts.eu-west-1.amazonaws.com': late } })
    expect(verdict.filter(({ name }) => name === 'clockAgrees').map(({ outcome }) => outcome)).toEqual(['fail', 'pass'])
  })

  it('fails for an STS that is broken, and takes a refusal for an answer', async () => {
    const web = { 'https://sts.eu-west-1.amazonaws.com': answer('', { status: 503 }) }
    const [first, second] = (await verdictOf('aws', { web })).filter(({ name }) => name === 'stsAnswers')
    expect(first).toMatchObject({ outcome: 'fail', found: 'HTTP 503' })
    expect(second?.outcome).toBe('pass')
  })

  it('fedgate check does not fail for a local AWS that runs only with the gateway', async () => {
    const config = configWith('endpoint: aws', 'endpoint: local')
    const refused = new Error('ECONNREFUSED')
    const verdict = await verdictOf('aws', { web: { 'http://127.0.0.1:8081': refused } }, config)
    expect(findingOf(verdict, 'stsAnswers')).toMatchObject({ outcome: 'not-run' })
    expect(findingOf(verdict, 'signInAnswers')).toMatchObject({ outcome: 'not-run' })
  })

  it('asks what is in for AWS', async () => {
    const config = configWith('endpoint: aws', 'endpoint: https://sts.example.com/x')
    const web = { 'https://sts.example.com/x': answer('', { status: 400 }), 'https://sts.example.com': answer() }
    expect(findingOf(await verdictOf('aws', { web }, config), 'stsAnswers').found).toBe('https://sts.example.com/x')
  })
})
