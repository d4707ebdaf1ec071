import { mkdtemp, readFile, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Writable } from 'node:stream'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { AuditEvent } from '../../src/audit/events.ts'
import { fileAudit, openStreamAudit } from '../../src/audit/sinks.ts'

const login = (subject: string): AuditEvent => ({
  eventName: 'login',
  eventTime: new Date('2026-01-02T03:04:05Z'),
  referenceId: 'ref-1',
  provider: 'corp',
  subject,
  protocol: 'saml',
  issuer: 'https://idp.example.com',
  authenticatedAt: new Date('2026-01-02T03:00:00Z'),
})

const quiet = (sentence: string): void => {
  throw new Error(`unexpected complaint: ${sentence}`)
}

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fedgate-audit-'))
})
afterEach(() => rm(folder, { recursive: true }))

describe('the audit file', () => {
  it('has every event as a whole line, in order, when many are recorded at once', async () => {
    const file = join(folder, 'audit.jsonl')
    const audit = fileAudit(file, quiet)
    for (let i = 0; i < 2000; i++) audit.record(login(`person-${i}-${'x'.repeat(500)}`))
    await audit.close()
    const lines = (await readFile(file, 'utf8')).trimEnd().split('\n')
    expect(lines).toHaveLength(2000)
    expect(lines.map((line) => JSON.parse(line).subject.split('-')[1])).toEqual([...Array(2000).keys()].map(String))
  })

  it('is appended to, and keeps the lines of two writers apart', async () => {
    const file = join(folder, 'audit.jsonl')
    const [one, two] = [fileAudit(file, quiet), fileAudit(file, quiet)]
    for (let i = 0; i < 200; i++) {
      one.record(login('one'))
      two.record(login('two'))
    }
    await Promise.all([one.close(), two.close()])
    const third = fileAudit(file, quiet)
    third.record(login('three'))
    await third.close()
    const subjects = (await readFile(file, 'utf8'))
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line).subject)
    expect(subjects).toHaveLength(401)
    expect(subjects.at(-1)).toBe('three')
  })

  it('is readable by its owner only', async () => {
    const file = join(folder, 'audit.jsonl')
    await fileAudit(file, quiet).close()
    expect((await stat(file)).mode & 0o777).toBe(0o600)
  })

  it('that cannot be written is reported once and breaks nothing', async () => {
    const complaints: string[] = []
    const audit = fileAudit(join(folder, 'no-such-folder', 'audit.jsonl'), (sentence) => complaints.push(sentence))
    audit.record(login('alice'))
    audit.record(login('bob'))
    await audit.close()
    audit.record(login('carol'))
    expect(complaints).toHaveLength(1)
    expect(complaints[0]).toMatch(/audit log .*audit\.jsonl cannot be written: ENOENT/)
  })
})

describe('the audit stream', () => {
  it('is written out, but left open, when the audit closes', async () => {
    const chunks: string[] = []
    const slow = new Writable({
      write: (chunk, _encoding, done) => {
        setImmediate(() => {
          chunks.push(String(chunk))
          done()
        })
      },
    })
    const audit = openStreamAudit(slow, quiet)
    audit.record(login('alice'))
    audit.record(login('bob'))
    await audit.close()
    expect(chunks.join('').trimEnd().split('\n')).toHaveLength(2)
    expect(slow.writable).toBe(true)
  })

  it('that broke is reported once', async () => {
    const complaints: string[] = []
    const broken = new Writable({ write: (_chunk, _encoding, done) => done(new Error('EPIPE')) })
    const audit = openStreamAudit(broken, (sentence) => complaints.push(sentence))
    audit.record(login('alice'))
    audit.record(login('bob'))
    await audit.close()
    expect(complaints).toEqual(['The audit log on standard output cannot be written: EPIPE'])
  })
})
