/** Programs run with credentials: environment, signals, exit codes, and the endpoint that renews. */
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { windowsCommand } from '../../../src/cli/user/exec/windows-command.ts'
import { PYTHON } from '../../harness/boto3.ts'
import { ROLE, ROLES } from './fake-gateway.ts'
import { type How, openWorkplace, type Ran, type Workplace } from './one-file.ts'

let work: Workplace
beforeAll(async () => {
  work = await openWorkplace()
  await work.login()
})
afterAll(() => work.close())

beforeEach(async () => {
  work.gateway.problems.clear()
  work.gateway.roles = [...ROLES]
  work.gateway.credentialsMs = 3_600_000
  await rm(join(work.home, '.aws'), { recursive: true, force: true })
  await rm(work.cacheOf(), { force: true })
})

const exec = (args: readonly string[], how: How = {}): Promise<Ran> => work.run(['exec', '--role', ROLE, ...args], how)

/** A program that prints its AWS variables. */
const SHOW = `console.log(JSON.stringify(Object.fromEntries(Object.entries(process.env).filter(([name]) => /AWS|FEDGATE_ROLE/.test(name)))))`

describe('exec', () => {
  it('gives the program credentials and a region, and takes away what would win', async () => {
    const env = {
      AWS_PROFILE: 'other',
      AWS_DEFAULT_PROFILE: 'other',
      AWS_SECURITY_TOKEN: 'old',
      AWS_ROLE_ARN: 'arn:x',
      AWS_WEB_IDENTITY_TOKEN_FILE: '/x',
      AWS_CONTAINER_CREDENTIALS_FULL_URI: 'http://x',
      AWS_REGION: 'us-west-2',
      AWS_CA_BUNDLE: '/kept',
    }
    const ran = await exec(['--', process.execPath, '-e', SHOW], { env })
    expect(ran).toMatchObject({ exitCode: 0, stderr: '' })
    expect(JSON.parse(ran.stdout)).toEqual({
      AWS_ACCESS_KEY_ID: expect.stringMatching(/^ASIA/),
      AWS_SECRET_ACCESS_KEY: "secret/it's",
      AWS_SESSION_TOKEN: 'token+==',
      AWS_CREDENTIAL_EXPIRATION: expect.stringMatching(/Z$/),
      AWS_REGION: 'eu-west-1',
      AWS_DEFAULT_REGION: 'eu-west-1',
      AWS_CA_BUNDLE: '/kept',
      FEDGATE_ROLE: ROLE,
    })
  })

  it('passes stdin, stdout and stderr on', async () => {
    const ran = await exec(['--', 'sh', '-c', 'cat; echo to-stderr >&2'], { input: 'to-stdin\n' })
    expect(ran).toEqual({ exitCode: 0, stdout: 'to-stdin\n', stderr: 'to-stderr\n' })
  })

  it('leaves options after the command to the command, with -- or without', async () => {
    expect((await exec(['--', 'echo', '--role', 'x', '--server'])).stdout).toBe('--role x --server\n')
    expect((await exec(['echo', '--role', 'x'])).stdout).toBe('--role x\n')
  })

  it('starts the shell of the user without a command', async () => {
    const ran = await exec([], { env: { SHELL: '/bin/sh' }, input: 'echo $AWS_REGION; exit 5\n' })
    expect(ran).toMatchObject({ exitCode: 5, stdout: 'eu-west-1\n' })
  })

  it.each([0, 1, 2, 3, 42, 255])('returns the exit code %s', async (exitCode) => {
    expect(await exec(['--', 'sh', '-c', `exit ${exitCode}`])).toEqual({ exitCode, stdout: '', stderr: '' })
  })

  it.each([
    ['/nowhere/program', 127],
    ['/etc/passwd', 126],
  ])('ends for %s, which cannot be started, with %s as a shell does', async (program, exitCode) => {
    const ran = await exec(['--', program])
    expect(ran).toMatchObject({ exitCode, stdout: '' })
    expect(ran.stderr).toContain(`${program} cannot be started`)
  })

  it.each([
    ['SIGTERM', 143],
    ['SIGKILL', 137],
    ['SIGHUP', 129],
  ])('returns 128 + n for a program that %s ended', async (signal, exitCode) => {
    const script = `process.kill(process.pid, '${signal}'); setTimeout(() => {}, 10000)`
    expect((await exec(['--', process.execPath, '-e', script])).exitCode).toBe(exitCode)
  })

  it.each(['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGUSR1', 'SIGUSR2'] as const)(
    'passes %s on and waits for the program',
    async (signal) => {
      const script = `process.on('${signal}', () => { console.log('got'); process.exit(7) }); console.log('ready'); setInterval(() => {}, 1000)`
      const ran = await exec(['--', process.execPath, '-e', script], {
        meanwhile: (child) =>
          child.stdout?.on('data', (text: Buffer) => void (String(text).includes('ready') && child.kill(signal))),
      })
      expect(ran).toMatchObject({ exitCode: 7, stdout: 'ready\ngot\n' })
    },
  )

  it('does not end itself at the second Ctrl-C while the program goes on', async () => {
    const script = `let n = 0; process.on('SIGINT', () => { console.log('got', ++n); if (n === 2) process.exit(0) }); console.log('ready'); setInterval(() => {}, 1000)`
    const ran = await exec(['--', process.execPath, '-e', script], {
      meanwhile: (child) => child.stdout?.on('data', () => child.kill('SIGINT')),
    })
    expect(ran).toMatchObject({ exitCode: 0, stdout: 'ready\ngot 1\ngot 2\n' })
  })

  it('starts nothing when the credentials are refused', async () => {
    work.gateway.problems.set('/api/credentials', {
      status: 403,
      body: { code: 'sts.access_denied', title: 'AWS refused.', hint: 'Ask.' },
    })
    expect(await exec(['--', 'echo', 'started'])).toEqual({ exitCode: 5, stdout: '', stderr: 'AWS refused.\nAsk.\n' })
  })
})

