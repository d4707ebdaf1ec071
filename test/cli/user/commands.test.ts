/** Every command of the user's command line, and every way in which it fails: stdout, stderr, exit code. */
import { chmod, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
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
  Object.assign(gateway, {
    denies: false,
    wantsNonce: false,
    bindsTokens: true,
    deviceAnswers: [],
    credentialsMs: 3_600_000,
  })
})

/** The result with the gateway's changing URL written as GATEWAY. */
const named = ({ exitCode, stdout, stderr }: Ran): Ran => ({
  exitCode,
  stdout: stdout.replaceAll(work.gateway.url, 'GATEWAY'),
  stderr: stderr.replaceAll(work.gateway.url, 'GATEWAY'),
})
const run = async (...args: string[]): Promise<Ran> => named(await work.run(args))

describe('login', () => {
  it('signs in through the browser, with everything on stderr', async () => {
    const ran = named(await work.login())
    expect(ran).toMatchObject({ exitCode: 0, stdout: '' })
    expect(ran.stderr).toMatch(
      /^Sign in with your browser at:\nGATEWAY\/oauth\/auth\?.*\nSigned in to GATEWAY as alice\.\n/,
    )
    const asked = work.gateway.authorizations.at(-1)
    expect(Object.fromEntries(asked ?? [])).toMatchObject({
      client_id: 'fedgate-cli',
      response_type: 'code',
      scope: 'aws offline_access',
      code_challenge_method: 'S256',
      redirect_uri: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+\/callback$/),
    })
    expect(asked?.get('state')).toMatch(/^.{22,}$/)
    expect(asked?.get('device_name')).toMatch(/^.{1,100}$/)
  })

  it('says once where the sign-in is kept', async () => {
    expect((await work.login()).stderr).toContain('Your sign-in is kept in ')
    expect((await work.login()).stderr).not.toContain('Your sign-in is kept')
  })

  it('remembers the gateway for the next commands', async () => {
    await work.login('--gateway', work.gateway.url)
    expect(await work.run(['whoami'], { env: { FEDGATE_URL: undefined } })).toMatchObject({ exitCode: 0 })
  })

  it('with --role takes credentials for as long as the role allows', async () => {
    const ran = await work.login('--role', 'admin')
    expect(ran.stderr).toMatch(/Credentials for Production\/Admin are valid until \d{4}-\d\d-\d\d \d\d:\d\d\.\n$/)
    expect(work.gateway.bodies.get('/api/credentials')).toEqual({ role: ADMIN, duration: 7200 })
    expect(await work.readCache(ADMIN)).toMatchObject({ role: ADMIN })
    // What the gateway asks a newer sign-in for.
    expect(work.gateway.authorizations.at(-1)?.get('role')).toBe('admin')
    await work.login('--role', 'Production/Admin')
    expect(work.gateway.authorizations.at(-1)?.get('role')).toBe(ADMIN)
  })

  it('keeps cached credentials for the same user, and drops those of another', async () => {
    await work.login('--role', 'admin')
    await work.login()
    expect(await work.readCache(ADMIN)).toMatchObject({ role: ADMIN })
    work.gateway.subject = 'bob'
    await work.login()
    work.gateway.subject = 'alice'
    await expect(work.readCache(ADMIN)).rejects.toMatchObject({ code: 'ENOENT' })
  })

  it('with --device shows the code and needs no browser here', async () => {
    work.gateway.deviceAnswers = ['authorization_pending', 'authorization_pending']
    const ran = named(await work.login('--device'))
    expect(ran).toMatchObject({ exitCode: 0, stdout: '' })
    expect(ran.stderr).toContain('open GATEWAY/oauth/device\nand enter this code: WDJB-MJHT\n')
    expect(ran.stderr).toContain('Signed in to GATEWAY as alice.')
    expect(work.gateway.asked.get('/oauth/auth')).toBeUndefined()
  })

  it('works with a gateway that binds no tokens, and with one that asks for a nonce', async () => {
    work.gateway.bindsTokens = false
    expect((await work.login()).exitCode).toBe(0)
    Object.assign(work.gateway, { bindsTokens: true, wantsNonce: true })
    expect((await work.login()).exitCode).toBe(0)
    expect((await run('whoami')).exitCode).toBe(0)
  })

  it.each<[why: string, args: string[], exitCode: number, stderr: string]>([
    ['no gateway is known', ['login', '--gateway', ''], 2, ' is not the URL of a gateway.'],
    [
      'the URL has a path',
      ['login', '--gateway', 'https://x.example/y'],
      2,
      'https://x.example/y is not the URL of a gateway.',
    ],
    [
      'the URL would send tokens unencrypted',
      ['login', '--gateway', 'http://x.example'],
      2,
      'is not the URL of a gateway.',
    ],
    [
      'nobody listens there',
      ['login', '--gateway', 'http://127.0.0.1:47'],
      6,
      'http://127.0.0.1:47 cannot be reached (ECONNREFUSED).',
    ],
    ['an option is unknown', ['login', '--browser'], 2, "error: unknown option '--browser'"],
  ])('fails when %s', async (_why, args, exitCode, stderr) => {
    const ran = await run(...args)
    expect(ran).toMatchObject({ exitCode, stdout: '' })
    expect(ran.stderr).toContain(stderr)
  })

  it('names what is missing when no gateway was ever used', async () => {
    expect(await work.run(['whoami'], { env: { FEDGATE_URL: undefined } })).toEqual({
      exitCode: 2,
      stdout: '',
      stderr:
        'No gateway is specified.\nRun `fedgate login --gateway URL`, or set FEDGATE_URL. Your administrator knows the URL.\n',
    })
  })

  it('ends with 4 when the user denies it, in the browser or for a device', async () => {
    work.gateway.denies = true
    expect(await run('login')).toMatchObject({
      exitCode: 4,
      stderr: expect.stringContaining('The sign-in was denied.'),
    })
    work.gateway.deviceAnswers = ['access_denied']
    expect(await run('login', '--device')).toMatchObject({
      exitCode: 4,
      stderr: expect.stringContaining('The sign-in was denied.'),
    })
  })

  it('ends with 1 when the device code has expired', async () => {
    work.gateway.deviceAnswers = ['expired_token']
    expect(await run('login', '--device')).toMatchObject({
      exitCode: 1,
      stderr: expect.stringContaining('The code has expired.'),
    })
  })

  it('ends with 6 when something else than a gateway answers, or one under another URL', async () => {
    work.gateway.problems.set('/oauth/.well-known/oauth-authorization-server', { status: 404 })
    expect(await run('login')).toMatchObject({
      exitCode: 6,
      stderr: expect.stringContaining('does not respond like a fedgate gateway'),
    })
    const body = { issuer: 'https://aws.example.com/oauth' }
    work.gateway.problems.set('/oauth/.well-known/oauth-authorization-server', { status: 200, body })
    expect(await run('login')).toMatchObject({
      exitCode: 6,
      stderr: expect.stringContaining('fedgate login --gateway https://aws.example.com`'),
    })
  })

  it('tells about --device when no browser can be opened, and goes on waiting', async () => {
    const ran = await work.run(['login'], {
      env: { BROWSER: '/nowhere/browser' },
      meanwhile: (child) => {
        child.stderr?.on('data', (text: Buffer) => {
          const [url] = /http:\S+\/oauth\/auth\S+/.exec(String(text)) ?? []
          if (url !== undefined) setTimeout(() => void fetch(url), 300)
        })
      },
    })
    expect(ran.exitCode).toBe(0)
    expect(ran.stderr).toContain('No browser was opened.')
  })

  it('ends with 130 at Ctrl-C', async () => {
    const ran = await work.run(['login'], {
      env: { BROWSER: '/nowhere/browser' },
      meanwhile: (child) => {
        child.stderr?.on('data', (text: Buffer) => void (/No browser/.test(String(text)) && child.kill('SIGINT')))
      },
    })
    expect(ran).toMatchObject({ exitCode: 130, stdout: '' })
  })
})

