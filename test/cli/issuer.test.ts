import { spawn } from 'node:child_process'
import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createTokenKeyPem } from '../../src/issuer/token-keys.ts'
import { PROGRAM } from '../setup/built.ts'

interface Ended {
  readonly exitCode: number | null
  readonly stdout: string
  readonly stderr: string
}

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fedgate-issuer-'))
})
afterEach(() => rm(folder, { recursive: true }))

const fedgate = (...args: string[]): Promise<Ended> =>
  new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [PROGRAM, ...args], {
      cwd: folder,
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    const written = { stdout: '', stderr: '' }
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      written.stdout += text
    })
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      written.stderr += text
    })
    child.once('error', reject).once('close', (exitCode) => resolve({ exitCode, ...written }))
  })

const config = (issuer: string): string => `baseUrl: https://aws.example.com
session: { secret: 0123456789abcdef0123456789abcdef }
${issuer}providers:
  - { id: google, protocol: oidc, issuer: "https://accounts.google.com", clientId: client-1, clientSecret: secret-1 }
`

const ISSUER = 'issuer: { url: "https://keys.example.com/fedgate", key: [a.key, b.key] }\n'

const writeFiles = async (issuer = ISSUER): Promise<void> => {
  await writeFile(join(folder, 'fedgate.yaml'), config(issuer))
  await writeFile(join(folder, 'a.key'), await createTokenKeyPem('RS256'))
  await writeFile(join(folder, 'b.key'), await createTokenKeyPem('ES256'))
}

const exported = (): Promise<Ended> => fedgate('issuer', 'export', 'out', '--config', 'fedgate.yaml')
const read = (path: string): Promise<string> => readFile(join(folder, 'out', path), 'utf8')

describe('fedgate issuer export', () => {
  it('writes what AWS reads, and says where it belongs', async () => {
    await writeFiles()
    expect(await exported()).toEqual({
      exitCode: 0,
      stdout: 'out/idp/jwks\nout/.well-known/openid-configuration\n',
      stderr: `
Next: upload both and make them publicly readable at
  https://keys.example.com/fedgate/idp/jwks  (Content-Type: application/jwk-set+json)
  https://keys.example.com/fedgate/.well-known/openid-configuration  (Content-Type: application/json)
Verify that they match the gateway's keys:
  fedgate check --config fedgate.yaml
Create arn:aws:iam::ACCOUNT:oidc-provider/keys.example.com/fedgate once in each account:
  aws iam create-open-id-connect-provider --url https://keys.example.com/fedgate --client-id-list sts.amazonaws.com
Whenever you change \`issuer\` in the configuration, export and upload again before you restart the gateway.
`,
    })
    expect(JSON.parse(await read('.well-known/openid-configuration'))).toMatchObject({
      issuer: 'https://keys.example.com/fedgate',
      jwks_uri: 'https://keys.example.com/fedgate/idp/jwks',
    })
    const { keys } = JSON.parse(await read('idp/jwks')) as { keys: Record<string, string>[] }
    expect(keys.map(({ alg }) => alg)).toEqual(['RS256', 'ES256'])
    expect(keys.flatMap((key) => Object.keys(key))).not.toContain('d')
  })

  it('writes the same octets again, for anyone to read, and leaves nothing else', async () => {
    await writeFiles()
    await exported()
    const before = await Promise.all([read('idp/jwks'), read('.well-known/openid-configuration')])
    await exported()
    expect(await Promise.all([read('idp/jwks'), read('.well-known/openid-configuration')])).toEqual(before)
    expect((await readdir(join(folder, 'out'), { recursive: true })).sort()).toEqual([
      '.well-known',
      '.well-known/openid-configuration',
      'idp',
      'idp/jwks',
    ])
    expect((await stat(join(folder, 'out/idp/jwks'))).mode & 0o777).toBe(0o644 & ~process.umask())
  })

  it('ends with 1 where the configuration has no key for tokens', async () => {
    await writeFiles('')
    expect(await exported()).toEqual({
      exitCode: 1,
      stdout: '',
      stderr: 'This gateway has no key to sign tokens for AWS.\nSet one under `issuer.key` in the configuration.\n',
    })
  })

  it('ends with 1 where it may not write, and names the file', async () => {
    await writeFiles()
    await mkdir(join(folder, 'out'))
    await writeFile(join(folder, 'out/idp'), 'a file')
    const ended = await exported()
    expect(ended).toMatchObject({ exitCode: 1, stdout: '' })
    expect(ended.stderr).toMatch(
      /^The file out\/idp\/jwks cannot be written \(E\w+\)\.\nChoose a folder that this user can write to\.\n$/,
    )
  })

  it('ends with 78 where the configuration is wrong', async () => {
    await writeFiles('issuer: { url: "https://keys.example.com" }\n')
    const ended = await exported()
    expect(ended.exitCode).toBe(78)
    expect(ended.stderr).toContain('issuer.key: expected the key to sign tokens for AWS')
  })
})
