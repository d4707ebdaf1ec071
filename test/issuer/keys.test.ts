import { X509Certificate } from 'node:crypto'
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createKeyPem, loadKeyPair } from '../../src/issuer/keys.ts'

const now = new Date('2026-11-22T12:00:00Z')
let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fedgate-keys-'))
})
afterAll(() => rm(folder, { recursive: true }))

const files = (name: string) => ({
  key: join(folder, 'deep', `${name}.key`),
  certificate: join(folder, 'deep', `${name}.crt`),
})

describe('signing keys', () => {
  it('signing keys are made at first start, the key for its owner only, and are the same afterwards', async () => {
    const made = await loadKeyPair(files('a'), { commonName: 'fedgate', now })
    const again = await loadKeyPair(files('a'), { commonName: 'fedgate', now })
    expect(again.certificate).toBe(made.certificate)
    expect((await stat(files('a').key)).mode & 0o777).toBe(0o600)
    const certificate = new X509Certificate(await readFile(files('a').certificate))
    expect(certificate.subject).toBe('CN=fedgate')
    expect(certificate.publicKey.asymmetricKeyDetails?.modulusLength).toBe(2048)
    expect(new Date(certificate.validTo).getTime()).toBeGreaterThan(now.getTime() + 9 * 365 * 86_400_000)
  })

  it('signing keys are not made where they were configured', async () => {
    await expect(loadKeyPair(files('b'), undefined)).rejects.toThrow(/b\.key is not there/)
  })

  it('signing keys are never replaced where one half is missing', async () => {
    await loadKeyPair(files('c'), { commonName: 'fedgate', now })
    await rm(files('c').certificate)
    await expect(loadKeyPair(files('c'), { commonName: 'fedgate', now })).rejects.toThrow(/c\.crt is not there/)
  })

  it('signing keys are refused where key and certificate do not belong together', async () => {
    await loadKeyPair(files('d'), { commonName: 'fedgate', now })
    await writeFile(files('d').key, (await createKeyPem('other', now)).privateKey)
    await expect(loadKeyPair(files('d'), undefined)).rejects.toThrow(/does not belong/)
  })
})
