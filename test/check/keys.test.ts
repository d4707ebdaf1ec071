import { execFileSync } from 'node:child_process'
import { X509Certificate } from 'node:crypto'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { checkKeys } from '../../src/check/keys.ts'
import type { KeysConfig } from '../../src/config/types.ts'
import { createKeyPem } from '../../src/issuer/keys.ts'
import { requireTool } from '../tools.ts'
import { daysFromNow, findingOf, portsOf } from './check-fixtures.ts'

const OPENSSL = '/usr/bin/openssl'

/** What createKeyPem gives a certificate. */
const LIFETIME_DAYS = 10 * 365.25

const configured = (createIfMissing = false): KeysConfig => [{ key: '/a.key', certificate: '/a.crt', createIfMissing }]

type Pem = Awaited<ReturnType<typeof createKeyPem>>

describe('a signing key', () => {
  let [fresh, distant, ending, ended] = [] as unknown as [Pem, Pem, Pem, Pem]
  beforeAll(async () => {
    const thatEnds = (days: number) => createKeyPem('fedgate', daysFromNow(days - LIFETIME_DAYS))
    ;[fresh, distant, ending, ended] = (await Promise.all([365, 89, 12, -1].map(thatEnds))) as [Pem, Pem, Pem, Pem]
  })

  const check = (key: string, certificate: string) =>
    checkKeys('signing', configured(), portsOf({ files: { '/a.key': key, '/a.crt': certificate } }))

  it('a signing key is well when it fits its certificate, is RSA, and has a year to go', async () => {
    const verdict = await check(fresh.privateKey, fresh.certificate)
    expect(verdict.map(({ name, outcome, warning }) => [name, outcome, warning])).toEqual([
      ['keyFitsCertificate', 'pass', undefined],
      ['keyIsRsa', 'pass', undefined],
      ['certificateIsCurrent', 'pass', undefined],
    ])
  })

  it('a signing key is warned about before its certificate ends', async () => {
    const verdict = await check(ending.privateKey, ending.certificate)
    expect(findingOf(verdict, 'certificateIsCurrent')).toMatchObject({
      outcome: 'pass',
      warning: 'renew it within 12 days: fedgate keys rotate --key signing',
      source: '/a.crt',
    })
  })

  it('a signing key is warned about ninety days ahead, while there is time for every account', async () => {
    const verdict = await check(distant.privateKey, distant.certificate)
    expect(findingOf(verdict, 'certificateIsCurrent').warning).toBe(
      'renew it within 89 days: fedgate keys rotate --key signing',
    )
  })

  it('a signing key that others can use fails, and one that another owner left open is a warning', async () => {
    const files = { '/a.key': fresh.privateKey, '/a.crt': fresh.certificate }
    const verdictWith = (isRefused: boolean) =>
      checkKeys('signing', configured(), portsOf({ files, exposures: { '/a.key': { isRefused, sentence: 'open' } } }))
    expect(findingOf(await verdictWith(true), 'keyIsPrivate')).toMatchObject({ outcome: 'fail', found: 'open' })
    expect(findingOf(await verdictWith(false), 'keyIsPrivate')).toMatchObject({ outcome: 'pass', warning: 'open' })
  })

  it('a signing key in AWS KMS is compared with its certificate', async () => {
    const keys = [{ kms: { keyId: 'alias/fedgate', region: 'eu-west-1' }, certificate: '/a.crt' }]
    const answer = (pem: string) =>
      checkKeys(
        'signing',
        keys,
        portsOf({
          files: { '/a.crt': fresh.certificate },
          kmsPublicKey: async () => new X509Certificate(pem).publicKey,
        }),
      )
    expect((await answer(fresh.certificate)).every(({ outcome }) => outcome === 'pass')).toBe(true)
    expect(findingOf(await answer(ended.certificate), 'keyFitsCertificate')).toMatchObject({
      outcome: 'fail',
      source: 'alias/fedgate',
    })
  })

  it('fails when its certificate has ended', async () => {
    const verdict = await check(ended.privateKey, ended.certificate)
    expect(findingOf(verdict, 'certificateIsCurrent')).toMatchObject({
      outcome: 'fail',
      found: 'expired on 2026-11-21',
    })
  })

  it("fails with another key's certificate", async () => {
    const verdict = await check(fresh.privateKey, ended.certificate)
    expect(findingOf(verdict, 'keyFitsCertificate')).toMatchObject({
      outcome: 'fail',
      found: 'the private key does not belong to the certificate',
    })
    expect(findingOf(verdict, 'certificateIsCurrent').outcome).toBe('not-run')
  })

  it('fails where a file cannot be read', async () => {
    const verdict = await checkKeys('signing', configured(), portsOf({ files: { '/a.key': fresh.privateKey } }))
    expect(findingOf(verdict, 'keyFitsCertificate')).toMatchObject({ outcome: 'fail', source: '/a.key' })
  })

  it('fails where the file holds something else, and does not show it', async () => {
    const verdict = await check('hunter2', fresh.certificate)
    expect(findingOf(verdict, 'keyFitsCertificate').outcome).toBe('fail')
    expect(JSON.stringify(verdict)).not.toContain('hunter2')
  })

  it('a signing key that is made at first start need not be there yet', async () => {
    const verdict = await checkKeys('signing', configured(true), portsOf())
    expect(verdict.map(({ outcome }) => outcome)).toEqual(['not-run', 'not-run', 'not-run'])
  })

  it.skipIf(!requireTool(OPENSSL)).each([
    ['ec -pkeyopt ec_paramgen_curve:P-256', 'ec key'],
    ['rsa:1024', 'rsa key of 1024 bits'],
  ])('made as %s fails: AWS and identity providers take RSA of 2048 bits', async (kind, found) => {
    const folder = await mkdtemp(join(tmpdir(), 'fedgate-check-'))
    const [key, certificate] = [join(folder, 'a.key'), join(folder, 'a.crt')]
    const made = ['-nodes', '-keyout', key, '-out', certificate, '-subj', '/CN=fedgate', '-days', '36500']
    execFileSync(OPENSSL, ['req', '-x509', '-newkey', ...kind.split(' '), ...made], { stdio: 'ignore' })
    const [keyPem, certificatePem] = await Promise.all([key, certificate].map((path) => readFile(path, 'utf8')))
    await rm(folder, { recursive: true })
    const verdict = await check(keyPem ?? '', certificatePem ?? '')
    expect(findingOf(verdict, 'keyFitsCertificate').outcome).toBe('pass')
    expect(findingOf(verdict, 'keyIsRsa')).toMatchObject({ outcome: 'fail', found })
  })

  it('a signing key of a list is checked like the first', async () => {
    const two: KeysConfig = [...configured(), { key: '/b.key', certificate: '/b.crt', createIfMissing: false }]
    const files = { '/a.key': fresh.privateKey, '/a.crt': fresh.certificate }
    const verdict = await checkKeys('signing', two, portsOf({ files }))
    expect(verdict.filter(({ outcome }) => outcome === 'fail').map(({ source }) => source)).toEqual(['/b.key'])
  })

  it('a signing key that is not configured has nothing to check', async () => {
    expect(await checkKeys('signing', undefined, portsOf())).toEqual([])
  })
})
