/** Every damage to a log is found and located, and nothing is reported on a log that went through failures. */
import { generateKeyPairSync } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Verification } from '../../src/audit/chain/findings.ts'
import { sealLine } from '../../src/audit/chain/format.ts'
import { auditKey, readPublicKeys } from '../../src/audit/chain/key.ts'
import { verifyLogs } from '../../src/audit/chain/verify.ts'
import type { ChainHead } from '../../src/audit/chain/writer.ts'
import type { AuditEvent } from '../../src/audit/events.ts'
import { createAuditLog } from '../../src/audit/log.ts'
import type { Target } from '../../src/audit/target.ts'
import { lineLog } from '../../src/cli/line-log.ts'

const key = auditKey(generateKeyPairSync('ed25519').privateKey)

const event = (name: 'login' | 'logout', n: number): AuditEvent => {
  const occurrence = { eventTime: new Date(1_767_323_045_000 + n), referenceId: `ref-${n}`, subject: 'alice' }
  return name === 'login'
    ? {
        ...occurrence,
        eventName: name,
        provider: 'corp',
        protocol: 'saml',
        issuer: 'https://idp.example.com',
        authenticatedAt: new Date(0),
      }
    : { ...occurrence, eventName: name, provider: 'corp', reason: 'person' }
}

/** A disk that may be full, or fail to sync what was written. */
const disk = () => {
  const state = { text: '', room: Infinity, syncFails: false }
  const target: Target = {
    name: 'disk',
    append: async (octets, isDurable) => {
      const isTorn = state.text !== '' && !state.text.endsWith('\n') && state.room > 0
      if (isTorn) state.text += '\n'
      const written = Math.min(octets.length, state.room)
      state.text += octets.subarray(0, written).toString()
      state.room -= written
      if (written < octets.length) return { written, problem: new Error('ENOSPC') }
      return isDurable && state.syncFails ? { written: 0, problem: new Error('EIO') } : { written }
    },
    close: async () => {},
  }
  return { state, target }
}

const openLog = (signedBy = key) => {
  const { state, target } = disk()
  const kept = new Map<string, ChainHead>()
  const log = createAuditLog({
    target,
    chain: {
      key: signedBy,
      keepHead: async (head) => {
        kept.set(head.chain, head)
      },
    },
    isRequired: true,
    now: () => new Date(1_767_323_045_000),
    log: lineLog(() => undefined),
    patience: { firstRetry: 2, longestRetry: 5, write: 5_000 },
  })
  const record = async (from: number, to: number): Promise<void> => {
    for (let n = from; n <= to; n += 1) await log.record(event('logout', n))
  }
  const recovered = async (): Promise<void> => {
    while (log.status().state !== 'ok') await new Promise((resolve) => setTimeout(resolve, 2))
  }
  return { state, log, kept, record, recovered }
}

let folder: string
let keyFile: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fedgate-chain-'))
  keyFile = join(folder, 'key.pub.pem')
  await writeFile(keyFile, key.publicKey)
})
afterAll(() => rm(folder, { recursive: true }))

type Options = { readonly kept?: ReadonlyMap<string, ChainHead>; readonly isPartial?: boolean; readonly noKey?: true }

/** Verifies these texts as files, in this order. */
const verify = async (texts: readonly string[], { kept, isPartial = false, noKey }: Options = {}) => {
  const files = texts.map((_, n) => join(folder, `audit.jsonl.${n}`))
  await Promise.all(files.map((file, n) => writeFile(file, texts[n] ?? '')))
  return verifyLogs(files, {
    ...(noKey ? {} : { keys: await readPublicKeys([keyFile]) }),
    ...(kept && { keptHeads: kept }),
    isPartial,
  })
}

const found = ({ findings }: Verification) => findings.map(({ kind, from, to }) => [kind, from, to])
const text = (lines: readonly string[]): string => lines.map((line) => `${line}\n`).join('')

/** The lines 1 (start), 2 to 21 (events), 22 (end), and what was kept of them. */
const wholeLog = async () => {
  const { state, log, record, kept } = openLog()
  await record(2, 21)
  await log.close()
  return { lines: state.text.trimEnd().split('\n'), kept }
}

