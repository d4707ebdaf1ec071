import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmod, chown, mkdir, mkdtemp, readFile, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { open as openLmdb } from 'lmdb'
import { afterAll, describe, expect, it } from 'vitest'
import type { Clock } from '../../src/gateway/ports.ts'
import { refuseNetwork } from '../../src/stores/file/folder.ts'
import { takeLease } from '../../src/stores/file/lease.ts'
import { openFileStore } from '../../src/stores/file/store.ts'
import { describeStore } from './conformance.ts'

const START = Date.parse('2026-11-22T12:00:00Z')
const clock: Clock = () => new Date(START)
const at = (seconds: number): Date => new Date(START + seconds * 1000)
const opened: { close(): Promise<void> }[] = []

async function newFolder(): Promise<string> {
  return join(await mkdtemp(join(tmpdir(), 'fedgate-store-')), 'store')
}

async function open(folder: string, now = clock, told: string[] = []) {
  const store = await openFileStore(folder, now, (sentence) => told.push(sentence))
  opened.push(store)
  return store
}

type Key = (string | number)[]

/** What is in the files of a closed store. */
function contentsOf(folder: string) {
  const root = openLmdb<string, string>({ path: folder, encoding: 'string', readOnly: true })
  const database = (name: string) => root.openDB<string, Key>(name, { encoding: 'string' })
  const rows = [...database('ends-by-time').getRange()].map(({ value }) => JSON.parse(value) as unknown[])
  const contents = {
    records: [...database('records').getKeys()].map(String),
    members: database('members').getCount(),
    places: rows.flat().length,
    singleEnds: database('ends').getCount(),
  }
  void root.close()
  return contents
}

/** The lines that a writing process prints, until it ends. */
function writer(args: readonly string[], command: readonly string[] = []) {
  const script = join(import.meta.dirname, 'file-writer.ts')
  const [program = '', ...rest] = [...command, process.execPath, '--import', 'tsx', script, ...args]
  const child: ChildProcess = spawn(program, rest, { stdio: ['ignore', 'pipe', 'inherit'] })
  const lines: string[] = []
  if (child.stdout) createInterface(child.stdout).on('line', (line) => lines.push(line))
  return { child, lines, ended: once(child, 'close') }
}

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 20))
}

afterAll(async () => {
  await Promise.all(opened.map(({ close }) => close()))
})

describeStore('The file store', async (now) => (await open(await newFolder(), now)).store)

