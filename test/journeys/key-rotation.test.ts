/**
 * Rotations of all keys while users sign in: the signing key over three accounts of the local AWS, updated by the script that
 * the command prints; the decryption key; the issuer's key; the session secret. In no phase is anybody refused.
 */

import { X509Certificate } from 'node:crypto'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { parse } from 'yaml'
import type { KeysRotateOptions } from '../../src/cli/keys/options.ts'
import { rotate } from '../../src/cli/keys/rotate.ts'
import { isKnownEverywhere, keysStatus } from '../../src/cli/keys/status.ts'
import { issueResponse } from '../../src/saml/issue.ts'
import { AWS, makeAwsHome } from '../harness/aws-cli.ts'
import { encryptedAssertion } from '../harness/encrypted-assertion.ts'
import { formWith, HttpBrowser } from '../harness/http-browser.ts'
import { postAnswer, whoIs } from '../harness/sign-in.ts'
import { type ReservedGateway, reserveGateway, startConfiguredGateway } from '../harness/test-gateway.ts'
import { createTestIdp, requestOn, type TestIdp } from '../harness/test-idp.ts'
import { requireTool } from '../tools.ts'

const ACCOUNTS = ['111111111111', '222222222222', '333333333333']
const [OWN = ''] = ACCOUNTS
const ADMIN = { accessKeyId: 'AKIAIOSFODNN7ADMIN00', secretAccessKey: 'secret-of-the-administrator' }
const ROLE_NAME = 'FedgateKeys'
const everything = { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }] }
const roleIn = (account: string): string => `arn:aws:iam::${account}:role/Developer`
const TOKEN_ROLE = `arn:aws:iam::${OWN}:role/ByToken`

const state = {
  accounts: ACCOUNTS.map((id) => ({ id, name: `Account ${id[0]}` })),
  users: [{ arn: `arn:aws:iam::${OWN}:user/admin`, ...ADMIN, policies: { everything } }],
  roles: ACCOUNTS.slice(1).map((account) => ({
    arn: `arn:aws:iam::${account}:role/${ROLE_NAME}`,
    policies: { everything },
    trustPolicy: {
      Version: '2012-10-17',
      Statement: { Effect: 'Allow', Principal: { AWS: `arn:aws:iam::${OWN}:root` }, Action: 'sts:AssumeRole' },
    },
  })),
}

let idp: TestIdp
let gateway: ReservedGateway
let folder: string
/** AWS keeps key sets for a while, and the local AWS too. */
let ahead = 0
const now = () => new Date(Date.now() + ahead)

beforeAll(async () => {
  idp = await createTestIdp('corp')
  const saml = (id: string, exchange: object) => ({ id, protocol: 'saml', metadata: './corp.xml', exchange })
  gateway = await startConfiguredGateway(
    await reserveGateway(),
    {
      // biome-ignore lint/suspicious/noTemplateCurlyInString: as the file has it.
      session: { secret: '${file:./session-secret}', store: 'memory' },
      providers: [
        saml('corp', { via: 'saml', evidence: 'reissued' }),
        saml('token', { via: 'web-identity', evidence: 'reissued' }),
      ],
      access: [
        { when: { provider: 'corp' }, roles: ACCOUNTS.map(roleIn) },
        { when: { provider: 'token' }, roles: [TOKEN_ROLE] },
      ],
      accounts: Object.fromEntries(ACCOUNTS.map((id) => [id, { name: `Account ${id[0]}` }])),
    },
    { files: { 'corp.xml': idp.metadata, 'session-secret': 'only for tests, and long enough for them' }, state, now },
  )
  folder = join(gateway.configFile, '..')
})
afterAll(() => gateway.close())
beforeEach(() => {
  vi.stubEnv('AWS_ACCESS_KEY_ID', ADMIN.accessKeyId)
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', ADMIN.secretAccessKey)
})

const configuration = async () => parse(await readFile(gateway.configFile, 'utf8'))

const step = async (options: Partial<KeysRotateOptions> & Pick<KeysRotateOptions, 'key'>) => {
  const [notes, printed] = [[] as string[], [] as string[]]
  const output = { note: (line: string) => void notes.push(line), printText: (text: string) => void printed.push(text) }
  const all = {
    config: gateway.configFile,
    edit: true,
    format: 'cli',
    roleName: ROLE_NAME,
    endpointUrl: gateway.localAws,
  } as const
  // A second apart, as the names of the files are.
  ahead += 60_000
  await rotate({ ...all, ...options }, { env: {}, now, output })
  return { notes: notes.join('\n'), printed: printed.join('') }
}

