import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { KeyPair } from '../../src/core/keys.ts'
import { type DemoSamlIdp, startDemoSamlIdp } from '../../src/demo/saml-idp.ts'
import { demoUsers } from '../../src/demo/users.ts'
import { buildAuthnRequest } from '../../src/saml/authn-request.ts'
import { parseIdpMetadata } from '../../src/saml/metadata.ts'
import { validateResponse } from '../../src/saml/response/validate.ts'
import { formWith, HttpBrowser, type Page } from '../harness/http-browser.ts'
import { requireTool } from '../tools.ts'
import { makeKeyPair } from './keys.ts'

const ENTITY_ID = 'http://localhost:9/saml/demo/metadata'
const ACS_URL = 'http://localhost:9/saml/demo/acs'
const NOW = new Date('2026-11-22T12:00:00Z')

let keys: KeyPair
let idp: DemoSamlIdp

beforeAll(async () => {
  keys = await makeKeyPair()
  idp = await startDemoSamlIdp({
    host: '127.0.0.1',
    port: 0,
    keys,
    users: demoUsers,
    serviceProviders: [{ entityId: ENTITY_ID, acsUrl: ACS_URL }],
    now: () => NOW,
  })
})

afterAll(() => idp.close())

interface Wish {
  readonly forceAuthn?: boolean
  readonly isPassive?: boolean
  readonly authnContext?: readonly string[]
  readonly entityId?: string
  readonly acsUrl?: string
  readonly relayState?: string
}

const requestUrl = async ({ entityId = ENTITY_ID, acsUrl = ACS_URL, relayState = 'r', ...wish }: Wish = {}) => {
  const metadata = parseIdpMetadata(await (await fetch(idp.metadataUrl)).text(), { now: NOW })
  const request = await buildAuthnRequest({
    idp: metadata,
    sp: { entityId, acsUrl, keys },
    relayState,
    now: NOW,
    ...wish,
  })
  if (request.binding !== 'redirect') throw new Error('the demo offers redirect')
  return request
}

const asUser = (browser: HttpBrowser, page: Page, username: string, password = 'demo') =>
  browser.submit(page, formWith(page, 'username'), { username, password })

const signIn = async (browser: HttpBrowser, username: string, wish: Wish = {}) => {
  const { id, url } = await requestUrl(wish)
  return { id, page: await asUser(browser, await browser.open(url), username) }
}

const field = (page: Page, name: string): string => formWith(page, name).fields[name] ?? ''

const responseIn = (page: Page): string => Buffer.from(field(page, 'SAMLResponse'), 'base64').toString()

const signInForm = 'Or by name and password'

