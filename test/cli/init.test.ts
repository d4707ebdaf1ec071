/** `fedgate init`: for every preset, from answers to a configuration whose checks pass against its stand-in. */
import { readFileSync } from 'node:fs'
import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { type Initialized, initialize } from '../../src/cli/init/init.ts'
import { readConfig } from '../../src/cli/load-config.ts'
import type { InitOptions } from '../../src/cli/options.ts'
import { openOutput } from '../../src/cli/output.ts'
import { outcomeOfAll } from '../../src/core/render-verdict.ts'
import { oidcPresetNames } from '../../src/presets/oidc-presets.ts'
import { samlPresetIds, samlPresets } from '../../src/presets/saml/presets.ts'
import { makeKeyPair } from '../demo/keys.ts'
import { fedgate } from '../harness/command.ts'
import * as published from '../presets/published.ts'
import { productOfPreset } from '../presets/saml/products.ts'
import { metadataOf } from '../presets/saml/stand-in.ts'
import { amazonApi, facebookApi, type StandIns, startStandIns } from '../presets/stand-ins.ts'

let root: string
let standIns: StandIns
let certificate: string
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'fedgate-init-test-'))
  const { google, cognito, entra, okta, auth0, gitlab, keycloak } = published
  standIns = await startStandIns([google, cognito, entra, okta, auth0, gitlab, keycloak], {
    'api.amazon.com': amazonApi,
    'graph.facebook.com': facebookApi,
  })
  vi.stubGlobal('fetch', standIns.fetch)
  certificate = (await makeKeyPair()).certificate
  await writeFile(join(root, 'secret.txt'), 'a-secret-of-the-client\n')
  const accounts = [
    { Id: '111122223333', Name: 'Production', Status: 'ACTIVE' },
    { Id: '999999999999', Name: 'Old', Status: 'SUSPENDED' },
  ]
  await writeFile(join(root, 'accounts.json'), JSON.stringify({ Accounts: accounts }))
  await writeFile(join(root, 'idp.xml'), metadataOf(productOfPreset('okta'), { certificate }))
})
afterAll(async () => {
  vi.unstubAllGlobals()
  await standIns.close()
  await rm(root, { recursive: true })
})

let folders = 0
const newFolder = (): string => join(root, `folder-${++folders}`)

interface Ran extends Initialized {
  readonly printed: string
}

const init = async (flags: Partial<InitOptions>, answers?: readonly string[]): Promise<Ran> => {
  let printed = ''
  const stream = {
    write: (text: string) => {
      printed += text
    },
  }
  const left = [...(answers ?? [])]
  const ask = async (question: string): Promise<string> => {
    printed += `${question}\n`
    const answer = left.shift()
    if (answer === undefined) throw new Error(`asked too much: ${question}`)
    return answer
  }
  const options = { folder: newFolder(), region: 'eu-west-1', service: 'none' as const, ...flags }
  const done = await initialize(options, {
    env: {},
    self: ['/usr/bin/node', '/opt/fedgate/dist/main.js'],
    now: () => new Date(),
    output: openOutput(stream, stream, {}),
    asking: {
      ask: answers && ask,
      say: stream.write,
      readText: (file) => readFile(file, 'utf8'),
    },
  })
  expect(left).toEqual([])
  return { ...done, printed }
}

const LOCAL = { baseUrl: 'http://localhost:18680' }
const saml = () => ({ ...LOCAL, protocol: 'saml' as const, metadata: join(root, 'idp.xml') })
const oidc = () => ({ ...LOCAL, protocol: 'oidc' as const, clientSecretFile: join(root, 'secret.txt') })

/** One folder, as keys that are there are kept: making them takes longer than all the rest. */
const shared = () => ({ folder: join(root, 'shared'), force: true as const })

/** What each provider needs to be told, besides a client. */
const told: Readonly<Record<(typeof oidcPresetNames)[number], Partial<InitOptions>>> = {
  google: { clientId: published.google.clientId, when: ['hd=example.com'] },
  cognito: { clientId: published.cognito.clientId, set: ['userPoolId=eu-west-1_AbCdEfGhI'] },
  entra: { clientId: published.entra.clientId, set: [`tenant=${published.TENANT}`] },
  okta: { clientId: published.okta.clientId, set: ['domain=example.okta.com'] },
  auth0: { clientId: published.auth0.clientId, set: ['domain=example.eu.auth0.com'] },
  gitlab: { clientId: published.gitlab.clientId },
  keycloak: { clientId: published.keycloak.clientId, set: ['domain=sso.example.com', 'realm=example'] },
  amazon: { clientId: 'amzn1.application-oa2-client.example' },
  facebook: { clientId: '138483919580948' },
}

