/** `fedgate check` as a process: what it prints, and how it ends. */
import { spawn } from 'node:child_process'
import { readdir, rm, writeFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readConfig } from '../../src/cli/load-config.ts'
import { createMetadata } from '../../src/gateway/metadata/metadata.ts'
import { writeConfig } from '../harness/test-gateway.ts'
import { answerTo, createTestIdp, type TestIdp } from '../harness/test-idp.ts'
import { PROGRAM } from '../setup/built.ts'

interface Ended {
  readonly exitCode: number | null
  readonly stdout: string
  readonly stderr: string
}

const check = (config: string, ...args: string[]): Promise<Ended> =>
  new Promise((resolve, reject) => {
    const words = [PROGRAM, 'check', '--config', config, ...args]
    const child = spawn(process.execPath, words, { stdio: ['ignore', 'pipe', 'pipe'] })
    const written = { stdout: '', stderr: '' }
    for (const name of ['stdout', 'stderr'] as const)
      child[name].setEncoding('utf8').on('data', (text: string) => {
        written[name] += text
      })
    child.once('error', reject).once('close', (exitCode) => resolve({ exitCode, ...written }))
  })

const URL_OF_GATEWAY = 'http://localhost:4711'
const ACS = `${URL_OF_GATEWAY}/saml/corp/acs`
const REQUEST = '_the-request'

interface Shown {
  readonly outcome: string
  readonly subjects: readonly {
    readonly subject: string
    readonly code?: string
    readonly checks: readonly { readonly name: string; readonly outcome: string }[]
  }[]
}

const outcomesIn = ({ stdout }: Ended): Readonly<Record<string, string>> =>
  Object.fromEntries(
    (JSON.parse(stdout) as Shown).subjects.flatMap(({ checks }) => checks.map((c) => [c.name, c.outcome])),
  )