describe('an intact log', () => {
  it('an intact log has no finding, with all of its lines in one signed chain', async () => {
    const { lines, kept } = await wholeLog()
    expect(lines).toHaveLength(22)
    expect(await verify([text(lines)], { kept })).toEqual({
      lines: 22,
      chains: 1,
      findings: [],
      openChains: [],
      torn: 0,
      isSignatureChecked: true,
      chainsElsewhere: 0,
      isComplete: true,
    })
  })

  it('has no finding where two processes wrote to it, in rotated files of any order', async () => {
    const [one, two] = [openLog(), openLog()]
    const lines: string[] = []
    for (let n = 0; n < 6; n += 1)
      for (const { record, state } of [one, two]) {
        await record(n * 10, n * 10 + 3)
        lines.push(...state.text.trimEnd().split('\n'))
        state.text = ''
      }
    const files = [lines.slice(0, 15), lines.slice(15, 31), lines.slice(31)].map(text)
    for (const order of [
      [0, 1, 2],
      [2, 1, 0],
      [1, 2, 0],
    ]) {
      const verification = await verify(order.map((n) => files[n] ?? ''))
      expect(verification).toMatchObject({ chains: 2, findings: [], lines: 50 })
    }
  })

  it.each(['full', 'torn', 'not synced'])('has no finding after a disk was %s', async (how) => {
    const { state, log, record, recovered, kept } = openLog()
    await record(0, 5)
    if (how === 'not synced') state.syncFails = true
    else state.room = how === 'full' ? 0 : 200
    await expect(log.record(event('login', 6))).rejects.toMatchObject({ code: 'audit.unavailable' })
    await record(7, 12)
    // Every attempt to resume fails too, some of them in the middle of a line.
    for (const room of [30, 700, 1]) {
      if (how === 'torn') state.room = room
      await new Promise((resolve) => setTimeout(resolve, 10))
    }
    state.syncFails = false
    state.room = Infinity
    await recovered()
    await record(13, 20)
    await log.close()
    const verification = await verify([state.text], { kept })
    expect(verification).toMatchObject({ findings: [], openChains: [], chains: 1 })
    expect(verification.torn > 0).toBe(how === 'torn')
    const lines = state.text.trimEnd().split('\n')
    const missing = lines.findIndex((line) => line.includes('"ref-15"'))
    expect((await verify([text(lines.filter((_, n) => n !== missing))])).findings).toMatchObject([
      { kind: 'missing', before: { referenceId: 'ref-14' }, after: { referenceId: 'ref-16' } },
    ])
  })

  it('has no finding where its process was killed, in the middle of a line or not, and another followed', async () => {
    const [killed, next] = [openLog(), openLog()]
    await killed.record(0, 9)
    await next.record(10, 12)
    await next.log.close()
    for (const cut of [0, 20]) {
      const torn = `${killed.state.text.slice(0, killed.state.text.length - 1 - cut)}\n`
      const verification = await verify([torn + next.state.text], { kept: killed.kept })
      expect(verification).toMatchObject({ findings: [], torn: cut === 0 ? 0 : 1, chains: 2 })
      expect(verification.openChains).toMatchObject([{ last: { number: cut === 0 ? 11 : 10 } }])
    }
  })

  it('has no finding where a collector wrote something before each line', async () => {
    const { lines } = await wholeLog()
    const collected = lines.map((line) => `<109>1 2026-01-02T03:04:05Z host fedgate 1 audit - ${line}`)
    expect((await verify([text(collected)])).findings).toEqual([])
  })

  it('is signed every thousand lines', async () => {
    const { state, log } = openLog()
    await Promise.all(Array.from({ length: 2_500 }, (_, n) => log.record(event('logout', n))))
    expect(await verify([state.text])).toMatchObject({ findings: [], openChains: [{ unsigned: 500 }] })
    expect(state.text.match(/"reason":"interval"/g)).toHaveLength(2)
  })
})

