/** `fedgate keys rotate` under attack: two at once, killed in the middle, files of others, and what it must not touch. */
import { mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { hostname, tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { parse } from 'yaml'
import { runKeysCertificate } from '../../src/cli/keys/certificate.ts'
import type { KeysRotateOptions } from '../../src/cli/keys/options.ts'
import { rotate } from '../../src/cli/keys/rotate.ts'
import { createKeyPem } from '../../src/issuer/keys.ts'
import { EC_KEY, KMS_REGION, RSA_KEY, startKms } from '../harness/kms.ts'

let pem: Awaited<ReturnType<typeof createKeyPem>>
beforeAll(async () => {
  pem = await createKeyPem('fedgate', new Date('2026-01-01T00:00:00Z'))
})

const CONFIG = `baseUrl: https://aws.example.com
session:
  secret: \${SESSION_SECRET} # in the environment
signing: # the crown jewel
  key: ./keys/signing.key
  certificate: ./keys/signing.crt
issuer: { key: ./keys/issuer.key }
providers:
  - { id: corp, protocol: saml, metadata: ./corp.xml }
access:
  - when: { provider: corp }
    roles: ["arn:aws:iam::111122223333:role/A", "arn:aws-cn:iam::444455556666:role/B"]
`

let folder: string
let config: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fedgate-rotate-'))
  config = join(folder, 'fedgate.yaml')
  await mkdir(join(folder, 'keys'))
  await writeFile(join(folder, 'keys/signing.key'), pem.privateKey, { mode: 0o600 })
  await writeFile(join(folder, 'keys/signing.crt'), pem.certificate)
  await writeFile(config, CONFIG, { mode: 0o640 })
})
afterEach(() => rm(folder, { recursive: true }))

const NOW = new Date('2026-11-30T17:00:00Z')

const step = async (options: Partial<KeysRotateOptions> = {}, env: NodeJS.ProcessEnv = {}, at = NOW) => {
  const [notes, printed] = [[] as string[], [] as string[]]
  const output = { note: (line: string) => void notes.push(line), printText: (text: string) => void printed.push(text) }
  await rotate({ config, key: 'signing', edit: true, format: 'cli', ...options }, { env, now: () => at, output })
  return { notes: notes.join('\n'), printed: printed.join('') }
}

const NEW = './keys/signing-20261130T170000Z'

