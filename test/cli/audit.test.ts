import { generateKeyPairSync } from 'node:crypto'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { auditKey } from '../../src/audit/chain/key.ts'
import type { AuditEvent } from '../../src/audit/events.ts'
import { createAuditLog } from '../../src/audit/log.ts'
import { openTarget } from '../../src/audit/sinks.ts'
import { lineLog } from '../../src/cli/line-log.ts'
import { fedgate } from '../harness/command.ts'

const at = (minute: number): Date => new Date(Date.UTC(2026, 0, 2, 3, minute))

const login = (minute: number, subject: string): AuditEvent => ({
  eventName: 'login',
  eventTime: at(minute),
  referenceId: `login-${minute}`,
  provider: 'corp',
  subject,
  protocol: 'saml',
  issuer: 'https://idp.example.com',
  authenticatedAt: at(minute),
})

const exchange = (minute: number, subject: string, accessKeyId: string): AuditEvent => ({
  eventName: 'exchange',
  eventTime: at(minute),
  referenceId: `exchange-${minute}`,
  provider: 'corp',
  subject,
  purpose: 'credentials',
  grantedBy: 'groups = dev',
  awsRegion: 'eu-west-1',
  requestParameters: { roleArn: 'arn:aws:iam::111122223333:role/Developer' },
  responseElements: { accessKeyId, expiration: at(60) },
})

let folder: string
let file: string
let keyFile: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fedgate-audit-'))
  file = join(folder, 'audit.jsonl')
  keyFile = join(folder, 'key.pub.pem')
  const key = auditKey(generateKeyPairSync('ed25519').privateKey)
  await writeFile(keyFile, key.publicKey)
  const log = createAuditLog({
    target: await openTarget({ file }, process.stdout),
    chain: { key },
    isRequired: true,
    now: () => at(59),
    log: lineLog(() => undefined),
  })
  await log.record(login(1, 'alice'))
  await log.record(exchange(2, 'alice', 'ASIAFIRST'))
  await log.record(login(3, 'alice'))
  await log.record(login(4, 'bob'))
  await log.record(exchange(5, 'alice', 'ASIASECOND'))
  await log.close()
})
afterAll(() => rm(folder, { recursive: true }))

const run = async (...args: readonly string[]) => {
  const command = fedgate(['audit', ...args])
  const exitCode = await command.ended
  return { exitCode, stdout: command.stdout(), stderr: command.stderr() }
}

const referencesIn = (stdout: string) =>
  stdout
    .trimEnd()
    .split('\n')
    .map((line) => (JSON.parse(line) as { referenceId: string }).referenceId)

describe('fedgate audit verify', () => {
  it('ends with 0 where the log is intact, and with 1 and the place where a line is missing', async () => {
    const intact = await run('verify', file, '--key', keyFile)
    expect(intact).toMatchObject({ exitCode: 0, stdout: '7 lines of 1 chains: intact\n' })
    const lines = (await readFile(file, 'utf8')).split('\n')
    const damaged = join(folder, 'damaged.jsonl')
    await writeFile(damaged, lines.filter((_, n) => n !== 3).join('\n'))
    const { exitCode, stdout } = await run('verify', damaged, '--json')
    expect(exitCode).toBe(1)
    expect(JSON.parse(stdout)).toMatchObject({
      isIntact: false,
      isSignatureChecked: false,
      findings: [
        { kind: 'missing', from: 4, before: { referenceId: 'exchange-2' }, after: { referenceId: 'login-4' } },
      ],
    })
  })

  it('ends with 2 where a file or the key cannot be read', async () => {
    expect(await run('verify', join(folder, 'nothing'))).toMatchObject({ exitCode: 2, stdout: '' })
    expect(await run('verify', file, '--key', file)).toMatchObject({ exitCode: 2, stdout: '' })
  })
})

describe('fedgate audit show', () => {
  it('prints the lines that meet all conditions, as they are', async () => {
    const { exitCode, stdout } = await run(
      'show',
      file,
      '--json',
      '--user',
      'alice',
      '--role',
      'Developer',
      '--since',
      '2026-01-02T03:03:00Z',
    )
    expect(exitCode).toBe(0)
    expect(referencesIn(stdout)).toEqual(['exchange-5'])
  })

  it('prints a row for each line, without the signatures of the log itself', async () => {
    const { stdout } = await run('show', file)
    expect(stdout.trimEnd().split('\n')).toHaveLength(5)
    expect(stdout).toMatch(/exchange +corp\/alice +arn:\S+ +ASIAFIRST +exchange-2/)
  })

  it('follows an access key ID from the sign-in before it to CloudTrail', async () => {
    const { stdout } = await run('show', file, '--json', '--follow', 'ASIASECOND')
    expect(referencesIn(stdout)).toEqual(['login-3', 'exchange-5'])
    const { stderr } = await run('show', file, '--follow', 'ASIASECOND')
    expect(stderr).toContain(
      '--region eu-west-1 --lookup-attributes AttributeKey=AccessKeyId,AttributeValue=ASIASECOND',
    )
    expect((await run('show', file, '--follow', 'ASIANONE')).exitCode).toBe(2)
  })
})