describe('whoami', () => {
  it('shows the user, the provider and the gateway', async () => {
    await work.login()
    const ran = await run('whoami')
    expect(ran).toMatchObject({ exitCode: 0, stderr: '' })
    expect(ran.stdout).toMatch(/^User +alice\nIdentity provider +corp\nGateway +GATEWAY\nSigned in until +\d{4}-/)
  })

  it('prints JSON', async () => {
    await work.login()
    expect(JSON.parse((await run('whoami', '--json')).stdout)).toMatchObject({
      gateway: 'GATEWAY',
      subject: 'alice',
      provider: 'corp',
    })
  })

  it.each([
    ['whoami'],
    ['roles'],
    ['profiles'],
    ['credentials', '--role', 'admin'],
    ['console', '--role', ROLE],
    ['exec', '--role', ROLE, '--', 'true'],
  ])('%s ends with 3 and the command to run when nobody is signed in', async (...args) => {
    expect(await run(...args)).toEqual({
      exitCode: 3,
      stdout: '',
      stderr: 'You are not signed in to GATEWAY.\nRun `fedgate login --gateway GATEWAY`.\n',
    })
  })

  it('ends with 3 when the session has ended at the gateway, and is signed out from then on', async () => {
    await work.login()
    work.gateway.endSessions()
    expect(await run('whoami')).toMatchObject({
      exitCode: 3,
      stderr: expect.stringContaining('Your session at GATEWAY has ended.'),
    })
    expect(await run('whoami')).toMatchObject({
      exitCode: 3,
      stderr: expect.stringContaining('You are not signed in to GATEWAY.'),
    })
  })

  it('renews an access token that the gateway has forgotten', async () => {
    await work.login()
    work.gateway.forgetAccessTokens()
    expect(await run('whoami')).toMatchObject({ exitCode: 0, stderr: '' })
    expect(work.gateway.counts.reuses).toBe(0)
  })

  it.each([
    [
      503,
      { code: 'store.unavailable', title: 'Storage is unavailable.', hint: 'Try again.', reference: 'R7' },
      1,
      'Storage is unavailable.\nTry again. Reference: R7\n',
    ],
    [502, 'not JSON', 1, 'The gateway failed to process the request.'],
    [429, { code: 'http.too_many', title: 'Too many requests.', hint: 'Wait.' }, 4, 'Too many requests.\nWait.\n'],
    [
      504,
      { code: 'sts.unreachable', title: 'AWS cannot be reached.', hint: 'Try again.' },
      6,
      'AWS cannot be reached.\n',
    ],
  ])('shows what the gateway answers with %s', async (status, body, exitCode, stderr) => {
    await work.login()
    work.gateway.problems.set('/api/session', { status, body })
    const ran = await run('whoami')
    expect(ran).toMatchObject({ exitCode, stdout: '' })
    expect(ran.stderr).toContain(stderr)
  })

  it('keeps control characters of a hostile answer off the terminal', async () => {
    await work.login()
    work.gateway.problems.set('/api/session', {
      status: 403,
      body: { title: 'Bad\u001b[31m\u0007 title', code: 'x.y' },
    })
    const ran = await run('whoami')
    expect(ran.stderr).toContain('Bad title')
    expect(ran.stderr).not.toMatch(/[^\P{Cc}\n]/u)
  })

  it('does not sign out when its proof is refused because the clock is wrong', async () => {
    await work.login()
    const headers = { 'www-authenticate': 'DPoP error="invalid_dpop_proof"' }
    work.gateway.problems.set('/api/session', { status: 401, body: { error: 'invalid_dpop_proof' }, headers })
    expect(await run('whoami')).toMatchObject({ exitCode: 4, stderr: expect.stringContaining('fedgate doctor') })
    work.gateway.problems.clear()
    expect((await run('whoami')).exitCode).toBe(0)
  })
})

