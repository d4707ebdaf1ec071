/** pysaml2 from Debian as the identity provider: another toolkit, whose messages xmlsec1 signs and encrypts. */
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createKeyPem } from '../../../src/issuer/keys.ts'
import { formWith, HttpBrowser } from '../../harness/http-browser.ts'
import { freePort } from '../../harness/ports.ts'
import { postAnswer, samlAnswer, signIn } from '../../harness/sign-in.ts'
import { type ReservedGateway, reserveGateway, startConfiguredGateway } from '../../harness/test-gateway.ts'
import { requireTool } from '../../tools.ts'

const PYTHON = '/usr/bin/python3'
const PYSAML2 = '/usr/lib/python3/dist-packages/saml2'
const DEVELOPER = 'arn:aws:iam::111122223333:role/Developer'

interface IdentityProvider {
  readonly metadata: string
  readonly process: ChildProcess
}

const start = async (folder: string, spMetadata: string, manner: 'plain' | 'encrypted'): Promise<IdentityProvider> => {
  const port = await freePort()
  const script = join(import.meta.dirname, 'identity_provider.py')
  const files = [join(folder, 'idp.key'), join(folder, 'idp.crt')]
  const child = spawn(PYTHON, [script, String(port), ...files, spMetadata, manner], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  await new Promise((resolve, reject) => {
    child.stdout.once('data', resolve)
    child.once('error', reject).once('exit', (code) => reject(new Error(`pysaml2 ended with ${code}`)))
  })
  return { metadata: `http://127.0.0.1:${port}/metadata`, process: child }
}

describe.skipIf(!requireTool(PYSAML2))('with pysaml2', () => {
  let folder = ''
  let idps: readonly IdentityProvider[] = []
  let gateway: ReservedGateway

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'fedgate-pysaml2-'))
    const { privateKey, certificate } = await createKeyPem('pysaml2', new Date())
    await writeFile(join(folder, 'idp.key'), privateKey)
    await writeFile(join(folder, 'idp.crt'), certificate)
    const url = await reserveGateway()
    const manners = ['plain', 'encrypted'] as const
    idps = await Promise.all(manners.map((id) => start(folder, `${url}/saml/${id}/metadata`, id)))
    gateway = await startConfiguredGateway(url, {
      providers: manners.map((id, n) => ({
        id,
        protocol: 'saml',
        metadata: idps[n]?.metadata,
        wantAssertionsEncrypted: id === 'encrypted',
      })),
      access: manners.map((provider) => ({ when: { provider, eduPersonAffiliation: 'staff' }, roles: [DEVELOPER] })),
      sessionName: '{mail}',
    })
  })
  afterAll(async () => {
    await gateway?.close()
    for (const { process } of idps) process.kill()
    await rm(folder, { recursive: true })
  })

  const attempt = (provider: string) => ({ gateway: gateway.url, provider, username: 'alice' })

  it('signs alice in, and AWS gives credentials for the role of her affiliation', async () => {
    const browser = new HttpBrowser()
    const page = await signIn(browser, attempt('plain'))
    expect(page.url).toBe(`${gateway.url}/roles`)
    const shown = await browser.submit(page, formWith(page, 'role', DEVELOPER))
    expect(shown.body).toContain('arn:aws:sts::111122223333:assumed-role/Developer/alice@example.org')
  })

  it('its 3DES is refused with a code, also inside a signed response', async () => {
    const browser = new HttpBrowser()
    const answer = await samlAnswer(browser, attempt('encrypted'))
    expect(Buffer.from(answer.SAMLResponse, 'base64').toString()).toContain('tripledes-cbc')
    const page = await postAnswer(browser, answer)
    expect(page.status).toBeGreaterThanOrEqual(400)
    expect(page.status).toBeLessThan(500)
    expect(page.body).toContain('saml.')
  })
})
