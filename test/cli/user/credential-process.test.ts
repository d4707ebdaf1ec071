/** What AWS tools run before every call: one answer, however many ask, whatever was killed before. */
import { spawn, spawnSync } from 'node:child_process'
import { chmod, readdir, readFile, rm, stat, symlink, utimes, writeFile } from 'node:fs/promises'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { cachedAnswer } from '../../../src/cli/user/process/cached-answer.ts'
import { ROLE, ROLES } from './fake-gateway.ts'
import { openWorkplace, type Ran, type Workplace } from './one-file.ts'

const ADMIN = 'arn:aws:iam::111122223333:role/Admin'

let work: Workplace
beforeAll(async () => {
  work = await openWorkplace()
})
afterAll(() => work.close())

beforeEach(async () => {
  const { gateway, home } = work
  await rm(join(home, '.local'), { recursive: true, force: true })
  gateway.problems.clear()
  gateway.asked.clear()
  gateway.roles = [...ROLES]
  Object.assign(gateway, { credentialsMs: 3_600_000, accessSeconds: 600, delayMs: 0 })
  Object.assign(gateway.counts, { refreshes: 0, reuses: 0, exchanges: 0 })
})

const ask = (role = ROLE): Promise<Ran> => work.run(['credential-process', '--role', role])

const cached = (args: readonly string[], now = Date.now()): string | undefined =>
  cachedAnswer(args, { env: work.env, platform: 'linux', home: work.home }, now)