describe('fedgate check', () => {
  let idp: TestIdp
  let server: Server
  let source = ''
  let isDown = false
  const folders: string[] = []

  beforeAll(async () => {
    idp = await createTestIdp('corp')
    server = createServer((_request, response) => {
      response.writeHead(isDown ? 503 : 200, { 'content-type': 'application/samlmetadata+xml' }).end(idp.metadata)
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const address = server.address()
    source = `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}/metadata`
  })
  afterAll(async () => {
    server.close()
    for (const folder of folders) await rm(folder, { recursive: true })
  })

  const configFor = async (metadata: string, more: object = {}): Promise<{ file: string; folder: string }> => {
    const keys = { providers: [{ id: 'corp', protocol: 'saml', metadata, ...more }] }
    const written = await writeConfig(URL_OF_GATEWAY, keys, { files: { 'idp.xml': idp.metadata } })
    folders.push(written.folder)
    return written
  }

  /** As a gateway that runs does. */
  const keepCopy = async (file: string): Promise<void> => {
    const { providers, stateFolder } = await readConfig(file, {})
    const [provider] = providers
    if (provider?.protocol !== 'saml') throw new Error('no SAML provider')
    const metadata = createMetadata(provider, { now: () => new Date(), stateFolder })
    await metadata.refresh({ now: true })
    await metadata.close()
  }

  it('ends with 0 when all checks pass', async () => {
    const { file } = await configFor(source)
    const ended = await check(file)
    expect(ended).toMatchObject({ exitCode: 0, stderr: 'All checks passed.\n' })
    expect(ended.stdout).toMatch(/^configuration\n {2}passed {3}configurationIsValid {2}\/.*fedgate\.yaml\n/)
    expect(ended.stdout).toContain(`metadataIsReachable            ${source}`)
  })

  it('leaves nothing behind', async () => {
    const { file, folder } = await configFor(source)
    const before = await readdir(folder)
    await check(file)
    expect(await readdir(folder)).toEqual(before)
  })

  it('ends with 1 when the metadata cannot be fetched, and says how old the copy is that serves', async () => {
    const { file } = await configFor(source)
    await keepCopy(file)
    isDown = true
    const ended = await check(file, '--json').finally(() => {
      isDown = false
    })
    expect(ended).toMatchObject({ exitCode: 1, stderr: '1 check failed.\n' })
    expect(outcomesIn(ended)).toMatchObject({ metadataIsReachable: 'fail', lastGoodCopyServes: 'pass' })
  })

  it('ends with 78 when the configuration is not valid', async () => {
    const { folder } = await configFor('./idp.xml')
    await writeFile(join(folder, 'broken.yaml'), 'baseUrl: nowhere\n')
    const ended = await check(join(folder, 'broken.yaml'), '--json')
    expect(ended).toMatchObject({ exitCode: 78, stdout: '' })
  })

  describe('on a response', () => {
    let config: { file: string; folder: string }
    let response = ''
    beforeAll(async () => {
      config = await configFor('./idp.xml')
      response = join(config.folder, 'response.txt')
      const request = { id: REQUEST, acsUrl: ACS, issuer: `${URL_OF_GATEWAY}/saml/corp/metadata` }
      const says = { subject: 'alice', attributes: { groups: ['aws-dev'] } }
      await writeFile(response, (await answerTo(idp, request, says)).SAMLResponse)
    })

    it('ends with 0 when it would be accepted', async () => {
      const ended = await check(config.file, '--response', response, '--provider', 'corp', '--in-response-to', REQUEST)
      expect(ended).toMatchObject({ exitCode: 0, stderr: 'All checks passed.\n' })
      expect(ended.stdout).toMatch(/^response of corp\n/)
    })

    it('ends with 1 when the request is unknown', async () => {
      const ended = await check(config.file, '--response', response, '--provider', 'corp', '--json')
      expect(ended).toMatchObject({
        exitCode: 1,
        stderr: expect.stringMatching(/^3 cannot be determined\.\n.*--in-response-to/),
      })
      expect(JSON.parse(ended.stdout)).toMatchObject({ outcome: 'unknown' })
    })

    it('ends with 1 and the code when it would be refused', async () => {
      const late = ['--in-response-to', REQUEST, '--at', '2099-01-01T00:00:00Z']
      const ended = await check(config.file, '--response', response, '--provider', 'corp', ...late)
      expect(ended.exitCode).toBe(1)
      expect(ended.stdout).toMatch(/^response of corp: saml\.confirmation_expired\n/)
    })

    it('names the field of the product, where a preset knows it', async () => {
      const { file, folder } = await configFor('./idp.xml', { preset: 'okta' })
      const other = join(folder, 'other.txt')
      const answer = await answerTo(
        idp,
        { id: REQUEST, acsUrl: ACS, issuer: 'fedgate' },
        { subject: 'alice', attributes: {} },
      )
      await writeFile(other, answer.SAMLResponse)
      const ended = await check(file, '--response', other, '--provider', 'corp', '--in-response-to', REQUEST)
      expect(ended.stdout).toMatch(/^response of corp: saml\.audience_mismatch\n/)
      expect(ended.stderr).toContain('“Audience URI (SP Entity ID)”')
    })

    it('shows nothing that the user could sign in with', async () => {
      const ended = await check(config.file, '--response', response, '--provider', 'corp', '--json')
      expect(ended.stdout).not.toMatch(/alice|aws-dev/)
    })

    it.each([
      [
        ['--provider', 'partner'],
        'The configuration has no SAML provider with the id partner.\nChoose one with --provider: corp.\n',
      ],
      [['--provider', 'corp', '--response', '/nowhere'], 'The file /nowhere cannot be read.\n'],
    ])('ends with 1 and a sentence for %j', async (args, sentence) => {
      const ended = await check(config.file, '--response', response, ...args)
      expect(ended).toMatchObject({ exitCode: 1, stdout: '', stderr: expect.stringContaining(sentence) })
    })
  })
})