describe('roles', () => {
  it('lists them as a table, the last used first', async () => {
    await work.login()
    const { stdout, stderr, exitCode } = await run('roles')
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' })
    expect(stdout.split('\n').slice(0, 3)).toEqual([
      'ACCOUNT       NAME         ROLE       ALIAS  ARN',
      `111122223333  Production   Developer         ${ROLE}`,
      `111122223333  Production   Admin      admin  ${ADMIN}`,
    ])
  })

  it('prints them as JSON and as CSV, and not both', async () => {
    await work.login()
    expect(JSON.parse((await run('roles', '--json')).stdout)).toEqual(ROLES)
    expect((await run('roles', '--csv')).stdout.split('\r\n').slice(2)).toEqual([
      `111122223333,Production,Admin,admin,${ADMIN},corp,eu-west-1,original`,
      '444455556666,"Test, ""old""",Developer,,arn:aws:iam::444455556666:role/Developer,corp,us-east-1,reissued',
      '',
    ])
    expect((await run('roles', '--csv', '--json')).exitCode).toBe(2)
  })

  it('says so when there are none', async () => {
    work.gateway.roles = []
    await work.login()
    expect(await run('roles')).toEqual({
      exitCode: 0,
      stdout: '',
      stderr: "You don't have any roles yet. Ask your administrator for access.\n",
    })
  })

  it('refuses a list that is not one of roles', async () => {
    await work.login()
    const roles = [{ ...ROLES[0], accountName: 'x\n[profile admin]' }]
    work.gateway.problems.set('/api/roles', { status: 200, body: { roles } })
    expect(await run('roles')).toMatchObject({ exitCode: 6, stdout: '' })
  })
})