describe('the demo SAML identity provider', () => {
  it('the demo SAML identity provider is known by where its metadata is', () => {
    expect(idp.entityId).toBe(`${idp.url}/metadata`)
  })

  it('answers the request at the registered address, with the RelayState as it came', async () => {
    const { id, page } = await signIn(new HttpBrowser(), 'alice', { relayState: `"><script>&'` })
    expect(page.body).toContain(`action="${ACS_URL}"`)
    expect(page.body).not.toContain('"><script>')
    expect(field(page, 'RelayState')).toBe(`"><script>&'`)
    expect(responseIn(page)).toContain(`InResponseTo="${id}"`)
  })

  it('says who alice is', async () => {
    const { page } = await signIn(new HttpBrowser(), 'alice')
    const response = responseIn(page)
    for (const value of ['alice', 'alice@example.com', 'Alice Archer', 'staff', 'aws-dev', '4711']) {
      expect(response).toMatch(new RegExp(`<saml:(NameID|AttributeValue)[^>]*>${value}<`))
    }
  })

  it('the demo SAML identity provider is believed by the gateway, with all of her attributes', async () => {
    const { id, page } = await signIn(new HttpBrowser(), 'alice')
    const metadata = parseIdpMetadata(await (await fetch(idp.metadataUrl)).text(), { now: NOW })
    const expected = {
      idp: metadata,
      spEntityId: ENTITY_ID,
      acsUrl: ACS_URL,
      inResponseTo: id,
      clockSkewSeconds: 60,
      maxAssertionAgeSeconds: 600,
      remembersSince: undefined,
      authnContext: [],
      signature: 'both',
      subject: 'nameId',
    } as const
    const assertion = validateResponse({ SAMLResponse: field(page, 'SAMLResponse') }, expected, NOW)
    expect(assertion.subject).toBe('alice')
    expect(Object.fromEntries(assertion.attributes)).toMatchObject({
      mail: ['alice@example.com'],
      displayName: ['Alice Archer'],
      eduPersonAffiliation: ['staff'],
      groups: ['aws-dev'],
      costCenter: ['4711'],
    })
  })

  it('gives carol no groups', async () => {
    const { page } = await signIn(new HttpBrowser(), 'carol')
    expect(responseIn(page)).not.toContain('Name="groups"')
  })

  it('the demo SAML identity provider does not ask again a browser that is signed in', async () => {
    const browser = new HttpBrowser()
    await signIn(browser, 'bob')
    const { url } = await requestUrl()
    expect(responseIn(await browser.open(url))).toContain('bob@example.com')
  })

  it('asks again when the request forces it', async () => {
    const browser = new HttpBrowser()
    await signIn(browser, 'bob')
    const { url } = await requestUrl({ forceAuthn: true })
    expect((await browser.open(url)).body).toContain(signInForm)
  })

  it('asks again after signing out', async () => {
    const browser = new HttpBrowser()
    await signIn(browser, 'bob')
    const page = await browser.open(`${idp.url}/`)
    const [form] = page.forms
    if (!form) throw new Error('nobody is signed in')
    await browser.submit(page, form)
    const { url } = await requestUrl()
    expect((await browser.open(url)).body).toContain(signInForm)
  })

  it('answers NoPassive where a passive request would need a page', async () => {
    const { id, url } = await requestUrl({ isPassive: true })
    const response = responseIn(await new HttpBrowser().open(url))
    expect(response).toContain('urn:oasis:names:tc:SAML:2.0:status:NoPassive')
    expect(response).toContain(`InResponseTo="${id}"`)
    expect(response).not.toContain('<saml:Assertion')
  })

  it('answers NoAuthnContext where another authentication context than a password is requested', async () => {
    const request = await requestUrl({ authnContext: ['https://refeds.org/profile/mfa'] })
    const page = await new HttpBrowser().open(request.url)
    expect(responseIn(page)).toContain('urn:oasis:names:tc:SAML:2.0:status:NoAuthnContext')
  })

  it('answers AuthnFailed when the user cancels', async () => {
    const { id, url } = await requestUrl()
    const browser = new HttpBrowser()
    const page = await browser.open(url)
    const response = responseIn(await browser.submit(page, formWith(page, 'username'), { cancel: 'yes' }))
    expect(response).toContain('urn:oasis:names:tc:SAML:2.0:status:AuthnFailed')
    expect(response).toContain(`InResponseTo="${id}"`)
    expect(response).not.toContain('<saml:Assertion')
  })

  it('takes requests by POST as well, and sees its own cookie then', async () => {
    const browser = new HttpBrowser()
    await signIn(browser, 'bob')
    const request = `<p:AuthnRequest xmlns:p="urn:oasis:names:tc:SAML:2.0:protocol" ID="_posted" Version="2.0" IssueInstant="${NOW.toISOString()}"><a:Issuer xmlns:a="urn:oasis:names:tc:SAML:2.0:assertion">${ENTITY_ID}</a:Issuer></p:AuthnRequest>`
    const page = await browser.post(
      `${idp.url}/sso`,
      { SAMLRequest: Buffer.from(request).toString('base64') },
      { from: ENTITY_ID },
    )
    expect(responseIn(page)).toContain('InResponseTo="_posted"')
    expect(page.body).not.toContain('RelayState')
  })

  it('refuses a service provider that is not registered', async () => {
    const { url } = await requestUrl({ entityId: 'http://evil.example' })
    const page = await new HttpBrowser().open(url)
    expect(page.status).toBe(400)
    expect(page.body).toContain('not registered')
  })

  it('refuses to answer at an address that is not registered', async () => {
    const { url } = await requestUrl({ acsUrl: 'http://evil.example/acs' })
    const page = await new HttpBrowser().open(url)
    expect(page.status).toBe(400)
    expect(page.body).toContain('AssertionConsumerServiceURL in the request is not registered')
  })

  it('refuses a wrong password and says so', async () => {
    const { url } = await requestUrl()
    const browser = new HttpBrowser()
    const page = await asUser(browser, await browser.open(url), 'alice', 'guess')
    expect(page.status).toBe(403)
    expect(page.body).toContain('Wrong name or password.')
  })

  it.each(['', 'SAMLRequest=%%%', 'SAMLRequest=AAAA', 'SAMLRequest=a&SAMLRequest=b'])(
    'answers the broken request "%s" with a page',
    async (query) => {
      const page = await new HttpBrowser().open(`${idp.url}/sso?${query}`)
      expect(page.status).toBe(400)
      expect(page.body).toContain('<h1>That did not work</h1>')
    },
  )

  it('answers each request once', async () => {
    const browser = new HttpBrowser()
    const { url } = await requestUrl()
    const form = await browser.open(url)
    await asUser(browser, form, 'alice')
    expect((await asUser(browser, form, 'alice')).status).toBe(400)
  })

  it('names its cookie after itself, because cookies ignore ports', async () => {
    const browser = new HttpBrowser()
    await signIn(browser, 'alice')
    expect(browser.cookies.names).toEqual(['demo-idp-session'])
  })

  it('lets no page run inline script or style, nor be framed', async () => {
    const { page } = await signIn(new HttpBrowser(), 'alice')
    const policy = page.headers.get('content-security-policy') ?? ''
    expect(policy).toContain("default-src 'none'")
    expect(policy).toContain("frame-ancestors 'none'")
    expect(policy).toContain("form-action 'self' http://localhost:9")
    expect(policy).not.toContain('unsafe')
    expect(page.headers.get('cache-control')).toBe('no-store')
    expect(page.body).not.toMatch(/<style|style=|\son[a-z]+=|<script(?! src)/)
  })

  it('closes though a browser keeps a connection open', async () => {
    const other = await startDemoSamlIdp({ host: '127.0.0.1', port: 0, keys, users: [], serviceProviders: [] })
    const socket = connect(Number(new URL(other.url).port), '127.0.0.1')
    await once(socket, 'connect')
    socket.write('GET / HTTP/1.1\r\nHost: x\r\n')
    socket.on('error', () => undefined)
    const ended = new Promise((resolve) => socket.once('close', resolve))
    await other.close()
    await ended
    await expect(fetch(other.url)).rejects.toThrow()
  })

  it('rejects when the port is in use', async () => {
    const { port } = new URL(idp.url)
    const again = startDemoSamlIdp({ host: '127.0.0.1', port: Number(port), keys, users: [], serviceProviders: [] })
    await expect(again).rejects.toMatchObject({ code: 'EADDRINUSE' })
  })
})

