/** What AWS must know can be worked out on a machine that has none of the gateway's secrets. */
import { spawn } from 'node:child_process'
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createKeyPem } from '../../src/issuer/keys.ts'
import { createTokenKeyPem } from '../../src/issuer/token-keys.ts'
import { PROGRAM } from '../setup/built.ts'

const config = `baseUrl: https://aws.example.com
listen: { port: "\${FEDGATE_TEST_PORT}" }
session: { secret: "\${FEDGATE_TEST_SESSION_SECRET}" }
signing: { key: ./never-here.key, certificate: ./signing.crt }
encryption: { key: ./never-here.key, certificate: ./never-here.crt }
issuer: { key: ./issuer.key }
providers:
  - { id: corp, protocol: saml, metadata: ./idp.xml, entityId: "https://idp.example.com" }
  - { id: op, protocol: oidc, issuer: "https://op.example.com", clientId: c, clientSecret: "\${file:/run/secrets/never-here}" }
  - { id: two, protocol: oidc, issuer: "https://two.example.com", clientId: c, privateKey: ./never-here.pem }
access:
  - { when: { provider: corp, mail: bob@example.com }, roles: ["arn:aws:iam::111122223333:role/Developer"] }
`

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fedgate-offline-'))
  await writeFile(join(folder, 'fedgate.yaml'), config)
  await writeFile(join(folder, 'signing.crt'), (await createKeyPem('fedgate', new Date())).certificate)
  await writeFile(join(folder, 'issuer.key'), await createTokenKeyPem('RS256'))
  await writeFile(join(folder, 'claims.json'), '{"nameId": "bob", "attributes": {"mail": "bob@example.com"}}')
})
afterAll(() => rm(folder, { recursive: true }))

const fedgate = (...args: string[]): Promise<{ exitCode: number | null; stdout: string; stderr: string }> =>
  new Promise((resolve, reject) => {
    const words = [PROGRAM, ...args, '--config', 'fedgate.yaml']
    const child = spawn(process.execPath, words, { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] })
    const written = { stdout: '', stderr: '' }
    for (const name of ['stdout', 'stderr'] as const)
      child[name].setEncoding('utf8').on('data', (text: string) => {
        written[name] += text
      })
    child.once('error', reject).once('close', (exitCode) => resolve({ exitCode, ...written }))
  })

const ROLE = 'arn:aws:iam::111122223333:role/Developer'

describe('without the session secret, client secrets and private keys', () => {
  it('trust-policy asked for them', async () => {
    const { exitCode, stdout } = await fedgate('trust-policy', '--provider', 'corp')
    expect(exitCode).toBe(0)
    expect(stdout).toContain('create-saml-provider')
    expect(JSON.parse(stdout)).toMatchObject({ roles: [{ arn: ROLE }] })
  })

  it('explain asked for them', async () => {
    const args = ['--provider', 'corp', '--role', ROLE, '--claims', 'claims.json']
    const { exitCode, stdout, stderr } = await fedgate('explain', ...args)
    expect({ exitCode, stderr }).toEqual({ exitCode: 1, stderr: '' })
    expect(stdout).toContain('saml:mail')
  })

  it('issuer export asked for them', async () => {
    const { exitCode } = await fedgate('issuer', 'export', 'out')
    expect(exitCode).toBe(0)
    expect(await readdir(join(folder, 'out'))).toContain('.well-known')
  })

  it('the gateway does not start', async () => {
    const { exitCode, stderr } = await fedgate('serve')
    expect(exitCode).toBe(78)
    for (const path of ['session.secret', 'listen.port', 'signing.key', 'providers[1].clientSecret'])
      expect(stderr).toContain(path)
  })

  it('the check asks for what a login needs, and not for the session secret', async () => {
    const { exitCode, stderr } = await fedgate('check')
    expect(exitCode).toBe(78)
    expect(stderr).toContain('providers[1].clientSecret')
    expect(stderr).not.toContain('session.secret')
  })

  it('a file that is needed and not there is named', async () => {
    await rm(join(folder, 'signing.crt'))
    const { exitCode, stdout, stderr } = await fedgate('trust-policy', '--provider', 'corp')
    expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: '' })
    expect(stderr).toContain('signing.crt')
  })
})