/** The text of the guide, without its line breaks. */
const guideOf = (name: string): string =>
  readFileSync(join(import.meta.dirname, `../../docs/providers/${name}.md`), 'utf8').replaceAll(/\s+/g, ' ')

describe('fedgate init for each preset', () => {
  it.each(samlPresetIds)(
    '%s of SAML: writes a configuration whose checks pass, in the words of its screen',
    async (preset) => {
      const metadata = join(root, `${preset}.xml`)
      await writeFile(metadata, metadataOf(productOfPreset(preset), { certificate }))
      const {
        folder,
        verdicts = [],
        printed,
      } = await init({ ...saml(), ...shared(), preset, metadata, groupRule: 'aws-{account}-{role}' })
      expect(outcomeOfAll(verdicts)).toBe('pass')
      const { providers } = await readConfig(join(folder, 'fedgate.yaml'), {})
      expect(providers[0]).toMatchObject({ id: preset, preset: { id: preset } })
      for (const { label } of samlPresets.get(preset)?.screen ?? []) expect(printed).toContain(label)
      expect(guideOf(`saml-${preset}`)).not.toBe('')
      expect(printed).toContain(`${LOCAL.baseUrl}/saml/${preset}/`)
    },
  )

  it.each(oidcPresetNames)('%s of OpenID Connect: writes a configuration whose checks pass', async (preset) => {
    const grant = ['user=arn:aws:iam::111122223333:role/Developer']
    const { folder, verdicts = [], printed } = await init({ ...oidc(), ...shared(), preset, grant, ...told[preset] })
    expect(verdicts.flatMap(({ verdict }) => verdict.filter(({ outcome }) => outcome === 'fail'))).toEqual([])
    const { providers } = await readConfig(join(folder, 'fedgate.yaml'), {})
    expect(providers[0]).toMatchObject({ id: preset, preset, clientAuth: { kind: 'secret' } })
    const label = new RegExp(`^ {2}(.+?)(?: \\(.*\\))? {2,}${LOCAL.baseUrl}/oidc/${preset}/callback$`, 'm').exec(
      printed,
    )?.[1]
    expect(guideOf(preset)).toContain(label)
  })
})

