/** What becomes of lines on their way to a disk that fills up, a file that is moved, a stream that breaks. */
import { closeSync, openSync } from 'node:fs'
import { appendFile, mkdir, mkdtemp, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Writable } from 'node:stream'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type AuditFile, fileTarget, openTarget, streamTarget } from '../../src/audit/sinks.ts'
import type { Target } from '../../src/audit/target.ts'

const stdout = new Writable({ write: (_chunk, _encoding, done) => done() })

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fedgate-audit-'))
})
afterEach(() => rm(folder, { recursive: true }))

const append = (target: Target, text: string, isDurable = false) => target.append(Buffer.from(text), isDurable)

describe('the audit file', () => {
  it('the audit file is appended to, and keeps the lines of two writers apart', async () => {
    const file = join(folder, 'audit.jsonl')
    const [one, two] = [await openTarget({ file }, stdout), await openTarget({ file }, stdout)]
    const line = (who: string, n: number): string => `${who} ${n} ${'x'.repeat(3000)}\n`
    for (let n = 0; n < 100; n += 1) await Promise.all([append(one, line('one', n)), append(two, line('two', n), true)])
    await Promise.all([one.close(), two.close()])
    const lines = (await readFile(file, 'utf8')).trimEnd().split('\n')
    expect(lines).toHaveLength(200)
    expect(new Set(lines.map((text) => text.length - String(text.split(' ')[1]).length))).toEqual(new Set([3005]))
  })

  it('the audit file is readable by its owner only', async () => {
    const file = join(folder, 'audit.jsonl')
    await openTarget({ file }, stdout)
    expect((await stat(file)).mode & 0o777).toBe(0o600)
  })

  it.each([
    ['its folder is missing', 'no-such-folder/audit.jsonl', /ENOENT/],
    ['its folder is a file', 'file/audit.jsonl', /ENOTDIR/],
    ['it is a folder', 'folder', /EISDIR/],
  ])('the audit file is reported as unusable where %s', async (_what, name, reason) => {
    await writeFile(join(folder, 'file'), '')
    await mkdir(join(folder, 'folder'))
    await expect(openTarget({ file: join(folder, name) }, stdout)).rejects.toThrow(reason)
  })

  it('the audit file has a torn line ended before the next: its own from before a crash, or another process’s', async () => {
    const file = join(folder, 'audit.jsonl')
    await writeFile(file, '{"torn":')
    const target = await openTarget({ file }, stdout)
    await append(target, '1\n')
    await append(target, '2\n')
    await appendFile(file, '{"also torn":')
    await append(target, '3\n')
    await append(target, '4\n')
    await target.close()
    expect(await readFile(file, 'utf8')).toBe('{"torn":\n1\n2\n{"also torn":\n3\n4\n')
  })

  it.each(['moved away', 'deleted'])('the audit file is made again where it has been %s', async (how) => {
    const file = join(folder, 'audit.jsonl')
    const target = await openTarget({ file }, stdout)
    await append(target, 'before\n')
    await (how === 'deleted' ? rm(file) : rename(file, `${file}.1`))
    expect(await append(target, 'after\n')).toEqual({ written: 6 })
    await target.close()
    expect(await readFile(file, 'utf8')).toBe('after\n')
  })

  it('fails while its folder is gone, and is written when it is there again', async () => {
    const file = join(folder, 'logs', 'audit.jsonl')
    await mkdir(join(folder, 'logs'))
    const target = await openTarget({ file }, stdout)
    await append(target, '1\n')
    await rename(join(folder, 'logs'), join(folder, 'elsewhere'))
    expect(await append(target, '2\n')).toMatchObject({ written: 0, problem: { code: 'ENOENT' } })
    await rename(join(folder, 'elsewhere'), join(folder, 'logs'))
    expect(await append(target, '3\n')).toEqual({ written: 2 })
    await target.close()
    expect(await readFile(file, 'utf8')).toBe('1\n3\n')
  })

  it('says that a full device took nothing', async () => {
    const target = await openTarget({ file: '/dev/full' }, stdout)
    expect(await append(target, 'a line\n')).toMatchObject({ written: 0, problem: { code: 'ENOSPC' } })
    expect(await append(target, 'a line\n')).toMatchObject({ written: 0, problem: { code: 'ENOSPC' } })
  })
})