describe('a damaged log', () => {
  let lines: readonly string[]
  let kept: ReadonlyMap<string, ChainHead>
  beforeEach(async () => {
    const whole = await wholeLog()
    lines = whole.lines
    kept = whole.kept
  })

  const edit = (change: (lines: string[]) => unknown): readonly string[] => {
    const edited = [...lines]
    change(edited)
    return edited
  }
  const change = (line: string): string => line.replace('"alice"', '"mallory"')

  it.each<[string, (lines: string[]) => unknown, readonly unknown[]]>([
    ['a changed line', (all) => (all[9] = change(all[9] ?? '')), [['changed', 10, 10]]],
    ['a changed last event', (all) => (all[20] = change(all[20] ?? '')), [['changed', 21, 21]]],
    [
      'a changed hash',
      (all) => (all[9] = all[9]?.replace(/"hash":"..../, '"hash":"abcd') ?? ''),
      [['changed', 10, 10]],
    ],
    ['a missing line', (all) => all.splice(9, 1), [['missing', 10, 10]]],
    ['several missing lines', (all) => all.splice(9, 3), [['missing', 10, 12]]],
    ['a missing first line', (all) => all.splice(0, 1), [['missing', 1, 1]]],
    ['a duplicated line', (all) => all.splice(9, 0, all[9] ?? ''), [['duplicated', 10, 10]]],
    ['a line duplicated at the end', (all) => all.push(all[9] ?? ''), [['duplicated', 10, 10]]],
    ['two lines in reverse', (all) => all.splice(9, 2, all[10] ?? '', all[9] ?? ''), [['reordered', 11, undefined]]],
    [
      'a line that was cut off',
      (all) => (all[9] = all[9]?.slice(0, 90) ?? ''),
      [
        ['missing', 10, 10],
        ['inserted', undefined, undefined],
      ],
    ],
    ['a line of another program', (all) => all.splice(9, 0, 'hello'), [['inserted', undefined, undefined]]],
    [
      'an event without a place',
      (all) => all.splice(9, 0, all[9]?.replace(/,"chain".*/, '}') ?? ''),
      [['inserted', undefined, undefined]],
    ],
    ['text before a line', (all) => (all[9] = `{"a":1}${all[9]}`), [['inserted', 10, undefined]]],
    ['a log that ends early', (all) => all.splice(15), [['cut-off', 16, 22]]],
    ['a log without its last line', (all) => all.pop(), [['cut-off', 22, 22]]],
  ])('has a finding for %s', async (_what, damage, expected) => {
    const verification = await verify([text(edit(damage))], { kept })
    expect(found(verification).map(([kind]) => kind)).toEqual(expected.map((one) => (one as readonly string[])[0]))
    const located = expected.filter(
      (one) => (one as readonly unknown[])[1] !== undefined && (one as string[])[0] !== 'inserted',
    )
    expect(found(verification)).toEqual(expect.arrayContaining([...located]))
  })

  it('is located between the lines before and after, by number, reference, time, file and line', async () => {
    const [finding] = (await verify([text(edit((all) => all.splice(9, 1)))])).findings
    const at = (number: number, line: number) => ({
      file: join(folder, 'audit.jsonl.0'),
      line,
      number,
      referenceId: `ref-${number}`,
      eventName: 'logout',
      eventTime: new Date(1_767_323_045_000 + number).toISOString(),
    })
    expect(finding).toMatchObject({ kind: 'missing', before: at(9, 9), after: at(11, 10) })
  })

  it('has a finding where a file is given twice, or a line was moved to another file', async () => {
    expect(found(await verify([text(lines), text(lines)]))).toEqual([['duplicated', 1, 22]])
    const moved = [text(lines.filter((_, n) => n !== 4 && n < 12)), text([lines[4] ?? '', ...lines.slice(12)])]
    expect(found(await verify(moved)).map(([kind]) => kind)).toContain('reordered')
  })

  it('has a finding where everything after a change was made to fit, as the heads are signed', async () => {
    const forged: string[] = []
    let [previous, number] = ['A'.repeat(43), 0]
    for (const line of lines) {
      const event = Buffer.from(`${change(line).replace(/,"chain".*/, '}')}\n`)
      number += 1
      const place = { id: 'forgedforgedforg', number, after: number - 1, previous }
      const sealed = sealLine(event, place, number === 1 || number === 22 ? () => 'A'.repeat(86) : undefined)
      forged.push(sealed.octets.toString().trimEnd())
      previous = sealed.hash
    }
    const kinds = found(await verify([text(forged)]))
    expect(kinds).toEqual([
      ['unsigned', 1, 1],
      ['unsigned', 22, 22],
      ['unsigned', 1, 22],
    ])
    expect((await verify([text(forged)], { noKey: true })).isSignatureChecked).toBe(false)
  })

  it('has a finding where its lines are signed by another key', async () => {
    const { state, log, record } = openLog(auditKey(generateKeyPairSync('ed25519').privateKey))
    await record(0, 2)
    await log.close()
    expect(found(await verify([state.text])).map(([kind]) => kind)).toEqual(['unsigned', 'unsigned', 'unsigned'])
  })

  it('has a finding for lines after its end', async () => {
    const last = /"number":22.*"hash":"([\w-]{43})"/.exec(lines[21] ?? '')?.[1] ?? ''
    const [, id = ''] = /"id":"([\w-]{16})"/.exec(lines[0] ?? '') ?? []
    const event = Buffer.from(`${lines[4]?.replace(/,"chain".*/, '}')}\n`)
    const added = sealLine(event, { id, number: 23, after: 22, previous: last })
    const verification = await verify([text(lines) + added.octets.toString()])
    expect(found(verification)).toEqual([['inserted', 23, 23]])
  })

  it('may be part of a log where that is said: only what is between its lines is a finding', async () => {
    const part = edit((all) => all.splice(15)).slice(5)
    expect(found(await verify([text(part)], { kept }))).toEqual([
      ['missing', 1, 5],
      ['cut-off', 16, 22],
      ['unsigned', 1, 15],
    ])
    expect((await verify([text(part)], { kept, isPartial: true })).findings).toEqual([])
    expect(found(await verify([text(part.filter((_, n) => n !== 3))], { isPartial: true }))).toEqual([
      ['missing', 9, 9],
    ])
  })
})