describe('exec --server', () => {
  it('gives the program the address and the token of an endpoint instead of credentials', async () => {
    const ran = await exec(['--server', '--', process.execPath, '-e', SHOW], { env: { AWS_ACCESS_KEY_ID: 'AKIA' } })
    expect(JSON.parse(ran.stdout)).toEqual({
      AWS_CONTAINER_CREDENTIALS_FULL_URI: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+\/credentials$/),
      AWS_CONTAINER_AUTHORIZATION_TOKEN: expect.stringMatching(/^[\w-]{32}$/),
      AWS_REGION: 'eu-west-1',
      AWS_DEFAULT_REGION: 'eu-west-1',
      FEDGATE_ROLE: ROLE,
    })
  })

  it('answers only with the token, at its own address and path', async () => {
    const script = `
      const { AWS_CONTAINER_CREDENTIALS_FULL_URI: url, AWS_CONTAINER_AUTHORIZATION_TOKEN: authorization } = process.env
      const ask = async (url, headers, method = 'GET') => (await fetch(url, { headers, method })).status
      const other = url.replace('127.0.0.1', 'localhost')
      console.log(JSON.stringify([await ask(url, { authorization }), await ask(url, {}), await ask(url, { authorization: 'x' }),
        await ask(other, { authorization }), await ask(url + 'x', { authorization }), await ask(url, { authorization }, 'POST')]))`
    const ran = await exec(['--server', '--', process.execPath, '--input-type=module', '-e', script])
    expect(JSON.parse(ran.stdout)).toEqual([200, 401, 401, 400, 404, 404])
  })

  it('renews for a program that outlives the credentials, and ends with the exit code of the program', async () => {
    work.gateway.credentialsMs = 4_000
    const script = `
      const { AWS_CONTAINER_CREDENTIALS_FULL_URI: url, AWS_CONTAINER_AUTHORIZATION_TOKEN: authorization } = process.env
      const ask = async () => (await (await fetch(url, { headers: { authorization } })).json())
      const first = await ask()
      await new Promise((resolve) => setTimeout(resolve, 4500))
      const second = await ask()
      console.log(JSON.stringify([first.AccessKeyId === second.AccessKeyId, Date.parse(second.Expiration) > Date.now(), second.RoleArn]))
      process.exit(9)`
    const ran = await exec(['--server', '--', process.execPath, '--input-type=module', '-e', script])
    expect(ran).toEqual({ exitCode: 9, stdout: `[false,true,"${ROLE}"]\n`, stderr: '' })
  })

  it('answers 503 with the sentence when the sign-in is over, and keeps the program running', async () => {
    work.gateway.credentialsMs = 2_000
    const script = `
      const { AWS_CONTAINER_CREDENTIALS_FULL_URI: url, AWS_CONTAINER_AUTHORIZATION_TOKEN: authorization } = process.env
      await fetch('${work.gateway.url}/oauth/auth-not').catch(() => {})
      console.log('ready')
      await new Promise((resolve) => setTimeout(resolve, 3000))
      const response = await fetch(url, { headers: { authorization } })
      console.log(response.status, (await response.json()).message)`
    const ran = await exec(['--server', '--', process.execPath, '--input-type=module', '-e', script], {
      meanwhile: (child) => child.stdout?.once('data', () => work.gateway.endSessions()),
    })
    await work.login()
    expect(ran.stdout).toContain('503 Your session at ')
    expect(ran.stderr).toContain('fedgate login')
    expect(ran.exitCode).toBe(0)
  })

  it.skipIf(PYTHON === undefined)(
    'is what boto3 uses, across an expiry, also where a default profile has keys',
    { timeout: 60_000 },
    async () => {
      await mkdir(join(work.home, '.aws'))
      await writeFile(
        join(work.home, '.aws/credentials'),
        '[default]\naws_access_key_id = AKIAX\naws_secret_access_key = x\n',
      )
      work.gateway.credentialsMs = 8_000
      const ran = await exec([
        '--server',
        '--',
        PYTHON ?? '',
        '-c',
        `
import boto3, time
session = boto3.Session()
credentials = session.get_credentials()
first = credentials.get_frozen_credentials()
time.sleep(8.5)
second = credentials.get_frozen_credentials()
print(credentials.method, first.access_key != second.access_key, second.access_key[:4], session.region_name)
`,
      ])
      expect(ran).toMatchObject({ exitCode: 0, stdout: 'container-role True ASIA eu-west-1\n' })
    },
  )
})

describe('a command on Windows', () => {
  const env = { Path: 'C:\\bin;C:\\tools', PATHEXT: '.EXE;.CMD', ComSpec: 'C:\\Windows\\cmd.exe' }
  const there =
    (...paths: string[]) =>
    (path: string): boolean =>
      paths.includes(path)

  it('is found with its ending', () => {
    expect(windowsCommand('aws', ['s3', 'ls'], env, there('C:\\tools\\aws.EXE'))).toEqual({
      file: 'C:\\tools\\aws.EXE',
      args: ['s3', 'ls'],
      isVerbatim: false,
    })
  })

  it('runs a batch file in cmd, with nothing that cmd would expand', () => {
    expect(windowsCommand('npm', ['run', 'a b', '%PATH%', 'x"&calc'], env, there('C:\\bin\\npm.CMD'))).toEqual({
      file: 'C:\\Windows\\cmd.exe',
      args: ['/d', '/s', '/c', '"C:\\bin\\npm.CMD ^"run^" ^"a^ b^" ^"^%PATH^%^" ^"x\\^"^&calc^""'],
      isVerbatim: true,
    })
  })

  it('is left as it is when it is nowhere', () => {
    expect(windowsCommand('gone', [], env, there()).file).toBe('gone')
  })
})