describe('The file store', () => {
  it('has everything again after it was closed and opened', async () => {
    const folder = await newFolder()
    const first = await openFileStore(folder, clock, () => undefined)
    await first.store.put('kind:1', 'ä value', at(60))
    await first.store.claim('used:1', at(60))
    await first.store.add('set:1', 'member', at(60))
    await first.store.count('rate:1', at(60))
    await first.store.admit({ name: 'kind', mostRecords: 1, mostOctets: 1000 }, 'kind:2', 'value', at(60))
    await first.close()
    const { store } = await open(folder, () => at(30))
    expect(await store.get('kind:1')).toBe('ä value')
    expect(await store.claim('used:1', at(60))).toBe(false)
    expect(await store.members('set:1')).toEqual(['member'])
    expect(await store.count('rate:1', at(60))).toBe(2)
    expect(await store.admit({ name: 'kind', mostRecords: 1, mostOctets: 1000 }, 'kind:3', 'value', at(60))).toBe(
      'full',
    )
    expect(store.remembersSince).toEqual(at(0))
  })

  it('holds a value of several megabytes, as original evidence may have', async () => {
    const { store } = await open(await newFolder())
    const value = 'x'.repeat(3_000_000)
    await store.put('sign-in:1', value, at(60))
    expect((await store.get('sign-in:1')) === value).toBe(true)
  })

  it('forgets on disk what has expired', async () => {
    const folder = await newFolder()
    let seconds = 0
    const { store } = await open(folder, () => at(seconds))
    for (let n = 0; n < 100; n += 1) await store.put(`kind:${n}`, `the value ${'x'.repeat(5000)}`, at(60))
    await store.add('set:1', 'the member', at(60))
    seconds = 120
    // Freed pages are used again: after as much once more the file is no larger.
    await store.put('kind:a', 'value', at(180))
    const { size } = await stat(join(folder, 'data.mdb'))
    for (let n = 0; n < 100; n += 1) await store.put(`again:${n}`, 'y'.repeat(5000), at(180))
    expect((await stat(join(folder, 'data.mdb'))).size).toBeLessThanOrEqual(size * 1.5)
  })

  it('has nothing left of what has expired, records, members and ends', async () => {
    const folder = await newFolder()
    let seconds = 0
    const first = await openFileStore(
      folder,
      () => at(seconds),
      () => undefined,
    )
    const room = { name: 'kind', mostRecords: 5000, mostOctets: 1_000_000 }
    const writes = Array.from({ length: 3000 }, (_, n) => [
      first.store.put(`kind:${n}`, 'value', at(60 + (n % 3) * 60)),
      first.store.admit(room, `admitted:${n}`, 'value', at(60 + n / 100)),
      first.store.add(`set:${n % 10}`, `member ${n}`, at(60 + (n % 3) * 60)),
    ])
    await Promise.all(writes.flat())
    await first.store.extend('kind:7', at(3600))
    // Each look at what is due is bounded, so a few writes are needed for all of it.
    for (let n = 0; n < 20; n += 1) {
      seconds = 400 + n
      await first.store.put('kind:now', String(n), at(3600))
    }
    await first.close()
    expect(contentsOf(folder)).toEqual({ records: ['kind:7', 'kind:now'], members: 0, places: 2, singleEnds: 0 })
  })

  it('forgets what an earlier release entered for its end', async () => {
    const folder = await newFolder()
    const before = await openFileStore(folder, clock, () => undefined)
    await before.store.put('kind:1', 'value', at(60))
    await before.store.add('set:1', 'member', at(60))
    await before.close()
    const root = openLmdb<string, string>({ path: folder, encoding: 'string' })
    const names = ['members', 'ends', 'ends-by-time'] as const
    const [members, single, rows] = names.map((name) => root.openDB<string, Key>(name, { encoding: 'string' }))
    await rows?.clearAsync()
    for (const key of [['kind:1'], ...(members?.getKeys() ?? [])]) await single?.put([START + 60_000, ...key], '')
    await root.close()
    const after = await openFileStore(
      folder,
      () => at(120),
      () => undefined,
    )
    await after.store.put('kind:now', 'value', at(3600))
    await after.close()
    expect(contentsOf(folder)).toEqual({ records: ['kind:now'], members: 0, places: 1, singleEnds: 0 })
  })

  it('gives one answer to two processes that claim the same keys', async () => {
    const folder = await newFolder()
    const writers = [1, 2].map(() => writer([folder, 'used', '400']))
    await Promise.all(writers.map(({ ended }) => ended))
    const granted = writers.flatMap(({ lines }) => lines.filter((line) => line.endsWith(' true')))
    expect(granted.toSorted()).toEqual(Array.from({ length: 400 }, (_, n) => `${n} true`).toSorted())
  }, 60_000)

  it('lets a process see at once what another has written', async () => {
    const folder = await newFolder()
    const { store } = await open(folder, () => new Date())
    expect(await store.get('used:0')).toBeUndefined()
    const { lines, ended } = writer([folder, 'used', '1'])
    await until(() => lines.includes('0 true'))
    expect(await store.get('used:0')).toBe('')
    await ended
  }, 60_000)

  it('has everything that was acknowledged before a process was killed', async () => {
    const folder = await newFolder()
    const { child, lines, ended } = writer([folder, 'used', '1000000'])
    await until(() => lines.length > 500)
    child.kill('SIGKILL')
    await ended
    const { store } = await open(folder, () => new Date())
    const acknowledged = lines.flatMap((line) => /^(\d+) true$/.exec(line)?.[1] ?? [])
    expect(acknowledged.length).toBeGreaterThan(400)
    const claims = await Promise.all(acknowledged.map((n) => store.claim(`used:${n}`, new Date(Date.now() + 60_000))))
    expect(claims).not.toContain(true)
  }, 60_000)

  it('refuses what it cannot write, and recovers when there is space again', async () => {
    const folder = await newFolder()
    // A limit on the size of files stands for a full disk. Node ignores the signal that comes with it.
    const limited = ['/bin/bash', '-c', 'ulimit -S -f 2000; exec "$@"', '-']
    const { child, lines, ended } = writer([folder, 'used', '200', '10000'], limited)
    await until(() => lines.some((line) => line.endsWith(' store.unavailable')))
    const before = lines.flatMap((line) => /^(\d+) true$/.exec(line)?.[1] ?? [])
    execFileSync('prlimit', [`--pid=${child.pid}`, '--fsize=unlimited:unlimited'])
    await ended
    const answered = lines.filter((line) => /^\d+ (?:true|false)$/.test(line))
    expect(before.length).toBeGreaterThan(0)
    expect(answered).toHaveLength(200)
    const { store } = await open(folder, () => new Date())
    expect(await Promise.all(before.map((n) => store.get(`used:${n}`)))).not.toContain(undefined)
  }, 60_000)

  it('refuses a folder that others may enter', async () => {
    const folder = await newFolder()
    await mkdir(folder, { recursive: true })
    await chmod(folder, 0o750)
    await expect(openFileStore(folder, clock, () => undefined)).rejects.toMatchObject({
      code: 'store.readable_by_others',
    })
  })

  it.runIf(process.getuid?.() === 0)('refuses a folder of another user', async () => {
    const folder = await newFolder()
    await mkdir(folder, { recursive: true, mode: 0o700 })
    await chown(folder, 12345, 12345)
    await expect(openFileStore(folder, clock, () => undefined)).rejects.toMatchObject({ code: 'store.other_owner' })
  })

  it('refuses a folder that cannot be created, and a file that is no store', async () => {
    const folder = await newFolder()
    await mkdir(folder, { recursive: true, mode: 0o700 })
    await writeFile(join(folder, 'file'), '')
    await expect(openFileStore(join(folder, 'file'), clock, () => undefined)).rejects.toMatchObject({
      code: 'store.unusable',
    })
    for (const octets of ['x', 'x'.repeat(8192), '\0'.repeat(8192)]) {
      await writeFile(join(folder, 'data.mdb'), octets)
      await expect(openFileStore(folder, clock, () => undefined)).rejects.toMatchObject({ code: 'store.unusable' })
    }
  })

  it.each([
    ['nfs4', '/srv/state', '/srv/state/store'],
    ['cifs', '/srv', '/srv/state/store'],
    ['fuse.sshfs', '/srv/with\\040space', '/srv/with space/store'],
    ['ceph', '/', '/srv/state/store'],
  ])('refuses a folder on %s', (type, point, folder) => {
    const mounts = `21 1 8:1 / / rw - ext4 /dev/sda1 rw\n22 21 0:40 / ${point} rw,relatime shared:1 - ${type} server:/x rw\n`
    expect(() => refuseNetwork(folder, mounts)).toThrow(expect.objectContaining({ code: 'store.network_file_system' }))
  })

  it('takes a local disk below, beside and over a network file system', () => {
    const mounts = [
      '21 1 0:40 / / rw - nfs4 server:/root rw',
      '22 21 8:1 / /srv rw - ext4 /dev/sda1 rw',
      '23 21 0:41 / /srv2 rw - cifs //server/x rw',
      '24 21 0:42 / /mnt rw - nfs4 server:/x rw',
      '25 24 8:2 / /mnt rw - xfs /dev/sdb1 rw',
    ].join('\n')
    for (const folder of ['/srv/store', '/mnt/store']) expect(() => refuseNetwork(folder, mounts)).not.toThrow()
    expect(() => refuseNetwork('/srv2/store', mounts)).toThrow()
  })

  it('leaves a store to the machine that uses it', async () => {
    const folder = await newFolder()
    await open(folder)
    const file = join(folder, 'host.json')
    const elsewhere = Promise.resolve({ boot: 'another kernel', name: 'other.example.com' })
    await expect(
      takeLease(
        file,
        () => at(29),
        () => undefined,
        elsewhere,
      ),
    ).rejects.toMatchObject({
      code: 'store.other_host',
    })
    await takeLease(
      file,
      () => at(31),
      () => undefined,
      elsewhere,
    ).then(({ release }) => release())
    expect(JSON.parse(await readFile(file, 'utf8'))).toMatchObject({ name: 'other.example.com' })
    await expect(
      openFileStore(
        folder,
        () => at(40),
        () => undefined,
      ),
    ).rejects.toMatchObject({
      code: 'store.other_host',
      message: expect.stringContaining('other.example.com'),
    })
  })
})
