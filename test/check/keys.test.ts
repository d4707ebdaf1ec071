import { execFileSync } from 'node:child_process'
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
  let [fresh, ending, ended] = [] as unknown as [Pem, Pem, Pem]
  beforeAll(async () => {
    const thatEnds = (days: number) => createKeyPem('fedgate', daysFromNow(days - LIFETIME_DAYS))
    ;[fresh, ending, ended] = await Promise.all([thatEnds(365), thatEnds(12), thatEnds(-1)])
  })

  const check = (key: string, certificate: string) =>
    checkKeys(configured(), portsOf({ files: { '/a.key': key, '/a.crt': certificate } }))

  it('a signing key is well when it fits its certificate, is RSA, and has a year to go', async () => {
    const verdict = await check(fresh.privateKey, fresh.certificate)
    expect(verdict.map(({ name, outcome, warning }) => [name, outcome, warning])).toEqual([
      ['keyFitsCertificate', 'pass', undefined],
      ['keyIsRsa', 'pass', undefined],
      ['certificateIsCurrent', 'pass', undefined],
    ])
  })

  it('a signing key is warned about in the last thirty days of its certificate', async () => {
    const verdict = await check(ending.privateKey, ending.certificate)
    expect(findingOf(verdict, 'certificateIsCurrent')).toMatchObject({
      outcome: 'pass',
      warning: 'renew it within 12 days',
      source: '/a.crt',
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
    const verdict = await checkKeys(configured(), portsOf({ files: { '/a.key': fresh.privateKey } }))
    expect(findingOf(verdict, 'keyFitsCertificate')).toMatchObject({ outcome: 'fail', source: '/a.key' })
  })

  it('fails where the file holds something else, and does not show it', async () => {
    const verdict = await check('hunter2', fresh.certificate)
    expect(findingOf(verdict, 'keyFitsCertificate').outcome).toBe('fail')
    expect(JSON.stringify(verdict)).not.toContain('hunter2')
  })

  it('a signing key that is made at first start need not be there yet', async () => {
    const verdict = await checkKeys(configured(true), portsOf())
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
    const verdict = await checkKeys(two, portsOf({ files }))
    expect(verdict.filter(({ outcome }) => outcome === 'fail').map(({ source }) => source)).toEqual(['/b.key'])
  })

  it('a signing key that is not configured has nothing to check', async () => {
    expect(await checkKeys(undefined, portsOf())).toEqual([])
  })
})
