/** `fedgate check --live`: a test sign-in before the gateway has ever started. */
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { liveCheck } from '../../src/cli/live/live-check.ts'
import { reportJson, reportLines } from '../../src/cli/live/report-lines.ts'
import { readConfig } from '../../src/cli/load-config.ts'
import { openOutput } from '../../src/cli/output.ts'
import type { Config } from '../../src/config/types.ts'
import type { RunningServer } from '../../src/core/running-server.ts'
import { startDemoOpenIdProvider } from '../../src/demo/openid-provider.ts'
import { demoUsers } from '../../src/demo/users.ts'
import type { TestReport } from '../../src/gateway/test-sign-in/report.ts'
import { makeKeyPair } from '../demo/keys.ts'
import { refusalIn } from '../harness/html.ts'
import { formWith, HttpBrowser } from '../harness/http-browser.ts'
import { freePort } from '../harness/ports.ts'
import { productOfPreset } from '../presets/saml/products.ts'
import { metadataOf } from '../presets/saml/stand-in.ts'

const ROLE = 'arn:aws:iam::111122223333:role/Developer'

let folder: string
let openId: RunningServer
let config: Config
let url: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fedgate-live-'))
  const port = await freePort()
  url = `http://localhost:${port}`
  openId = await startDemoOpenIdProvider({
    host: '127.0.0.1',
    port: 0,
    users: demoUsers,
    clients: [{ clientId: 'gateway', clientSecret: 'gateway-secret', redirectUris: [`${url}/oidc/openid/callback`] }],
  })
  const text = `baseUrl: ${url}
listen: { port: ${port} }
session: { secret: "\${SESSION_SECRET}" }
sts: { endpoint: local }
providers:
  - { id: openid, protocol: oidc, issuer: "${openId.url}", clientId: gateway, clientSecret: gateway-secret, allowInsecureHttp: true }
  - { id: saml, protocol: saml, metadata: ./idp.xml }
access:
  - { when: { provider: openid, groups: aws-dev }, roles: ["${ROLE}"] }
`
  await writeFile(join(folder, 'fedgate.yaml'), text)
  const { certificate } = await makeKeyPair()
  await writeFile(join(folder, 'idp.xml'), metadataOf(productOfPreset('okta'), { certificate }))
  config = await readConfig(join(folder, 'fedgate.yaml'), {}, 'check')
})
afterAll(async () => {
  await openId.close()
  await rm(folder, { recursive: true })
})

const nowhere = { write: () => {} }

/** Starts the check, and hands its URL to a browser that does the rest. */
const live = async (
  browse: (url: string) => Promise<unknown>,
  { provider = 'openid', onNote }: { provider?: string; onNote?: (text: string) => unknown } = {},
): Promise<TestReport> => {
  let told: (url: string) => void = () => {}
  const announced = new Promise<string>((resolve) => {
    told = resolve
  })
  const stderr = {
    write: (text: string) => {
      onNote?.(text)
      if (text.includes('/status/try/')) told(text.trim())
    },
  }
  const checking = liveCheck(config, { provider, opensBrowser: false }, openOutput(nowhere, stderr, {}))
  const [report] = await Promise.all([checking, announced.then(browse)])
  return report
}

const signInAs =
  (username: string, browser = new HttpBrowser()) =>
  async (start: string) => {
    const asks = await browser.open(start)
    return browser.submit(asks, formWith(asks, 'username'), { username, password: 'demo' })
  }

describe('fedgate check --live', () => {
  it('shows what came, the checks, the rules, the roles and the condition keys, in the terminal and the browser', async () => {
    let page = ''
    const report = await live(async (start) => {
      page = (await signInAs('alice')(start)).body
      // Without its key the same path starts nothing.
      const { body } = await new HttpBrowser().open(`${url}/status/try/openid/start`)
      expect(refusalIn(body).code).toBe('http.not_found')
    })
    expect(page).toContain('alice@example.com')
    const text = reportLines(report, (_, word) => word).join('\n')
    for (const part of ['nonceIsOurs', 'alice@example.com', 'matches', ROLE, ':aud']) expect(text).toContain(part)
    expect(JSON.parse(reportJson(report))).toMatchObject({
      outcome: 'accepted',
      identity: { subject: 'alice' },
      rules: [{ matches: true }],
      roles: [{ arn: ROLE }],
    })
    expect(reportJson(report)).not.toMatch(/eyJ[\w-]+\.eyJ/)
  })

  it('writes nothing but keys, and ends what it started', async () => {
    await live(signInAs('carol'))
    expect((await readdir(folder)).filter((name) => name !== 'certs')).toEqual(['fedgate.yaml', 'idp.xml'])
    await expect(fetch(url)).rejects.toThrow()
  })

  it('shows the reason of a refusal', async () => {
    const report = await live(async (start) => {
      const browser = new HttpBrowser()
      const { location = '' } = await browser.open(start, { stopBefore: new RegExp(`^${openId.url}`) })
      const state = new URL(location).searchParams.get('state') ?? ''
      const query = new URLSearchParams({ state, error: 'access_denied', iss: openId.url })
      return browser.open(`${url}/oidc/openid/callback?${query}`)
    })
    expect(report.refusal?.code).toBe('oidc.access_denied')
    expect(reportLines(report, (_, word) => word)[0]).toContain('oidc.access_denied')
  })

  it('publishes the metadata with which a SAML provider is set up before the first sign-in', async () => {
    const address = `${url}/saml/saml/metadata`
    const notes: string[] = []
    const browse = async (start: string) => {
      const metadata = await fetch(address)
      expect(metadata.headers.get('content-type')).toContain('application/samlmetadata+xml')
      expect(await metadata.text()).toContain(`entityID="${address}"`)
      const browser = new HttpBrowser()
      const { location = '' } = await browser.open(start, { stopBefore: /SAMLRequest=/ })
      const RelayState = new URL(location).searchParams.get('RelayState') ?? ''
      return browser.post(`${url}/saml/saml/acs`, { RelayState, SAMLResponse: 'bm90IFhNTA==' }, { from: location })
    }
    const report = await live(browse, { provider: 'saml', onNote: (text) => notes.push(text) })
    expect(report.refusal?.code).toMatch(/^saml\./)
    expect(notes.map((line) => line.trim())).toContain(address)
  })

  it('names the page of the gateway where the gateway already runs', async () => {
    const server = createServer().listen(Number(new URL(url).port), '127.0.0.1')
    const output = openOutput(nowhere, nowhere, {})
    const checking = liveCheck(config, { provider: 'openid', opensBrowser: false }, output)
    await expect(checking).rejects.toMatchObject({
      code: 'check.gateway_running',
      hint: expect.stringContaining(`${url}/status/try/openid`),
    })
    server.close()
  })

  it('refuses a provider that is not configured', async () => {
    const output = openOutput(nowhere, nowhere, {})
    await expect(liveCheck(config, { provider: 'nobody', opensBrowser: false }, output)).rejects.toMatchObject({
      code: 'check.provider_not_configured',
    })
  })
})
