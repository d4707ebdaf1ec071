/** `fedgate check --against`: what a running gateway shows of its configuration, to whom, and what another would change. */
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parse, stringify } from 'yaml'
import { differenceBetween } from '../../src/cli/against/against.ts'
import { differenceLines } from '../../src/cli/against/lines.ts'
import { readConfig } from '../../src/cli/load-config.ts'
import type { Config, WrittenConfig } from '../../src/config/types.ts'
import { changesOf } from '../../src/config/written.ts'
import { callApi, signInDevice, type Tokens } from '../harness/command-line.ts'
import { ADMIN, type CommandLineGateway, DEVELOPER, startCommandLineGateway } from '../harness/command-line-gateway.ts'

const SECRET = 'only for tests, and long enough for them'
const CLIENT_SECRET = 'very-secret-of-the-client'
const REFERENCE = ['$', '{SESSION_SECRET}'].join('')
const PASSWORD = 'very-secret-of-redis'

const openid = {
  id: 'openid',
  protocol: 'oidc',
  issuer: 'https://op.example',
  clientId: 'fedgate',
  clientSecret: CLIENT_SECRET,
  exchange: { via: 'saml', evidence: 'reissued', provider: 'fedgate' },
}

let gateway: CommandLineGateway
let tokens: Record<'alice' | 'bob', Tokens>
let running: WrittenConfig

beforeAll(async () => {
  gateway = await startCommandLineGateway({
    providers: [{ id: 'corp', label: 'Example Corp', protocol: 'saml', metadata: './corp.xml' }, openid],
    operators: [{ when: { provider: 'corp', displayName: 'bob' } }],
  })
  const signIn = async (name: string): Promise<Tokens> =>
    signInDevice(await gateway.signIn(name), gateway.url, { device_name: 'laptop' })
  tokens = { alice: await signIn('alice'), bob: await signIn('bob') }
  const answer = await callApi(`${gateway.url}/api/configuration`, tokens.bob, {})
  running = (answer.body as { configuration: WrittenConfig }).configuration
}, 60_000)
afterAll(() => gateway.close())

/** The running configuration with changes, read as a file of its own would be. */
const changed = async (change: (values: { providers: unknown[] }) => unknown): Promise<Config> => {
  const values = parse(await readFile(gateway.configFile, 'utf8'))
  change(values)
  const file = join(gateway.configFile, '../next.yaml')
  await writeFile(file, stringify(values))
  return readConfig(file, {}, 'offline')
}

describe('the configuration of a running gateway', () => {
  it('is shown to operators, and not to other users', async () => {
    const refused = await callApi(`${gateway.url}/api/configuration`, tokens.alice, {})
    expect([refused.status, (refused.body as { code: string }).code]).toEqual([403, 'operator.required'])
    expect((await fetch(`${gateway.url}/api/configuration`)).status).toBe(401)
    expect(running).toMatchObject({ baseUrl: gateway.url, providers: [{ id: 'corp' }, { id: 'openid' }] })
  })

  it('shows no secret, but that there is one', () => {
    expect(running).toMatchObject({
      session: { secret: '(not shown)' },
      providers: [{}, { clientSecret: '(not shown)' }],
    })
    expect(JSON.stringify(running)).not.toMatch(new RegExp(`${SECRET}|${CLIENT_SECRET}`))
  })

  it('shows references as they are written, and no password of a store', async () => {
    const { written } = await changed((values) => {
      Object.assign(values, {
        session: { secret: REFERENCE, store: `rediss://user:${PASSWORD}@redis.example` },
      })
    })
    expect(written.session).toEqual({ secret: REFERENCE, store: 'rediss://(not shown)@redis.example' })
    const sentinel = await changed((values) => {
      Object.assign(values, {
        session: {
          secret: [SECRET, `${SECRET} before`],
          store: { sentinel: { name: 'm', nodes: ['sentinel-1:26379'], password: PASSWORD }, password: PASSWORD },
        },
      })
    })
    expect(JSON.stringify(sentinel.written)).not.toMatch(new RegExp(`${PASSWORD}|${SECRET}`))
  })
})

describe('check --against', () => {
  it('finds nothing where nothing would change, whatever the order of providers', async () => {
    const difference = await differenceBetween(running, await changed(({ providers }) => providers.reverse()))
    expect([difference.settings, difference.rules]).toEqual([[], []])
    expect(differenceLines(difference)).toEqual(['Nothing would change.'])
  })

  it('names each setting that would change, and those that a reload would refuse', async () => {
    const next = await changed((values) =>
      Object.assign(values, {
        listen: { host: '127.0.0.1', port: 9 },
        sessionName: '{subject}',
        providers: [{ id: 'corp', protocol: 'saml', metadata: './corp.xml' }],
      }),
    )
    const { settings } = await differenceBetween(running, next)
    expect(settings.filter(({ needsRestart }) => needsRestart).map(({ setting }) => setting)).toEqual(['listen.port'])
    const others = settings.filter(({ needsRestart }) => !needsRestart).map(({ setting }) => setting)
    expect(others).toEqual(expect.arrayContaining(['providers.corp.label', 'providers.openid.id', 'sessionName']))
    expect(others).not.toContain('providers.corp.metadata')
  })

  it('names the roles that users would get and lose, whatever lines the rules are in', async () => {
    const next = await changed((values) => {
      Object.assign(values, {
        access: [
          { when: { provider: 'corp', groups: 'ops' }, roles: [ADMIN] },
          { when: { provider: 'corp', groups: 'aws' }, roles: [DEVELOPER] },
        ],
      })
    })
    const difference = await differenceBetween(running, next)
    expect(difference.settings).toEqual([])
    expect(difference.rules).toEqual([
      { who: 'groups = ops', provider: 'corp', granted: [ADMIN], lost: [] },
      { who: 'groups = aws', provider: 'corp', granted: [], lost: [ADMIN] },
    ])
    expect(differenceLines(difference).map((line) => line.trim())).toContain(`- ${ADMIN}`)
  })

  it('says so where the running rules cannot be read', async () => {
    const before = { ...running, access: [{ when: { provider: 'corp' }, roles: [`arn:aws:iam::${REFERENCE}:role/X`] }] }
    const { rules, settings, notes } = await differenceBetween(before, await changed(() => undefined))
    expect(rules).toEqual([])
    // Their text differs, and that is a change.
    expect(settings.map(({ setting }) => setting)).toEqual(['access'])
    expect(notes).toHaveLength(2)
  })

  it('reads the running rules also where policies are files of the other machine', async () => {
    const roles = [{ match: DEVELOPER, trustPolicy: './not-here.json' }]
    const before = { ...running, roles, access: [{ when: { provider: 'corp', groups: 'aws' }, roles: [DEVELOPER] }] }
    const { rules } = await differenceBetween(before, await changed(() => undefined))
    expect(rules).toEqual([{ who: 'groups = aws', provider: 'corp', granted: [ADMIN], lost: [] }])
  })
})

describe('changesOf', () => {
  it('compares lists as a whole where their items have no name', () => {
    expect(changesOf({ transitiveTags: ['a', 'b'] }, { transitiveTags: ['b', 'a'] })).toEqual([
      { setting: 'transitiveTags', before: ['a', 'b'], after: ['b', 'a'] },
    ])
  })
})
