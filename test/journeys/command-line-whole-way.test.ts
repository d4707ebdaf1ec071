/** The users' command line against the real gateway and the local AWS: from sign-in to sign-out, with AWS's own tools. */
import { execFileSync } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type How, type Ran, runProgram } from '../cli/user/one-file.ts'
import { AWS } from '../harness/aws-cli.ts'
import { PYTHON } from '../harness/boto3.ts'
import { formWith, HttpBrowser } from '../harness/http-browser.ts'
import { signIn } from '../harness/sign-in.ts'
import { startTestGateway, type TestGateway } from '../harness/test-gateway.ts'
import { requireTool } from '../tools.ts'

const SCRIPT = join(import.meta.dirname, '../../scripts/bundle-cli.mjs')
const ROLE = 'arn:aws:iam::111122223333:role/Developer'
const PROFILE = 'Production-Developer'

let testGateway: TestGateway
let home: string
let file: string
let env: NodeJS.ProcessEnv
beforeAll(async () => {
  testGateway = await startTestGateway()
  home = await mkdtemp(join(tmpdir(), 'fedgate-whole-way-'))
  file = join(home, 'fedgate.mjs')
  execFileSync(process.execPath, [SCRIPT, file])
  env = {
    HOME: home,
    PATH: '/usr/bin:/bin',
    FEDGATE_URL: testGateway.gateway,
    AWS_EC2_METADATA_DISABLED: 'true',
    AWS_ENDPOINT_URL: testGateway.localAws,
    // No browser of its own: the test opens the address that is printed.
    BROWSER: '/nowhere/browser',
  }
})
afterAll(async () => {
  await testGateway.close()
  await rm(home, { recursive: true })
})

const fedgate = (args: readonly string[], how: How = {}): Promise<Ran> =>
  runProgram([process.execPath, file, ...args], { ...env, ...how.env }, how)

const whoInAws = (): Promise<Ran> =>
  runProgram([AWS, 'sts', 'get-caller-identity', '--profile', PROFILE, '--endpoint-url', testGateway.localAws], env)

/** Signs a user in in a browser, and allows what the command line asks for at the printed address. */
const allowIn = async (browser: HttpBrowser, printed: string, provider: string): Promise<void> => {
  const [url] = /http:\S+\/oauth\/auth\?\S+/.exec(printed) ?? []
  const [device] = /http:\S+\/oauth\/device\?\S+/.exec(printed) ?? []
  const address = url ?? device
  if (address === undefined) return
  await signIn(browser, { gateway: testGateway.gateway, provider, username: 'alice' })
  let page = await browser.open(address)
  if (device !== undefined) page = await browser.submit(page, formWith(page, 'user_code'))
  const consent = page.forms.find(({ action }) => /\/oauth\/(?:consent|device)/.test(action))
  if (consent === undefined) throw new Error(page.body)
  await browser.submit(page, consent, { decision: 'allow' })
}

const login = async (args: readonly string[] = [], provider = 'corp'): Promise<HttpBrowser> => {
  const browser = new HttpBrowser()
  let failure: unknown
  let printed = ''
  let isAsked = false
  const ran = await fedgate(['login', ...args], {
    meanwhile: (child) =>
      child.stderr?.on('data', (text: Buffer) => {
        printed += String(text)
        const isComplete = /\/oauth\/auth\?\S+\n/.test(printed) || /\/oauth\/device\?\S+\n/.test(printed)
        if (isAsked || !isComplete) return
        isAsked = true
        allowIn(browser, printed, provider).catch((error: unknown) => {
          failure = error
          child.kill()
        })
      }),
  })
  if (failure !== undefined) throw failure
  expect(ran).toMatchObject({ exitCode: 0, stdout: '', stderr: expect.stringContaining('as alice.') })
  return browser
}

beforeEach(async () => {
  await rm(join(home, '.local'), { recursive: true, force: true })
  await rm(join(home, '.aws'), { recursive: true, force: true })
})

