/** The real command line at the real gateway: sign in, take a role, be signed out from the other end. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { fedgate } from '../harness/command.ts'
import { sendDecision } from '../harness/command-line.ts'
import { type CommandLineGateway, DEVELOPER, startCommandLineGateway } from '../harness/command-line-gateway.ts'
import { formWith, type HttpBrowser } from '../harness/http-browser.ts'
import { holds } from '../held/holds.ts'

let gateway: CommandLineGateway
let home: string
let alice: HttpBrowser
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'fedgate-home-'))
  gateway = await startCommandLineGateway()
  alice = await gateway.signIn('alice')
})
afterAll(async () => {
  await gateway.close()
  await rm(home, { recursive: true })
})

/** As in a terminal without a keyring and without a browser. */
const run = (...args: readonly string[]) => fedgate(args, { env: { HOME: home, FEDGATE_URL: gateway.url } })

const ran = async (...args: readonly string[]) => {
  const command = run(...args)
  const exitCode = await command.ended
  return { exitCode, stdout: command.stdout(), stderr: command.stderr() }
}

const addressIn = (text: string): string => /http\S+\/oauth\/\S+/.exec(text)?.[0] ?? ''

const login = async (): Promise<number | NodeJS.Signals | null> => {
  const command = run('login')
  await command.said('/oauth/auth?')
  await command.said('code_challenge_method')
  const page = await alice.open(addressIn(command.stderr()))
  const { location = '' } = await sendDecision(alice, page, 'allow')
  await fetch(location)
  return command.ended
}

describe('The command line at the gateway', holds('10.10'), () => {
  it('signs in with a key of its own, lists roles and takes credentials, which the gateway records', async () => {
    expect(await login()).toBe(0)
    expect(await ran('whoami')).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('alice') })
    expect((await ran('roles')).stdout).toContain('Developer')
    const { exitCode, stdout } = await ran('credentials', '--role', 'dev', '--format', 'process')
    expect(exitCode).toBe(0)
    const credentials = JSON.parse(stdout) as { readonly AccessKeyId: string }
    const lines = gateway.audit().filter(({ eventName }) => eventName === 'exchange' || eventName === 'token')
    expect(lines).toMatchObject([
      { eventName: 'token', grantType: 'authorization_code', isBound: true },
      { eventName: 'exchange', requestParameters: { roleArn: DEVELOPER }, device: lines[0]?.device },
    ])
    expect(JSON.stringify(lines[1])).toContain(credentials.AccessKeyId)
  })

  it('is signed out by the button on the activity page', async () => {
    await login()
    const page = await alice.open(`${gateway.url}/activity`)
    let after = page
    while (after.body.includes('name="device"')) after = await alice.submit(after, formWith(after, 'device'))
    const { exitCode, stdout } = await ran('roles')
    expect([exitCode, stdout]).toEqual([3, ''])
  })

  it('signs in with a code that is typed in on another machine', async () => {
    const command = run('login', '--device')
    await command.said('user_code=')
    const page = await alice.open(addressIn(command.stderr().slice(command.stderr().indexOf('Or open'))))
    await sendDecision(alice, await alice.submit(page, formWith(page, 'user_code')), 'allow')
    expect(await command.ended).toBe(0)
    expect((await ran('whoami')).exitCode).toBe(0)
  })

  it('signs itself out', async () => {
    expect((await ran('logout')).exitCode).toBe(0)
    expect(gateway.audit().at(-1)).toMatchObject({ eventName: 'token.revoked', reason: 'device' })
    expect((await alice.open(`${gateway.url}/activity`)).body).not.toContain('name="device"')
    expect((await ran('whoami')).exitCode).toBe(3)
  })
})