const reload = async (): Promise<void> => {
  await gateway.reload()
  ahead += 60_000
}

/** Encrypted to that certificate (PEM), or not at all. */
const signIn = async (provider: string, certificate?: string) => {
  const browser = new HttpBrowser()
  const stopBefore = new RegExp(`^${idp.ssoUrl}`)
  const request = requestOn(await browser.open(`${gateway.url}/login/${provider}`, { stopBefore }))
  const response = await issueResponse(
    {
      issuer: idp.entityId,
      recipient: request.acsUrl ?? '',
      audience: request.issuer ?? '',
      ...(request.id === undefined ? {} : { inResponseTo: request.id }),
      nameId: { value: 'alice', format: 'urn:oasis:names:tc:SAML:2.0:nameid-format:persistent' },
      attributes: [],
      authnInstant: now(),
      lifetimeSeconds: 300,
      sign: 'assertion',
    },
    idp.keys,
    now(),
  )
  const xml =
    certificate === undefined
      ? response
      : response.replace(/<saml:Assertion [\s\S]*<\/saml:Assertion>/, (assertion) =>
          encryptedAssertion(assertion, new X509Certificate(certificate).publicKey, 'gcm'),
        )
  const answer = {
    acs: request.acsUrl ?? '',
    SAMLResponse: Buffer.from(xml).toString('base64'),
    RelayState: request.relayState ?? '',
  }
  const page = await postAnswer(browser, { ...answer, page: { url: idp.ssoUrl } })
  return { browser, page }
}

/** How AWS or the gateway answered each role. */
const takeRoles = async (provider: string, roles: readonly string[]): Promise<readonly number[]> => {
  const { browser, page } = await signIn(provider)
  const statuses: number[] = []
  for (const role of roles) {
    const form = { ...formWith(page, 'role', role), action: `${gateway.url}/roles/credentials` }
    statuses.push((await browser.submit(page, form)).status)
  }
  return statuses
}

const everybodySignsIn = async (): Promise<void> => {
  expect(await takeRoles('corp', ACCOUNTS.map(roleIn))).toEqual([200, 200, 200])
}

describe('a rotation of the signing key', () => {
  it.skipIf(!requireTool(AWS))(
    'a rotation refuses nobody in any phase, over three accounts',
    { timeout: 90_000 },
    async () => {
      await everybodySignsIn()
      const published = await step({ key: 'signing' })
      await reload()
      await everybodySignsIn()
      await expect(step({ key: 'signing' })).rejects.toMatchObject({ code: 'keys.rotation_in_progress' })

      // One account has the update, and two do not: nothing changes.
      const before = await readFile(gateway.configFile, 'utf8')
      const home = await makeAwsHome()
      await writeFile(join(home.folder, 'update.sh'), published.printed)
      const run = (role: string) =>
        home.bash(
          `export AWS_ACCESS_KEY_ID=${ADMIN.accessKeyId} AWS_SECRET_ACCESS_KEY=${ADMIN.secretAccessKey} AWS_DEFAULT_REGION=us-east-1
         aws() { ${AWS} --endpoint-url ${gateway.localAws} "$@"; }
         set -- ${role}
         . ./update.sh`,
        )
      expect(await run('')).toMatchObject({ exitCode: 0, stderr: expect.stringContaining('skipped 222222222222') })
      const refused = await step({ key: 'signing', switch: true }).catch((error: Error) => error)
      expect(refused).toMatchObject({ code: 'keys.not_taken' })
      expect(String(refused)).toContain('account 222222222222 (Account 2)')
      expect(String(refused)).not.toContain(OWN)
      // Neither does the flag for what is unknown help: it is known that they do not have it.
      await expect(step({ key: 'signing', switch: true, evenIfUnknown: true })).rejects.toMatchObject({
        code: 'keys.not_taken',
      })
      // Without credentials nothing is known.
      vi.stubEnv('AWS_ACCESS_KEY_ID', 'AKIAIOSFODNN7WRONG00')
      await expect(step({ key: 'signing', switch: true })).rejects.toMatchObject({ code: 'keys.unknown' })
      vi.stubEnv('AWS_ACCESS_KEY_ID', ADMIN.accessKeyId)
      expect(await readFile(gateway.configFile, 'utf8')).toBe(before)
      await everybodySignsIn()

      expect(await run(ROLE_NAME)).toMatchObject({ exitCode: 0 })
      await home.remove()
      await everybodySignsIn()
      const status = await keysStatus(
        { config: gateway.configFile, roleName: ROLE_NAME, endpointUrl: gateway.localAws },
        {},
        now,
      )
      expect(status.find(({ key }) => key === 'signing')?.holders.map(({ knows }) => knows)).toEqual([
        'known',
        'known',
        'known',
      ])
      expect(isKnownEverywhere(status)).toBe(true)

      const [old] = (await configuration()).signing
      await step({ key: 'signing', switch: true })
      // The gateway still signs with the old key.
      await expect(step({ key: 'signing', finish: true })).rejects.toMatchObject({ code: 'keys.not_in_use' })
      await reload()
      await everybodySignsIn()
      // Again by mistake: it would go back.
      await expect(step({ key: 'signing', switch: true })).rejects.toMatchObject({ code: 'keys.older' })
      const finished = await step({ key: 'signing', finish: true })
      await reload()
      await everybodySignsIn()
      expect(finished.notes).toContain(`Then delete ${old.key}`)
      expect(finished.printed.match(/<ds:X509Certificate>/g)).toHaveLength(1)
      expect((await configuration()).signing.key).toMatch(/^\.\/certs\/signing-\d{8}T\d{6}Z\.key$/)
      await expect(step({ key: 'signing', finish: true })).rejects.toMatchObject({ code: 'keys.no_rotation' })
    },
  )
})