describe.skipIf(!requireTool('/usr/bin/xmlsec1'))('what the demo SAML identity provider signs', () => {
  const verify = (xml: string, element: string) => {
    const folder = mkdtempSync(join(tmpdir(), 'fedgate-'))
    try {
      writeFileSync(join(folder, 'response.xml'), xml)
      writeFileSync(join(folder, 'certificate.pem'), keys.certificate)
      const key = ['--pubkey-cert-pem', join(folder, 'certificate.pem')]
      const node = `//*[local-name()='${element}']/*[local-name()='Signature']`
      const ids = ['Response', 'Assertion'].flatMap((name) => ['--id-attr:ID', name])
      execFileSync(
        '/usr/bin/xmlsec1',
        ['--verify', ...key, ...ids, '--node-xpath', node, join(folder, 'response.xml')],
        {
          stdio: 'pipe',
        },
      )
    } finally {
      rmSync(folder, { recursive: true })
    }
  }

  it.each(['Response', 'Assertion'])(
    'what the demo SAML identity provider signs has a %s whose signature xmlsec1 verifies',
    async (element) => {
      const { page } = await signIn(new HttpBrowser(), 'alice')
      expect(() => verify(responseIn(page), element)).not.toThrow()
      expect(() => verify(responseIn(page).replace('aws-dev', 'aws-admin'), element)).toThrow()
    },
  )

  it('signs its refusals too', async () => {
    const { url } = await requestUrl({ isPassive: true })
    const response = responseIn(await new HttpBrowser().open(url))
    expect(() => verify(response, 'Response')).not.toThrow()
  })
})