describe('credentials', () => {
  it.each([
    ['env', "export AWS_SECRET_ACCESS_KEY='secret/it'\\''s'\n"],
    ['env-no-export', "AWS_SECRET_ACCESS_KEY='secret/it'\\''s'\n"],
    ['fish', "set -gx AWS_SECRET_ACCESS_KEY 'secret/it\\'s'\n"],
    ['powershell', "$Env:AWS_SECRET_ACCESS_KEY = 'secret/it''s'\n"],
    ['windows-cmd', `set "AWS_SECRET_ACCESS_KEY=secret/it's"\n`],
    ['nushell', `$env.AWS_SECRET_ACCESS_KEY = "secret/it's"\n`],
    ['docker', "AWS_SECRET_ACCESS_KEY=secret/it's\n"],
    ['ini', '[111122223333-Developer]\n'],
    ['json', '"Region": "eu-west-1"'],
    ['process', '"Version": 1'],
  ])('prints only the credentials, as %s', async (format, part) => {
    await work.login()
    const ran = await run('credentials', '--role', ROLE, '--format', format)
    expect(ran).toMatchObject({ exitCode: 0, stderr: '' })
    expect(ran.stdout).toContain(part)
    if (/env|fish|shell|cmd|docker/.test(format)) expect(ran.stdout).toContain('AWS_CREDENTIAL_EXPIRATION')
  })

  it.each(['admin', 'ADMIN', '111122223333/Admin', 'Production/Admin', 'production/admin', 'Admin', ADMIN])(
    'knows the role as %s',
    async (name) => {
      await work.login()
      expect(await run('credentials', '--role', name)).toMatchObject({ exitCode: 0, stderr: '' })
      expect(work.gateway.bodies.get('/api/credentials')).toEqual({ role: ADMIN })
    },
  )

  it('takes the cached ones, and new ones for a duration', async () => {
    await work.login()
    const before = work.gateway.counts.exchanges
    await run('credentials', '--role', ROLE)
    await run('credentials', '--role', ROLE)
    expect(work.gateway.counts.exchanges).toBe(before + 1)
    await run('credentials', '--role', ROLE, '--duration', '1h30m')
    expect(work.gateway.bodies.get('/api/credentials')).toEqual({ role: ROLE, duration: 5400 })
  })

  it.each([
    [
      'no role without a terminal',
      ['credentials'],
      2,
      'No role is specified.\nSpecify one with --role. `fedgate roles` lists yours.\n',
    ],
    [
      'an unknown role',
      ['credentials', '--role', 'amdin'],
      4,
      "You don't have a role named amdin.\nDid you mean admin? `fedgate roles` lists yours.\n",
    ],
    [
      'a name of two roles',
      ['credentials', '--role', 'Developer'],
      2,
      'Several roles are named Developer: 111122223333/Developer, 444455556666/Developer.\n',
    ],
    [
      'a role that is not granted',
      ['credentials', '--role', 'arn:aws:iam::999988887777:role/X'],
      4,
      "You don't have access to this role.\nChoose another role. Reference: REF1\n",
    ],
    ['an unknown format', ['credentials', '--role', ROLE, '--format', 'tcsh'], 2, 'Allowed choices are env,'],
    [
      'a duration without a unit that is known',
      ['credentials', '--role', ROLE, '--duration', '1 week'],
      2,
      'Enter a duration such as 30m or 1h.',
    ],
  ])('fails for %s', async (_why, args, exitCode, stderr) => {
    await work.login()
    const ran = await run(...args)
    expect(ran).toMatchObject({ exitCode, stdout: '' })
    expect(ran.stderr).toContain(stderr)
  })

  it.each([
    [403, 'sts.access_denied', 5],
    [400, 'sts.duration_too_long', 5],
    [503, 'sts.throttled', 5],
    [409, 'sts.evidence_stale', 3],
    [409, 'login.authentication_too_old', 3],
    [400, 'role.duration_invalid', 4],
  ])('ends for %s %s with %s', async (status, code, exitCode) => {
    await work.login()
    work.gateway.problems.set('/api/credentials', { status, body: { code, title: 'T.', hint: 'H.' } })
    expect(await run('credentials', '--role', ROLE)).toMatchObject({ exitCode, stdout: '' })
  })
})