describe('a rotation of the other keys', () => {
  it('a rotation of the decryption key accepts assertions for the old and the new key', async () => {
    const certificateOf = async (n: number) => {
      const { encryption = { certificate: './certs/encryption.crt' } } = await configuration()
      return readFile(join(folder, [encryption].flat()[n].certificate), 'utf8')
    }
    const accepts = async (certificate: string) => {
      const { browser } = await signIn('corp', certificate)
      return whoIs(browser, gateway.url)
    }
    const old = await certificateOf(0)
    expect(await accepts(old)).toBe('alice')
    await step({ key: 'encryption' })
    await reload()
    const fresh = await certificateOf(1)
    expect(await Promise.all([old, fresh].map(accepts))).toEqual(['alice', 'alice'])
    await expect(step({ key: 'encryption', switch: true })).rejects.toMatchObject({ code: 'keys.unknown' })
    await step({ key: 'encryption', switch: true, evenIfUnknown: true })
    await reload()
    expect(await Promise.all([old, fresh].map(accepts))).toEqual(['alice', 'alice'])
    await step({ key: 'encryption', finish: true })
    await reload()
    expect(await Promise.all([old, fresh].map(accepts))).toEqual([undefined, 'alice'])
  })

  it("a rotation of the issuer's key publishes both, and AWS accepts each token", async () => {
    const takesRole = async () => expect(await takeRoles('token', [TOKEN_ROLE])).toEqual([200])
    const published = async () => {
      const { keys } = (await (await fetch(`${gateway.url}/idp/jwks`)).json()) as { keys: { kid: string }[] }
      return keys.map(({ kid }) => kid)
    }
    await takesRole()
    const [old] = await published()
    await step({ key: 'issuer' })
    // The gateway does not publish it yet.
    await expect(step({ key: 'issuer', switch: true })).rejects.toMatchObject({ code: 'keys.not_taken' })
    await reload()
    const [first, fresh] = await published()
    expect(first).toBe(old)
    await takesRole()
    await step({ key: 'issuer', switch: true })
    await expect(step({ key: 'issuer', finish: true })).rejects.toMatchObject({ code: 'keys.not_in_use' })
    await reload()
    expect(await published()).toEqual([fresh, old])
    await takesRole()
    await step({ key: 'issuer', finish: true })
    await reload()
    expect(await published()).toEqual([fresh])
    await takesRole()
  })

  it('a rotation of the session secret signs nobody out', async () => {
    const { browser } = await signIn('corp')
    const isSignedIn = async () => expect(await whoIs(browser, gateway.url)).toBe('alice')
    for (const options of [{}, { switch: true, evenIfUnknown: true }] as const) {
      await step({ key: 'session', ...options })
      await reload()
      await isSignedIn()
    }
    expect((await configuration()).session.secret).toEqual([
      expect.stringMatching(/^\$\{file:\.\/session-secret-\d{8}T\d{6}Z\}$/),
      // biome-ignore lint/suspicious/noTemplateCurlyInString: as the file has it.
      '${file:./session-secret}',
    ])
    const { browser: later } = await signIn('corp')
    await step({ key: 'session', finish: true })
    await reload()
    expect(await whoIs(later, gateway.url)).toBe('alice')
  })
})