const SIGNED_OUT = /fedgate login --gateway http:\/\/localhost:\d+/

describe.skipIf(!requireTool(AWS))('The command line', { timeout: 120_000 }, () => {
  it('signs in, writes profiles that the AWS CLI uses, and after signing out the next call says what to run', async () => {
    await login()
    expect((await fedgate(['profiles'])).exitCode).toBe(0)
    const known = await whoInAws()
    expect(known).toMatchObject({ exitCode: 0, stderr: '' })
    expect(JSON.parse(known.stdout)).toMatchObject({
      Account: '111122223333',
      Arn: expect.stringContaining('assumed-role/Developer/'),
    })
    expect((await fedgate(['logout'])).exitCode).toBe(0)
    const refused = await whoInAws()
    expect(refused.exitCode).not.toBe(0)
    expect(refused.stderr).toMatch(SIGNED_OUT)
    expect(await fedgate(['credential-process', '--role', ROLE])).toMatchObject({
      exitCode: 3,
      stdout: '',
      stderr: expect.stringMatching(SIGNED_OUT),
    })
  })

  it('keeps cached credentials after a sign-out in the browser, and gets no new ones', async () => {
    const browser = await login()
    expect((await fedgate(['credential-process', '--role', ROLE])).exitCode).toBe(0)
    const roles = await browser.open(`${testGateway.gateway}/logout`)
    await browser.submit(roles, formWith(roles, 'csrf'))
    expect((await fedgate(['credential-process', '--role', ROLE])).exitCode).toBe(0)
    expect(await fedgate(['credentials', '--role', ROLE, '--duration', '1h'])).toMatchObject({
      exitCode: 3,
      stdout: '',
      stderr: expect.stringMatching(SIGNED_OUT),
    })
  })

  it('signs in with a code from another machine', async () => {
    await login(['--device'])
    const ran = await fedgate([
      'exec',
      '--role',
      ROLE,
      '--',
      AWS,
      'sts',
      'get-caller-identity',
      '--endpoint-url',
      testGateway.localAws,
    ])
    expect(ran).toMatchObject({ exitCode: 0, stderr: '' })
    expect(JSON.parse(ran.stdout)).toMatchObject({ Account: '111122223333' })
  })

  it('gets the longest credentials of a role with original evidence at the sign-in, and marks its profile', async () => {
    await login(['--role', ROLE], 'openid')
    expect((await fedgate(['profiles', '--diff'])).stdout).toContain(
      `fedgate login --gateway ${testGateway.gateway} --role ${ROLE}`,
    )
    const { Expiration } = JSON.parse((await fedgate(['credential-process', '--role', ROLE])).stdout) as {
      Expiration: string
    }
    expect(Date.parse(Expiration) - Date.now()).toBeGreaterThan(3 * 3_600_000)
  })

  it.skipIf(PYTHON === undefined)('serves boto3 by a profile and by the endpoint', async () => {
    await login()
    await fedgate(['profiles'])
    const script = join(home, 'who.py')
    await writeFile(
      script,
      `import boto3, sys\nprint(boto3.Session(profile_name=sys.argv[1] if sys.argv[1:] else None).client('sts', endpoint_url='${testGateway.localAws}').get_caller_identity()['Account'])\n`,
    )
    expect(await runProgram([PYTHON ?? '', script, PROFILE], env)).toMatchObject({
      exitCode: 0,
      stdout: '111122223333\n',
    })
    expect(
      await fedgate(['exec', '--server', '--role', 'Sandbox/Developer', '--', PYTHON ?? '', script]),
    ).toMatchObject({ exitCode: 0, stdout: '444455556666\n' })
  })

  it('opens the console with a URL of the local AWS', async () => {
    await login()
    const ran = await fedgate(['console', '--role', ROLE, '--print', '--service', 's3'])
    expect(ran).toMatchObject({ exitCode: 0, stderr: '' })
    expect(ran.stdout).toMatch(/^http:\/\/localhost:\d+\/federation\?Action=login&\S+\n$/)
  })
})
