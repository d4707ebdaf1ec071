/**
 * From a machine that has never seen the gateway to AWS, with the programs that users have: the bundled command line,
 * Chromium, Debian's AWS CLI and boto3, against the demo's gateway and its local AWS.
 */
import { execFileSync, spawn } from 'node:child_process'
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { startTestGateway, type TestGateway } from '../harness/test-gateway.ts'
import { requireTool } from '../tools.ts'
import { type BrowserUser, CHROMIUM, chooseAndSignIn, launchChromium, newBrowserUser } from './chromium.ts'

const ROOT = join(import.meta.dirname, '../..')
const DEVELOPER = 'arn:aws:iam::111122223333:role/Developer'
const hasTools =
  requireTool(CHROMIUM) && requireTool('/usr/bin/aws') && requireTool('/usr/lib/python3/dist-packages/boto3')

interface Ran {
  readonly exitCode: number | null
  readonly stdout: string
  readonly stderr: string
}

describe.skipIf(!hasTools)('The command line, from the first sign-in to AWS', { timeout: 120_000 }, () => {
  let testGateway: TestGateway
  let browser: Browser
  let alice: BrowserUser
  let home = ''
  let file = ''

  beforeAll(async () => {
    ;[testGateway, browser] = await Promise.all([startTestGateway(), launchChromium()])
  }, 60_000)
  afterAll(async () => {
    await browser.close()
    await testGateway.close()
  })
  beforeEach(async () => {
    home = await mkdtemp(join(tmpdir(), 'fedgate-whole-way-'))
    await mkdir(join(home, 'bin'))
    file = join(home, 'bin/fedgate.mjs')
    execFileSync(process.execPath, [join(ROOT, 'scripts/bundle-cli.mjs'), file])
    alice = await newBrowserUser(browser)
  })
  afterEach(async () => {
    await alice.context.close()
    await rm(home, { recursive: true, force: true })
  })

  const env = () => ({
    HOME: home,
    PATH: '/usr/bin:/bin',
    LANG: 'C.UTF-8',
    FEDGATE_URL: testGateway.gateway,
    AWS_ENDPOINT_URL: testGateway.localAws,
    AWS_EC2_METADATA_DISABLED: 'true',
    AWS_MAX_ATTEMPTS: '1',
    AWS_PAGER: '',
  })

  const start = (command: readonly string[]) => {
    const [program = '', ...args] = command
    const child = spawn(program, args, { env: env(), cwd: home, stdio: ['ignore', 'pipe', 'pipe'] })
    const written = { stdout: '', stderr: '' }
    for (const stream of ['stdout', 'stderr'] as const)
      child[stream].setEncoding('utf8').on('data', (text: string) => {
        written[stream] += text
      })
    const ended = new Promise<Ran>((resolve, reject) => {
      child.once('error', reject).once('close', (exitCode) => resolve({ exitCode, ...written }))
    })
    return { ended, written }
  }
  const run = (command: readonly string[]): Promise<Ran> => start(command).ended
  const fedgate = (...args: readonly string[]): Promise<Ran> => run([process.execPath, file, ...args])

  /** The first URL of the gateway that the command shows. */
  const urlIn = async (written: { readonly stderr: string }): Promise<string> => {
    for (;;) {
      const [url] = /http:\/\/localhost:\d+\/\S+/.exec(written.stderr) ?? []
      if (url) return url
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
  }

  const signInByBrowser = async (): Promise<Ran> => {
    const { ended, written } = start([process.execPath, file, 'login'])
    await alice.page.goto(await urlIn(written))
    await chooseAndSignIn(alice.page, 'Example Corp', 'alice')
    await alice.page.getByRole('button', { name: 'Allow' }).click()
    return ended
  }

  const signInByDevice = async (): Promise<Ran> => {
    const { ended, written } = start([process.execPath, file, 'login', '--device'])
    await alice.page.goto(await urlIn(written))
    await chooseAndSignIn(alice.page, 'Example Corp', 'alice')
    await alice.page.getByRole('heading', { name: 'Sign in a device' }).waitFor()
    const [code = ''] = /[A-Z]{4}-[A-Z]{4}/.exec(written.stderr) ?? []
    await alice.page.getByLabel('Code').fill(code)
    await alice.page.getByRole('button', { name: 'Continue' }).click()
    await alice.page.getByRole('button', { name: 'Allow' }).click()
    await alice.page.getByRole('heading', { name: 'Device signed in' }).waitFor()
    return ended
  }

  /** Debian's AWS CLI does not know AWS_ENDPOINT_URL yet. */
  const endpoint = (): readonly string[] => ['--endpoint-url', testGateway.localAws]

  const profileOf = async (): Promise<string> => {
    const { stdout } = await run(['/usr/bin/aws', 'configure', 'list-profiles'])
    return stdout.split('\n').find((name) => name.includes('Developer')) ?? `none in ${stdout}`
  }

  const BOTO3 = `
import boto3, sys
print(boto3.Session(profile_name=sys.argv[1]).client('sts', endpoint_url=sys.argv[2]).get_caller_identity()['Arn'])
`

  it.each([
    ['the browser', signInByBrowser],
    ['a device code', signInByDevice],
  ])('signs in by %s, and the AWS CLI and boto3 work until fedgate logout', async (_, signIn) => {
    const login = await signIn()
    expect(login).toMatchObject({ exitCode: 0, stdout: '' })
    const who = await fedgate('whoami')
    expect(who).toMatchObject({ exitCode: 0 })
    expect(who.stdout).toContain('alice')
    expect((await fedgate('roles', '--json')).stdout).toContain(DEVELOPER)

    expect(await fedgate('profiles')).toMatchObject({ exitCode: 0 })
    const profile = await profileOf()
    const caller = await run(['/usr/bin/aws', 'sts', 'get-caller-identity', '--profile', profile, ...endpoint()])
    expect(caller.stderr).toBe('')
    expect(JSON.parse(caller.stdout)).toMatchObject({ Account: '111122223333' })
    const boto3 = await run(['/usr/bin/python3', '-c', BOTO3, profile, testGateway.localAws])
    expect(boto3.stderr).toBe('')
    expect(boto3.stdout).toContain('assumed-role/Developer/')

    const child = await fedgate(
      'exec',
      '--role',
      DEVELOPER,
      '--',
      '/bin/sh',
      '-c',
      `aws sts get-caller-identity ${endpoint().join(' ')}; exit 7`,
    )
    expect(child.exitCode).toBe(7)
    expect(child.stdout).toContain('assumed-role/Developer/')

    expect(await fedgate('logout')).toMatchObject({ exitCode: 0 })
    const after = await fedgate('credential-process', '--role', DEVELOPER)
    expect(after).toMatchObject({ exitCode: 3, stdout: '' })
    expect(after.stderr.trim().split('\n')).toHaveLength(1)
    expect(after.stderr).toContain('fedgate login')
    expect(
      (await run(['/usr/bin/aws', 'sts', 'get-caller-identity', '--profile', profile, ...endpoint()])).exitCode,
    ).not.toBe(0)
  })

  it('ends with the login in the browser: cached credentials live on, the next exchange fails', async () => {
    await signInByBrowser()
    const cached = await fedgate('credential-process', '--role', DEVELOPER)
    expect(cached).toMatchObject({ exitCode: 0 })
    await alice.page.goto(`${testGateway.gateway}/logout`)
    await alice.page.getByRole('main').getByRole('button', { name: 'Sign out', exact: true }).click()
    await alice.page.getByRole('heading', { name: 'Signed out' }).waitFor()
    expect((await fedgate('credential-process', '--role', DEVELOPER)).stdout).toBe(cached.stdout)
    const others = JSON.parse((await fedgate('roles', '--json')).stdout || '[]') as unknown[]
    expect(others).toEqual([])
    expect(await fedgate('whoami')).toMatchObject({ exitCode: 3 })
  })

  it('lists the device, which its user can end', async () => {
    await signInByBrowser()
    await alice.page.goto(`${testGateway.gateway}/activity`)
    await alice.page
      .getByRole('button', { name: /^Sign out .+/ })
      .first()
      .click()
    await alice.page.waitForLoadState()
    expect(await fedgate('whoami')).toMatchObject({ exitCode: 3 })
    expect(alice.complaints).toEqual([])
  })
})