describe('credential-process', () => {
  it('prints the JSON that AWS tools expect and nothing else', async () => {
    await work.login()
    const ran = await ask()
    expect(ran).toMatchObject({ exitCode: 0, stderr: '' })
    expect(JSON.parse(ran.stdout)).toEqual({
      Version: 1,
      AccessKeyId: 'ASIA0000000000000001',
      SecretAccessKey: "secret/it's",
      SessionToken: 'token+==',
      Expiration: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/),
    })
  })

  it('answers from the cache the same, without the gateway', async () => {
    await work.login()
    const first = await ask()
    work.gateway.asked.clear()
    expect(await ask()).toEqual(first)
    expect(await work.run(['credential-process', `--role=${ROLE}`, '--gateway', work.gateway.url])).toEqual(first)
    expect(await ask('Production/Developer')).toEqual(first)
    expect([...work.gateway.asked]).toEqual([])
  })

  it('renews five minutes before the end, not earlier', async () => {
    await work.login()
    await ask()
    const endsAt = Date.parse(String((await work.readCache()).Expiration))
    expect(cached(['--role', ROLE], endsAt - 5 * 60_000 - 1)).toContain('"Version": 1')
    expect(cached(['--role', ROLE], endsAt - 5 * 60_000)).toBeUndefined()
    work.gateway.credentialsMs = 299_000
    await rm(work.cacheOf())
    await ask()
    await ask()
    expect(work.gateway.counts.exchanges).toBe(3)
  })

  it.each<[why: string, args: string[]]>([
    ['no role', []],
    ['an option that it does not know', ['--role', ROLE, '--format', 'json']],
    ['two roles', ['--role', ROLE, '--role', ADMIN]],
    ['a value that is missing', ['--role']],
    ['another gateway', ['--role', ROLE, '--gateway', 'https://other.example']],
    ['an alias that is unknown', ['--role', 'nobody']],
    ['a name of several roles', ['--role', 'Developer']],
  ])('leaves %s to the whole program', async (_why, args) => {
    await work.login()
    await ask()
    expect(cached(args)).toBeUndefined()
  })

  it('makes one refresh and one exchange for fifty processes at once', { timeout: 120_000 }, async () => {
    work.gateway.accessSeconds = 0
    await work.login()
    Object.assign(work.gateway, { accessSeconds: 600, delayMs: 300 })
    Object.assign(work.gateway.counts, { refreshes: 0, exchanges: 0 })
    const all = await Promise.all(Array.from({ length: 50 }, () => ask()))
    expect(new Set(all.map(({ stdout }) => stdout)).size).toBe(1)
    expect(all.filter(({ exitCode, stderr }) => exitCode !== 0 || stderr !== '')).toEqual([])
    expect(work.gateway.counts).toMatchObject({ refreshes: 1, exchanges: 1, reuses: 0 })
  })

  it('ends with 3 and one line for all of them when the session has ended, and asks the gateway once', {
    timeout: 120_000,
  }, async () => {
    work.gateway.accessSeconds = 0
    await work.login()
    work.gateway.endSessions()
    work.gateway.asked.clear()
    const all = await Promise.all(Array.from({ length: 10 }, () => ask()))
    expect(all.map(({ exitCode }) => exitCode)).toEqual(Array.from({ length: 10 }, () => 3))
    expect(
      all.every(({ stdout, stderr }) => stdout === '' && /^[^\n]+ `fedgate login --gateway http[^\n]+\n$/.test(stderr)),
    ).toBe(true)
    expect(work.gateway.asked.get('/oauth/token')).toBe(1)
  })

  it('gives those who wait the refusal of the one that asked', { timeout: 120_000 }, async () => {
    await work.login()
    const body = { code: 'sts.access_denied', title: 'AWS refused.', hint: 'Ask.' }
    work.gateway.problems.set('/api/credentials', { status: 403, body, delayMs: 8_000 })
    const all = await Promise.all(Array.from({ length: 15 }, () => ask()))
    expect(all).toEqual(Array.from({ length: 15 }, () => ({ exitCode: 5, stdout: '', stderr: 'AWS refused. Ask.\n' })))
    expect(work.gateway.asked.get('/api/credentials')).toBe(1)
    // Not those who ask afterwards.
    work.gateway.problems.clear()
    expect((await ask()).exitCode).toBe(0)
  })

  it('names the login with the role where only a new sign-in helps', async () => {
    await work.login()
    work.gateway.problems.set('/api/credentials', { status: 409, body: { code: 'sts.evidence_stale' } })
    const hint = `Run \`fedgate login --gateway ${work.gateway.url} --role ${ADMIN}\`.\n`
    expect(await ask('admin')).toEqual({
      exitCode: 3,
      stdout: '',
      stderr: `Your sign-in at ${work.gateway.url} is too old for ${ADMIN}. ${hint}`,
    })
    work.gateway.problems.clear()
    work.gateway.endSessions()
    expect((await ask(ADMIN)).stderr).toContain(hint)
  })

  it('names the login with the role where another way of signing in is required', async () => {
    await work.login()
    work.gateway.problems.set('/api/credentials', { status: 409, body: { code: 'role.authn_context_required' } })
    expect(await ask(ADMIN)).toEqual({
      exitCode: 3,
      stdout: '',
      stderr: `${ADMIN} requires a stronger way of signing in than you used at ${work.gateway.url}. Run \`fedgate login --gateway ${work.gateway.url} --role ${ADMIN}\`.\n`,
    })
  })

  it.each<[why: string, status: number, body: unknown, exitCode: number, stderr: string]>([
    [
      'AWS refuses',
      403,
      { code: 'sts.access_denied', title: 'AWS refused the role.', hint: 'Ask.', reference: 'R1' },
      5,
      'AWS refused the role. Ask. Reference: R1\n',
    ],
    [
      'the gateway refuses',
      403,
      { code: 'role.not_granted', title: 'No access.', hint: 'Ask.' },
      4,
      'No access. Ask.\n',
    ],
    [
      'the gateway fails',
      500,
      {},
      1,
      'The gateway failed to process the request. Try again. If this keeps happening, send the reference to your administrator.\n',
    ],
    [
      'the answer is not credentials',
      200,
      { AccessKeyId: 'x' },
      6,
      'The gateway issued no usable credentials. Check the URL with --gateway or FEDGATE_URL.\n',
    ],
  ])('fails with one line when %s', async (_why, status, body, exitCode, stderr) => {
    await work.login()
    work.gateway.problems.set('/api/credentials', { status, body })
    expect(await ask()).toEqual({ exitCode, stdout: '', stderr })
  })

  it('ends with 6 without a network, and still answers from the cache', async () => {
    await work.login()
    await ask()
    for (const path of ['/api/credentials', '/api/roles']) work.gateway.problems.set(path, 'no response')
    expect((await ask()).exitCode).toBe(0)
    const ran = await ask(ADMIN)
    expect(ran).toMatchObject({ exitCode: 6, stdout: '' })
    expect(ran.stderr).toMatch(/^The gateway http\S+ cannot be reached \(.+\)\. Check your network[^\n]+\n$/)
  })

  it('ends with 2 without a role, and never asks', async () => {
    expect(await work.run(['credential-process'])).toMatchObject({
      exitCode: 2,
      stdout: '',
      stderr: expect.stringContaining('--role'),
    })
  })

  it('loads nothing but node:fs for a cached answer: at most three times the processor time of an empty program', async () => {
    await work.login()
    await ask()
    const env = { ...work.env }
    const cpu = (args: readonly string[]): number => {
      const probe = `process.on('exit', () => { const { user, system } = process.cpuUsage(); require('fs').writeSync(2, String(user + system)) })`
      const preload = `data:text/javascript,${encodeURIComponent(probe.replace("require('fs')", "process.getBuiltinModule('fs')"))}`
      const times = Array.from({ length: 7 }, () =>
        Number(spawnSync(process.execPath, ['--import', preload, ...args], { env, encoding: 'utf8' }).stderr),
      )
      return times.sort((a, b) => a - b)[3] ?? Number.NaN
    }
    expect(cpu([work.file, 'credential-process', '--role', ROLE])).toBeLessThan(3 * cpu(['-e', '0']))
    expect(cpu([work.file, '--version'])).toBeLessThan(3 * cpu(['-e', '0']))
  })
})

describe('a lock left behind', () => {
  const lock = (): string => `${work.cacheOf()}.lock`

  it('by a process that has ended is taken over at once', async () => {
    await work.login('--role', ROLE)
    await rm(work.cacheOf())
    const dead = spawnSync(process.execPath, ['-e', '0']).pid
    await writeFile(lock(), JSON.stringify({ id: 'x', pid: dead, host: hostname() }))
    expect((await ask()).exitCode).toBe(0)
    await expect(stat(lock())).rejects.toMatchObject({ code: 'ENOENT' })
  })

  it('untouched for a while is taken over even if its process number is alive or its content cut off', async () => {
    await work.login('--role', ROLE)
    for (const content of [JSON.stringify({ id: 'x', pid: process.pid, host: hostname() }), '{"id":', '']) {
      await rm(work.cacheOf())
      await writeFile(lock(), content)
      await utimes(lock(), new Date(Date.now() - 60_000), new Date(Date.now() - 60_000))
      expect((await ask()).exitCode).toBe(0)
    }
  })

  it('is taken over by one of many, which makes one exchange', { timeout: 60_000 }, async () => {
    await work.login('--role', ROLE)
    await rm(work.cacheOf())
    work.gateway.counts.exchanges = 0
    work.gateway.delayMs = 200
    await writeFile(
      lock(),
      JSON.stringify({ id: 'x', pid: spawnSync(process.execPath, ['-e', '0']).pid, host: hostname() }),
    )
    const all = await Promise.all(Array.from({ length: 20 }, () => ask()))
    expect(all.every(({ exitCode }) => exitCode === 0)).toBe(true)
    expect(work.gateway.counts.exchanges).toBe(1)
  })
})

describe('kill -9', () => {
  it('at any moment leaves no broken file and no state that the next call cannot use', {
    timeout: 120_000,
  }, async () => {
    await work.login('--role', ROLE)
    work.gateway.delayMs = 5
    for (let round = 0; round < 25; round++) {
      await rm(work.cacheOf(), { force: true })
      const child = spawn(process.execPath, [work.file, 'credential-process', '--role', ROLE], {
        env: work.env,
        stdio: 'ignore',
      })
      const closed = new Promise((resolve) => child.once('close', resolve))
      await sleep(40 + round * 12)
      child.kill('SIGKILL')
      await closed
      for (const name of await readdir(work.folder, { recursive: true }))
        if (name.endsWith('.json')) JSON.parse(await readFile(join(work.folder, name), 'utf8'))
    }
    expect((await ask()).exitCode).toBe(0)
  })

  it('leaves temporary files that a later write removes', async () => {
    await work.login('--role', ROLE)
    const left = join(work.folder, 'credentials', '.x.json.abc.tmp')
    await writeFile(left, 'half')
    await utimes(left, new Date(0), new Date(0))
    await rm(work.cacheOf())
    await ask()
    await expect(stat(left)).rejects.toMatchObject({ code: 'ENOENT' })
  })
})

describe('secrets at rest', () => {
  it('are in folders and files of the user alone', async () => {
    await work.login('--role', ROLE)
    await work.run(['roles'])
    const share = join(work.home, '.local/share/fedgate')
    const found = await readdir(share, { recursive: true, withFileTypes: true })
    expect(found.length).toBeGreaterThan(4)
    for (const entry of found) {
      const { mode } = await stat(join(entry.parentPath, entry.name))
      expect([entry.name, (mode & 0o777).toString(8)]).toEqual([entry.name, entry.isDirectory() ? '700' : '600'])
    }
    expect(((await stat(share)).mode & 0o777).toString(8)).toBe('700')
  })

  it.each([
    ['the credentials', () => work.cacheOf(), 0o644],
    ['their folder', () => join(work.folder, 'credentials'), 0o750],
    ['the tokens', () => join(work.folder, 'tokens.json'), 0o640],
    ['the folder of the gateway', () => work.folder, 0o711],
  ])('are refused when others can read %s', async (_what, path, mode) => {
    await work.login('--role', ROLE)
    await chmod(path(), mode)
    if (path() !== work.cacheOf() && path() !== join(work.folder, 'credentials')) await rm(work.cacheOf())
    const ran = await ask()
    await chmod(path(), 0o700)
    expect(ran).toMatchObject({ exitCode: 1, stdout: '' })
    expect(ran.stderr).toMatch(/^Other users can read .*chmod go= '/)
  })

  it('are not read or written through a link', async () => {
    await work.login('--role', ROLE)
    const tokens = join(work.folder, 'tokens.json')
    await writeFile(join(work.home, 'elsewhere'), await readFile(tokens), { mode: 0o600 })
    await rm(tokens)
    await symlink(join(work.home, 'elsewhere'), tokens)
    expect(await work.run(['whoami'])).toMatchObject({
      exitCode: 1,
      stderr: expect.stringContaining('is a symbolic link'),
    })
  })

  it('count as none when a file is damaged', async () => {
    await work.login('--role', ROLE)
    await writeFile(work.cacheOf(), '{"role":')
    expect((await ask()).exitCode).toBe(0)
    await writeFile(join(work.folder, 'tokens.json'), 'x')
    expect(await work.run(['whoami'])).toMatchObject({ exitCode: 3 })
  })
})

describe('a new sign-in', () => {
  it('is not undone by a renewal of the old one that is still under way', async () => {
    work.gateway.accessSeconds = 0
    await work.login()
    Object.assign(work.gateway, { accessSeconds: 600, delayMs: 1_500 })
    const renewing = ask()
    await sleep(500)
    work.gateway.delayMs = 0
    const before = work.gateway.counts.refreshes
    await work.login()
    await renewing
    const tokens = JSON.parse(await readFile(join(work.folder, 'tokens.json'), 'utf8')) as { accessToken: string }
    // The renewal came first, or waited for the sign-in: what is kept is the sign-in's.
    expect(tokens.accessToken).toBe(work.gateway.lastSignIn)
    expect(work.gateway.counts.refreshes - before).toBeLessThan(2)
  })
})