describe('keys rotate', () => {
  it('keys rotate makes files that only their owner can read, before the configuration names them', async () => {
    const { notes } = await step()
    expect(parse(await readFile(config, 'utf8')).signing).toEqual([
      { key: './keys/signing.key', certificate: './keys/signing.crt' },
      { key: `${NEW}.key`, certificate: `${NEW}.crt` },
    ])
    const modes = await Promise.all(
      ['.key', '.crt'].map(async (end) => (await stat(join(folder, NEW + end))).mode & 0o777),
    )
    expect(modes).toEqual([0o600, 0o644])
    expect((await stat(config)).mode & 0o777).toBe(0o640)
    expect(notes).toContain(`+   - key: ${NEW}.key`)
    expect((await readdir(folder)).sort()).toEqual(['fedgate.yaml', 'keys'])
  })

  it('keys rotate prints the update for every account, in each partition', async () => {
    const { printed } = await step()
    expect(printed).toContain("update 111122223333 'arn:aws:iam::111122223333:saml-provider/fedgate'")
    expect(printed).toContain("update 444455556666 'arn:aws-cn:iam::444455556666:saml-provider/fedgate'")
    expect(printed.match(/<ds:X509Certificate>/g)).toHaveLength(2)
  })

  it.each(['terraform', 'cloudformation'] as const)('keys rotate prints the update for %s', async (format) => {
    const { printed } = await step({ format })
    const document = parse(printed)
    const text = JSON.stringify(document)
    expect(text).toContain(format === 'terraform' ? 'aws_iam_saml_provider' : 'AWS::IAM::SAMLProvider')
    expect(text.match(/X509Certificate>MII/g)?.length).toBeGreaterThanOrEqual(2)
  })

  it('keys rotate with --no-edit shows the change and leaves the configuration as it was', async () => {
    const { notes, printed } = await step({ edit: false })
    expect(await readFile(config, 'utf8')).toBe(CONFIG)
    expect(notes).toContain(`+   - key: ${NEW}.key`)
    expect(printed).toContain('update 111122223333')
  })

  it('keys rotate changes the file behind a link, not the link', async () => {
    const link = join(folder, 'link.yaml')
    await symlink(config, link)
    await step({ config: link })
    expect(parse(await readFile(config, 'utf8')).signing).toHaveLength(2)
    expect((await stat(link)).ino).toBe((await stat(config)).ino)
  })

  it('of two rotations at once, one runs and the other is refused', async () => {
    const both = await Promise.allSettled([step(), step({}, {}, new Date(NOW.getTime() + 1000))])
    expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
    expect(both.find(({ status }) => status === 'rejected')).toMatchObject({
      reason: { code: expect.stringMatching(/^keys\.(locked|rotation_in_progress)$/) },
    })
    expect(parse(await readFile(config, 'utf8')).signing).toHaveLength(2)
  })

  it('the lock of a killed rotation is taken over, and that of a running one or of another machine is not', async () => {
    const lock = `${config}.lock`
    await writeFile(lock, JSON.stringify({ pid: process.pid, host: hostname() }))
    await expect(step()).rejects.toMatchObject({ code: 'keys.locked' })
    await writeFile(lock, JSON.stringify({ pid: 2 ** 22 + 1, host: 'another' }))
    await expect(step()).rejects.toMatchObject({ code: 'keys.locked' })
    await writeFile(lock, JSON.stringify({ pid: 2 ** 22 + 1, host: hostname() }))
    await step()
    expect((await readdir(folder)).sort()).toEqual(['fedgate.yaml', 'keys'])
  })

  it('a rotation that was killed before the configuration named its key can be started again', async () => {
    await step({ edit: false })
    await expect(step()).rejects.toMatchObject({ code: 'keys.cannot_write' })
    await step({}, {}, new Date(NOW.getTime() + 1000))
    expect(parse(await readFile(config, 'utf8')).signing).toHaveLength(2)
  })

  it('keys rotate does not overwrite what somebody else wrote meanwhile', async () => {
    const changed = `${CONFIG}# by hand\n`
    const running = rotate(
      { config, key: 'signing', edit: true, format: 'cli' },
      {
        env: {},
        now: () => NOW,
        output: {
          note: (line) => void (line.startsWith('Created') && writing.push(writeFile(config, changed))),
          printText: () => undefined,
        },
      },
    )
    const writing: Promise<void>[] = []
    await expect(running).rejects.toMatchObject({ code: 'keys.config_changed' })
    await Promise.all(writing)
    expect(await readFile(config, 'utf8')).toBe(changed)
  })

  it('keys rotate needs no session secret, and never shows one', async () => {
    const { notes } = await step({ key: 'session' })
    expect(parse(await readFile(config, 'utf8')).session.secret).toEqual([
      // biome-ignore lint/suspicious/noTemplateCurlyInString: as the file has it.
      '${SESSION_SECRET}',
      // biome-ignore lint/suspicious/noTemplateCurlyInString: as the file has it.
      '${file:./secrets/session-secret-20261130T170000Z}',
    ])
    const secret = join(folder, 'secrets/session-secret-20261130T170000Z')
    expect(((await stat(secret)).mode & 0o777).toString(8)).toBe('600')
    expect(notes).not.toContain((await readFile(secret, 'utf8')).trim())
  })

  it('keys rotate never shows a secret that is written in the file itself', async () => {
    const secret = 'a-secret-of-more-than-32-characters'
    // biome-ignore lint/suspicious/noTemplateCurlyInString: as the file has it.
    await writeFile(config, CONFIG.replace('${SESSION_SECRET}', secret))
    const all = [
      await step({ key: 'session' }),
      await step({ key: 'session', switch: true, evenIfUnknown: true }),
      await step({ key: 'session', finish: true }),
    ]
    expect(all.map(({ notes }) => notes).join()).not.toContain(secret)
    expect(all[2]?.notes).toContain('Then delete (secret 2)')
  })

  it.each([
    [{ switch: true }, 'keys.no_rotation'],
    [{ finish: true }, 'keys.no_rotation'],
    [{ key: 'encryption' }, 'keys.not_configured'],
  ] as const)('keys rotate %j is refused with %s where there is nothing to do', async (options, code) => {
    await expect(step(options)).rejects.toMatchObject({ code })
    expect(await readFile(config, 'utf8')).toBe(CONFIG)
  })

  it('keys rotate --finish does not remove the key that was never used', async () => {
    await step()
    await expect(step({ finish: true })).rejects.toMatchObject({ code: 'keys.older' })
    const { notes } = await step({ finish: true, back: true })
    expect(notes).toContain(`Then delete ${NEW}.key`)
    expect(parse(await readFile(config, 'utf8')).signing).toEqual({
      key: './keys/signing.key',
      certificate: './keys/signing.crt',
    })
  })

  it('a rotation can go back after the switch, with --back', async () => {
    await step()
    const asked = { evenIfUnknown: true as const, endpointUrl: 'http://127.0.0.1:1' }
    await expect(step({ switch: true, endpointUrl: asked.endpointUrl })).rejects.toMatchObject({ code: 'keys.unknown' })
    await step({ switch: true, ...asked })
    await expect(step({ switch: true, ...asked })).rejects.toMatchObject({ code: 'keys.older' })
    await step({ switch: true, back: true, ...asked })
    expect(parse(await readFile(config, 'utf8')).signing[0].key).toBe('./keys/signing.key')
  })
})

describe('keys rotate to AWS KMS', () => {
  it('keys rotate names a key in AWS KMS with a certificate that is signed there', async () => {
    const kms = await startKms()
    const place = { kmsRegion: KMS_REGION, kmsEndpoint: kms.url }
    vi.stubEnv('AWS_ACCESS_KEY_ID', 'AKIAIOSFODNN7EXAMPLE')
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'secret')
    await step({ kmsKeyId: RSA_KEY, ...place })
    const [, entry] = parse(await readFile(config, 'utf8')).signing
    expect(entry).toEqual({
      kms: { keyId: RSA_KEY, region: KMS_REGION, endpoint: kms.url },
      certificate: `${NEW}.crt`,
    })
    expect((await readdir(join(folder, 'keys'))).filter((name) => name.endsWith('.key'))).toEqual(['signing.key'])
    await expect(step({ key: 'issuer', kmsKeyId: EC_KEY, ...place })).rejects.toMatchObject({
      code: 'keys.other_algorithm',
    })
    const out = join(folder, 'kms.crt')
    await runKeysCertificate({ kmsKeyId: RSA_KEY, ...place, out })
    expect(await readFile(out, 'utf8')).toContain('BEGIN CERTIFICATE')
    await kms.close()
  })
})