describe('console', () => {
  it('prints the URL, at a service or at a pasted page', async () => {
    await work.login()
    expect(await run('console', '--role', 'admin', '--print')).toEqual({
      exitCode: 0,
      stdout: 'GATEWAY/console?SigninToken=T\n',
      stderr: '',
    })
    expect(work.gateway.bodies.get('/api/console')).toEqual({ role: ADMIN })
    await run('console', '--role', 'admin', '--print', '--service', 's3')
    expect(work.gateway.bodies.get('/api/console')).toEqual({ role: ADMIN, destination: 's3' })
  })

  it('opens the browser, and keeps the URL off the terminal', async () => {
    await work.login()
    expect(await run('console', '--role', 'admin')).toEqual({
      exitCode: 0,
      stdout: '',
      stderr: 'The AWS console is opening in your browser.\n',
    })
    expect(work.gateway.asked.get('/console')).toBe(1)
  })

  it('fails without a browser', async () => {
    await work.login()
    const ran = await work.run(['console', '--role', 'admin'], { env: { BROWSER: '/nowhere/browser' } })
    expect(ran).toMatchObject({ exitCode: 1, stdout: '', stderr: expect.stringContaining('add --print') })
  })
})

describe('logout', () => {
  it('ends the session at the gateway and wipes tokens and credentials', async () => {
    await work.login('--role', 'admin')
    const before = work.gateway.counts.revocations
    expect(await run('logout')).toEqual({ exitCode: 0, stdout: '', stderr: 'Signed out of GATEWAY.\n' })
    expect(work.gateway.counts.revocations).toBe(before + 1)
    await expect(stat(work.folder)).rejects.toMatchObject({ code: 'ENOENT' })
    expect(await run('credential-process', '--role', ADMIN)).toEqual({
      exitCode: 3,
      stdout: '',
      stderr: 'You are not signed in to GATEWAY. Run `fedgate login --gateway GATEWAY`.\n',
    })
  })

  it('wipes everything here also when the gateway is away, and says that it was not told', async () => {
    await work.login('--role', 'admin')
    work.gateway.problems.set('/oauth/.well-known/oauth-authorization-server', { status: 503 })
    const ran = await run('logout')
    expect(ran).toMatchObject({ exitCode: 6, stdout: '' })
    expect(ran.stderr).toContain('You are signed out on this machine, but the gateway was not told.')
    await expect(stat(work.folder)).rejects.toMatchObject({ code: 'ENOENT' })
  })

  it('is no error when nobody is signed in', async () => {
    expect(await run('logout')).toMatchObject({ exitCode: 0, stdout: '' })
  })
})