describe('fedgate init', () => {
  it('writes secrets and keys for their owner only, and none into the configuration', async () => {
    const { folder } = await init({
      ...oidc(),
      preset: 'okta',
      ...told.okta,
      baseUrl: 'https://aws.example.com',
      check: false,
    })
    for (const path of ['secrets/session-secret', 'secrets/client-secret', 'certs/signing.key'])
      expect((await stat(join(folder, path))).mode & 0o777).toBe(0o600)
    const text = await readFile(join(folder, 'fedgate.yaml'), 'utf8')
    expect(text).not.toContain('a-secret-of-the-client')
    expect(text).not.toContain((await readFile(join(folder, 'secrets/session-secret'), 'utf8')).trim())
    await expect(readConfig(join(folder, 'fedgate.yaml'), {})).resolves.toMatchObject({ unread: [] })
  })

  it('reads accounts from a file, and writes what IAM needs for each of them', async () => {
    const { folder, printed } = await init({
      ...saml(),
      baseUrl: 'https://aws.example.com',
      accounts: join(root, 'accounts.json'),
      groupRule: 'aws-{account}-{role}',
      roles: 'Administrator,Developer',
      check: false,
    })
    const { accounts } = await readConfig(join(folder, 'fedgate.yaml'), {})
    expect([...accounts.keys()]).toEqual(['111122223333'])
    const iam = await readFile(join(folder, 'iam.yaml'), 'utf8')
    for (const part of ['AWS::IAM::SAMLProvider', 'RoleName: "Administrator"', 'RoleName: "Developer"'])
      expect(iam).toContain(part)
    expect(printed).toContain('999999999999')
    expect(printed).toContain('https://aws.example.com/login')
  })

  it('has the gateway sign for AWS where rules are about groups, which AWS cannot see', async () => {
    const { folder } = await init({
      ...oidc(),
      preset: 'okta',
      ...told.okta,
      groupRule: 'aws-{account}-{role}',
      check: false,
    })
    const { providers } = await readConfig(join(folder, 'fedgate.yaml'), {})
    expect(providers[0]?.exchange).toMatchObject({ via: 'saml', evidence: 'reissued' })
  })

  it.each([
    ['aws-{role}', ['arn:aws:iam::111122223333:role/{role}']],
    ['aws-{account}', ['arn:aws:iam::{account}:role/Developer']],
    ['{account}.{role}', ['arn:aws:iam::{account}:role/{role}']],
  ])('turns the scheme %s into a rule', async (groupRule, roles) => {
    const flags = { ...saml(), ...shared(), account: ['111122223333'], roles: 'Developer', groupRule, check: false }
    const { folder } = await init(flags)
    const { access } = await readConfig(join(folder, 'fedgate.yaml'), {})
    expect(access[0]?.roles).toEqual(roles)
  })

  it('names for the local AWS each role that the scheme leaves open', async () => {
    const flags = { account: ['111122223333', '444455556666'], roles: 'Admin', groupRule: 'aws-{account}-{role}' }
    const { folder } = await init({ ...saml(), ...shared(), ...flags, check: false })
    const { access } = await readConfig(join(folder, 'fedgate.yaml'), {})
    expect(access.flatMap((rule) => rule.roles)).toEqual([
      'arn:aws:iam::{account}:role/{role}',
      'arn:aws:iam::111122223333:role/Admin',
      'arn:aws:iam::444455556666:role/Admin',
    ])
  })

  it('makes a systemd unit from the one of the repository, without a place for secrets', async () => {
    const { folder } = await init({ ...saml(), ...shared(), service: 'systemd', check: false })
    const unit = await readFile(join(folder, 'fedgate.service'), 'utf8')
    expect(unit).toContain(
      `ExecStart=/usr/bin/node /opt/fedgate/dist/main.js serve --config ${join(folder, 'fedgate.yaml')}\n`,
    )
    expect(unit).toContain(`ReadWritePaths=${join(folder, 'state')}\n`)
    expect(unit).toMatch(/^User=\w/m)
    for (const gone of [
      'EnvironmentFile',
      'DynamicUser',
      'StateDirectory',
      '/opt/fedgate/dist/main.js serve --config /etc',
    ])
      expect(unit).not.toContain(gone)
    expect(unit).toContain('NoNewPrivileges=yes')
  })

  it('makes a compose file whose container listens where it is published', async () => {
    const { folder } = await init({
      ...saml(),
      ...shared(),
      baseUrl: 'https://aws.example.com',
      service: 'compose',
      check: false,
    })
    expect(await readFile(join(folder, 'docker-compose.yml'), 'utf8')).toContain('"127.0.0.1:8080:8080"')
    const { listen } = await readConfig(join(folder, 'fedgate.yaml'), {})
    expect(listen).toMatchObject({ host: '0.0.0.0', port: 8080 })
  })

  it('replaces no file without --force, and with it no key and no secret', async () => {
    const { folder } = await init({ ...saml(), check: false })
    const read = (path: string) => readFile(join(folder, path), 'utf8')
    const before = [await read('secrets/session-secret'), await read('certs/signing.key')]
    await expect(init({ ...saml(), folder, check: false })).rejects.toMatchObject({ code: 'init.file_exists' })
    const { kept } = await init({ ...saml(), folder, id: 'another', force: true, check: false })
    expect([await read('secrets/session-secret'), await read('certs/signing.key')]).toEqual(before)
    expect(kept).toContain('./certs/signing.key')
    expect(await read('fedgate.yaml')).toContain('"another"')
  })

  it.each(['certs', 'secrets'])('leaves nothing behind where %s cannot be written', async (name) => {
    const folder = newFolder()
    await mkdir(folder)
    // A file where a folder has to be.
    await writeFile(join(folder, name), 'mine')
    await expect(init({ ...saml(), folder, check: false })).rejects.toMatchObject({ code: 'init.cannot_write' })
    expect(await readdir(folder)).toEqual([name])
    expect(await readFile(join(folder, name), 'utf8')).toBe('mine')
  })

  it('leaves no folder behind where the answers make no configuration', async () => {
    const folder = newFolder()
    const flags = { ...oidc(), folder, preset: 'auth0', clientId: 'c', set: ['domain=https://example.auth0.com'] }
    await expect(init(flags)).rejects.toMatchObject({
      code: 'init.configuration_invalid',
      message: expect.stringContaining('providers[0].domain'),
    })
    await expect(stat(folder)).rejects.toMatchObject({ code: 'ENOENT' })
  })

  it.each<[string, () => Partial<InitOptions>, string]>([
    ['no base URL', () => ({ ...saml(), baseUrl: undefined as unknown as string }), '--base-url'],
    ['a base URL with a path', () => ({ ...saml(), baseUrl: 'https://aws.example.com/sso' }), '--base-url'],
    ['plain http elsewhere', () => ({ ...saml(), baseUrl: 'http://aws.example.com' }), '--base-url'],
    ['no provider', () => LOCAL, 'identity provider'],
    ['a preset with a slip', () => ({ ...LOCAL, preset: 'oktta' }), 'okta'],
    ['a preset of two protocols', () => ({ ...LOCAL, preset: 'okta' }), 'SAML and for OpenID'],
    ['a preset of the other protocol', () => ({ ...saml(), preset: 'google' }), 'not a preset for SAML'],
    ['an id with capitals', () => ({ ...saml(), id: 'Corp' }), '--id'],
    ['metadata that is not there', () => ({ ...saml(), metadata: '/nowhere/idp.xml' }), '--metadata'],
    ['no issuer', () => ({ ...oidc(), clientId: 'c' }), '--issuer'],
    ['no client', () => ({ ...oidc(), preset: 'gitlab' }), '--client-id'],
    [
      'a secret that is not there',
      () => ({ ...oidc(), preset: 'gitlab', clientId: 'c', clientSecretFile: '/no' }),
      '--client-secret-file',
    ],
    [
      'a setting that the preset lacks',
      () => ({ ...oidc(), preset: 'okta', clientId: 'c', set: ['realm=x'] }),
      '--set',
    ],
    ['a missing setting', () => ({ ...oidc(), preset: 'okta', clientId: 'c' }), 'domain'],
    ['an account of eleven digits', () => ({ ...saml(), account: ['11112222333'] }), '--account'],
    ['a scheme without a place', () => ({ ...saml(), groupRule: 'aws-dev' }), '--group-rule'],
    ['a scheme that cannot be told apart', () => ({ ...saml(), groupRule: '{account}{role}' }), '--group-rule'],
    ['a scheme without the role', () => ({ ...saml(), groupRule: 'aws-{account}' }), '--roles'],
    ['a grant without a role', () => ({ ...saml(), grant: ['admins=Admin'] }), '--grant'],
    ['a condition without a value', () => ({ ...saml(), when: ['hd'] }), '--when'],
    ['a region that is none', () => ({ ...saml(), region: 'europe' }), '--region'],
  ])('refuses %s with a sentence and exit 2, and writes nothing', async (_, flags, named) => {
    const folder = newFolder()
    const error = await init({ folder, ...flags() }).catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({ isUsage: true })
    const { message, hint } = error as { message: string; hint: string }
    expect(`${message} ${hint}`).toContain(named)
    await expect(stat(folder)).rejects.toMatchObject({ code: 'ENOENT' })
  })

  it('asks on a terminal, once more after a wrong answer, and shows what to register before it asks for the client', async () => {
    const { folder, printed } = await init({ check: false }, [
      'aws.example.com',
      'https://aws.example.com',
      'oidc',
      'okta',
      '',
      'example.okta.com',
      'client-1',
      'its-secret',
      '111122223333, 444455556666',
      'aws-{account}-{role}',
      'Developer',
      'platform',
    ])
    const { providers, operators, accounts } = await readConfig(join(folder, 'fedgate.yaml'), {})
    expect(providers[0]).toMatchObject({ id: 'okta', clientId: 'client-1', issuer: 'https://example.okta.com' })
    expect([operators.length, accounts.size]).toEqual([1, 2])
    expect(printed.indexOf('Sign-in redirect URIs')).toBeLessThan(printed.indexOf('Client ID'))
    expect(printed).not.toContain('its-secret')
  })

  it('asks for a user and a condition where a provider has no groups and anyone may have an account', async () => {
    const grant = 'alice@example.com=arn:aws:iam::111122223333:role/Developer'
    const answers = ['', 'client-1', 'its-secret', '', grant, 'hd=example.com', '']
    const { folder } = await init({ ...LOCAL, preset: 'google', check: false }, answers)
    const { access } = await readConfig(join(folder, 'fedgate.yaml'), {})
    expect(access[0]?.when.conditions.map(({ attribute }) => attribute)).toEqual(['email', 'hd'])
  })

  it('ends with 2 on the command line where an answer is missing and nobody can be asked', async () => {
    const command = fedgate(['init', newFolder(), '--preset', 'okta'])
    expect(await command.ended).toBe(2)
    expect(command.stderr()).toContain('--base-url')
  })
})