/** A disk with room for so many octets. */
const disk = (room: number) => {
  const state = { text: '', room, syncs: 0, syncFails: false, opened: 0 }
  const file: AuditFile = {
    write: async (octets) => {
      const fits = octets.subarray(0, state.room)
      if (fits.length === 0) throw new Error('ENOSPC')
      state.text += fits.toString()
      state.room -= fits.length
      return fits.length
    },
    sync: async () => {
      state.syncs += 1
      if (state.syncFails) throw new Error('EIO')
    },
    endsInMidLine: async () => false,
    isCurrent: async () => true,
    close: async () => {},
  }
  const target = fileTarget('disk', async () => {
    state.opened += 1
    return file
  })
  return { state, target }
}

describe('a disk that is full', () => {
  it('a full disk reports how much was written, and the torn line is ended when there is room', async () => {
    const { state, target } = disk(10)
    expect(await append(target, 'one\ntwo\nthree\n')).toMatchObject({ written: 10, problem: { message: 'ENOSPC' } })
    expect(await append(target, 'four\n')).toMatchObject({ written: 0 })
    state.room = 1
    expect(await append(target, 'four\n')).toMatchObject({ written: 0 })
    state.room = 100
    expect(await append(target, 'five\n')).toEqual({ written: 5 })
    expect(state.text).toBe('one\ntwo\nth\nfive\n')
  })

  it('the audit file on a full disk is reopened after each failure, and not otherwise', async () => {
    const { state, target } = disk(8)
    await append(target, 'one\n')
    await append(target, 'two\n')
    expect(state.opened).toBe(1)
    await append(target, 'three\n')
    state.room = 100
    await append(target, 'four\n')
    expect(state.opened).toBe(2)
  })

  it('syncs what gives access, and counts what it cannot sync as not written', async () => {
    const { state, target } = disk(100)
    await append(target, 'refused\n')
    expect(state.syncs).toBe(0)
    await append(target, 'login\n', true)
    expect(state.syncs).toBe(1)
    state.syncFails = true
    expect(await append(target, 'login\n', true)).toMatchObject({ written: 0, problem: { message: 'EIO' } })
  })
})

describe('the audit stream', () => {
  it('acknowledges a line when it is out, and is left open', async () => {
    const chunks: string[] = []
    const slow = new Writable({
      write: (chunk, _encoding, done) => {
        setImmediate(() => {
          chunks.push(String(chunk))
          done()
        })
      },
    })
    const target = streamTarget(slow)
    expect(await append(target, 'one\n')).toEqual({ written: 4 })
    expect(chunks).toEqual(['one\n'])
    await target.close()
    expect(slow.writable).toBe(true)
  })

  it('a broken audit stream reports an error each time, and does not end the process', async () => {
    const target = streamTarget(new Writable({ write: (_chunk, _encoding, done) => done(new Error('EPIPE')) }))
    expect(await append(target, 'one\n')).toMatchObject({ written: 0, problem: { message: 'EPIPE' } })
    expect(await append(target, 'two\n')).toMatchObject({ written: 0, problem: expect.any(Error) })
  })

  it.each(['/dev/full', 'out.txt'])('into %s is written by its descriptor, which no error ends', async (name) => {
    const path = name.startsWith('/') ? name : join(folder, name)
    const fd = openSync(path, 'a')
    try {
      const target = await openTarget({}, Object.assign(new Writable(), { fd }))
      const isFull = name === '/dev/full'
      for (const text of ['one\n', 'two\n'])
        expect(await append(target, text)).toMatchObject(isFull ? { problem: { code: 'ENOSPC' } } : { written: 4 })
      if (!isFull) expect(await readFile(path, 'utf8')).toBe('one\ntwo\n')
    } finally {
      closeSync(fd)
    }
  })
})