describe('doctor', () => {
  it('finds nothing on a machine in order', async () => {
    await work.login()
    const ran = await work.run(['doctor'], { env: { AWS_REGION: 'eu-west-1' } })
    expect(ran).toMatchObject({ exitCode: 0, stderr: '' })
    expect(
      ran.stdout
        .trim()
        .split('\n')
        .map((line) => line.split(/ {2,}/).slice(0, 2)),
    ).toEqual([
      ['passed', 'files'],
      ['passed', 'environment'],
      ['passed', 'region'],
      ['passed', 'gateway'],
      ['passed', 'clock'],
      ['passed', 'sign-in'],
    ])
  })

  it('finds variables, profiles and credentials that would win', async () => {
    await work.login()
    await run('profiles')
    const config = join(work.home, '.aws/config')
    await writeFile(join(work.home, '.aws/credentials'), '[Production-Admin]\naws_access_key_id = AKIA\n')
    await writeFile(config, `${await readFile(config, 'utf8')}\n[profile x]\n[profile x]\n`)
    const ran = await work.run(['doctor'], { env: { AWS_ACCESS_KEY_ID: 'AKIA' } })
    await rm(join(work.home, '.aws'), { recursive: true })
    expect(ran.exitCode).toBe(1)
    expect(ran.stdout).toMatch(/^warning {2}environment {2}AWS_ACCESS_KEY_ID is set/m)
    expect(ran.stdout).toMatch(/^warning {2}profiles {5}\[Production-Admin\] in .* has keys/m)
    expect(ran.stdout).toMatch(/^failed {3}profiles {5}\[profile x\] is in .* twice/m)
    expect(ran.stdout).toMatch(/^warning {2}region/m)
  })

  it('finds a wrong clock, a gateway that is away, and files that others can read', async () => {
    await work.login()
    work.gateway.problems.set('/healthz', {
      status: 200,
      headers: { date: new Date(Date.now() - 7_200_000).toUTCString() },
    })
    const skewed = await run('doctor')
    expect(skewed.stdout).toMatch(/^failed {3}clock {8}(?:2h|1h 59m).* ahead of the gateway's/m)
    await chmod(join(work.home, '.local/share/fedgate'), 0o755)
    const open = await work.run(['doctor'], { env: { FEDGATE_URL: 'http://127.0.0.1:47' } })
    expect(open.exitCode).toBe(1)
    expect(open.stdout).toMatch(/^failed {3}files .*other users can read/m)
    expect(open.stdout).toMatch(/^failed {3}gateway .*ECONNREFUSED/m)
  })
})

describe('the command line', () => {
  it.each([
    'login',
    'logout',
    'whoami',
    'roles',
    'credentials',
    'credential-process',
    'exec',
    'console',
    'profiles',
    'doctor',
    'completion',
  ])('has help for %s', async (command) => {
    const ran = await run(command, '--help')
    expect(ran).toMatchObject({ exitCode: 0, stderr: '' })
    expect(ran.stdout).toContain(`Usage: fedgate ${command} `)
  })

  it('shows no colours without a terminal', async () => {
    expect((await run('whoami')).stderr).not.toContain('\u001b')
  })

  it('ends with 2 for an unknown command, with the nearest one', async () => {
    expect(await run('rolls')).toMatchObject({
      exitCode: 2,
      stdout: '',
      stderr: expect.stringContaining('Did you mean roles?'),
    })
  })
})
