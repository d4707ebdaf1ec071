/** In Chromium, with an identity provider on another site: requests by POST, sign-ins that begin there, and evidence that is renewed while tabs are open. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { text } from 'node:stream/consumers'
import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { type RunningServer, startServer } from '../../src/core/running-server.ts'
import { parseAuthnRequest } from '../../src/saml/authn-request.ts'
import type { SamlAnswer } from '../harness/sign-in.ts'
import { type ReservedGateway, reserveGateway, startConfiguredGateway } from '../harness/test-gateway.ts'
import { answerTo, createTestIdp, noPassiveTo, type TestIdp } from '../harness/test-idp.ts'
import { requireTool } from '../tools.ts'
import { type BrowserUser, CHROMIUM, launchChromium, newBrowserUser, newTabFrom, whoIs } from './chromium.ts'

const AWS = 'https://aws.amazon.com/SAML/Attributes/'
const ACCOUNT = 'arn:aws:iam::111122223333'
const DEVELOPER = `${ACCOUNT}:role/Developer`

describe.skipIf(!requireTool(CHROMIUM))('in Chromium', () => {
  let gateway: ReservedGateway
  let browser: Browser
  let corp: TestIdp
  let corpServer: RunningServer
  /** What its portal sends on, unasked. */
  let portal: SamlAnswer | undefined
  let dora: BrowserUser
  let ahead = 0
  /** Whether the identity provider may answer unseen. */
  let answersUnseen = true
  /** Every request that came to the identity provider: by which method, and whether it was to be silent. */
  let asked: string[] = []
  const now = (): Date => new Date(Date.now() + ahead)

  beforeAll(async () => {
    const url = await reserveGateway()
    corpServer = await startServer({ host: '127.0.0.1', port: 0, graceMs: 0 }, () => (request, response) => {
      void answerAtCorp(request, response)
    })
    corp = await createTestIdp('corp', `${corpServer.url}/sso`)
    const exchange = { via: 'saml', evidence: 'original' }
    const saml = (id: string, more: object = {}) => ({
      id,
      protocol: 'saml',
      metadata: './corp.xml',
      exchange,
      ...more,
    })
    const statement = {
      Effect: 'Allow',
      Principal: { Federated: `${ACCOUNT}:saml-provider/corp` },
      Action: 'sts:AssumeRoleWithSAML',
      Condition: { StringEquals: { 'SAML:aud': ['corp', 'posts'].map((id) => `${url}/saml/${id}/acs`) } },
    }
    const pathless = corp.metadata.replaceAll(/<md:SingleSignOnService [^>]*\/>/g, '')
    ;[gateway, browser] = await Promise.all([
      startConfiguredGateway(
        url,
        {
          providers: [
            saml('corp', { label: 'Example Corp' }),
            saml('posts', { metadata: './posts.xml', signRequests: 'always', label: 'Corp by post' }),
            saml('silent', { metadata: './silent.xml', allowIdpInitiated: true, label: 'Silent Corp' }),
          ],
        },
        {
          files: {
            'corp.xml': corp.metadata,
            'posts.xml': corp.metadata.replace(/<md:SingleSignOnService Binding="[^"]*HTTP-Redirect"[^>]*\/>/, ''),
            'silent.xml': pathless,
          },
          state: {
            accounts: [{ id: '111122223333', name: 'Production' }],
            samlProviders: [{ arn: `${ACCOUNT}:saml-provider/corp`, metadata: corp.metadata }],
            roles: [{ arn: DEVELOPER, trustPolicy: { Version: '2012-10-17', Statement: [statement] } }],
          },
          now,
        },
      ),
      launchChromium(),
    ])
  })
  afterAll(async () => {
    await browser.close()
    await gateway.close()
    await corpServer.close()
  })
  afterEach(async () => {
    await dora.context.close()
    expect(dora.complaints).toEqual([])
    ;[ahead, answersUnseen, asked] = [0, true, []]
  })

  const says = () => ({
    subject: 'dora',
    attributes: {
      [`${AWS}Role`]: [`${DEVELOPER},${ACCOUNT}:saml-provider/corp`],
      [`${AWS}RoleSessionName`]: ['dora@corp'],
      displayName: ['Dora Doe'],
    },
    now: now(),
  })

  const pageWith = ({ acs, SAMLResponse, RelayState }: SamlAnswer): string => {
    const inputs = Object.entries({ SAMLResponse, RelayState }).map(
      ([name, value]) => `<input name="${name}" value="${value}">`,
    )
    const form = `<form method="post" action="${acs}">${inputs.join('')}<button>Back</button></form>`
    return `<!doctype html><title>Corp</title>${form}<script>document.forms[0].submit()</script>`
  }

  const answerAtSso = async (request: IncomingMessage): Promise<SamlAnswer> => {
    const isPost = request.method === 'POST'
    const sent = isPost
      ? new URLSearchParams(await text(request))
      : new URL(request.url ?? '', corp.ssoUrl).searchParams
    const wanted = parseAuthnRequest(Object.fromEntries(sent), isPost ? 'post' : 'redirect')
    asked.push(`${request.method}${wanted.isPassive ? ' silently' : ''}`)
    return wanted.isPassive && !answersUnseen ? noPassiveTo(corp, wanted) : answerTo(corp, wanted, says())
  }

  const answerAtCorp = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const answer = request.url?.startsWith('/sso') ? await answerAtSso(request) : portal
    if (!answer || request.url === '/favicon.ico') return void response.writeHead(204).end()
    response.writeHead(200, { 'content-type': 'text/html' }).end(pageWith(answer))
  }

  const open = async (path: string, options: BrowserContextOptions = {}): Promise<Page> => {
    dora = await newBrowserUser(browser, options)
    await dora.page.goto(`${gateway.url}${path}`)
    return dora.page
  }

  const signIn = async (provider = 'corp'): Promise<Page> => {
    const page = await open(`/login/${provider}`)
    await page.waitForURL(`${gateway.url}/roles`)
    return page
  }

  it('goes to a provider that listens for POST by itself', async () => {
    await signIn('posts')
    expect(asked).toEqual(['POST'])
    expect(await whoIs(dora, gateway.url)).toBe('dora')
  })

  it('goes there by a button without JavaScript', async () => {
    const page = await open('/login/posts', { javaScriptEnabled: false })
    await page.getByRole('button', { name: 'Continue' }).click()
    await page.getByRole('button', { name: 'Back' }).click()
    await page.waitForURL(`${gateway.url}/roles`)
  })

  it('takes a role at once while the sign-in is fresh', async () => {
    const page = await signIn()
    await page.getByRole('button', { name: 'Credentials for Developer' }).click()
    await page.getByText('assumed-role/Developer/dora@corp').waitFor()
    expect(asked).toEqual(['GET'])
  })

  it.each(['corp', 'posts'])(
    'renews a sign-in at %s that is too old, unseen, one click short of the role',
    async (id) => {
      const page = await signIn(id)
      const otherTab = await dora.context.newPage()
      await otherTab.goto(`${gateway.url}/roles`)
      ahead = 5 * 60_000
      await page.getByRole('button', { name: 'Credentials for Developer' }).click()
      await page.getByRole('button', { name: 'Get credentials' }).click()
      await page.getByText('assumed-role/Developer/dora@corp').waitFor()
      expect(asked.at(-1)).toMatch(/ silently$/)
      const console = otherTab.getByRole('button', { name: 'Console as Developer' })
      const opened = await newTabFrom(otherTab, () => console.click())
      await opened.waitForURL(`${gateway.localAws}/console`)
    },
  )

  it('renews it visibly where the provider cannot answer unseen', async () => {
    const page = await signIn()
    ahead = 5 * 60_000
    answersUnseen = false
    const console = page.getByRole('button', { name: 'Console as Developer' })
    const tab = await newTabFrom(page, () => console.click())
    await tab.getByRole('button', { name: 'Open the console' }).click()
    await tab.waitForURL(`${gateway.localAws}/console`)
    expect(asked).toEqual(['GET', 'GET silently', 'GET'])
  })

  it('renews it without JavaScript', async () => {
    const page = await open('/login/corp', { javaScriptEnabled: false })
    await page.getByRole('button', { name: 'Back' }).click()
    ahead = 5 * 60_000
    await page.getByRole('button', { name: 'Credentials for Developer' }).click()
    await page.getByRole('button', { name: 'Back' }).click()
    await page.getByRole('button', { name: 'Get credentials' }).click()
    await page.getByText('assumed-role/Developer/dora@corp').waitFor()
  })

  it('asks whether a sign-in that began at the provider is meant, and signs in by the button', async () => {
    const [issuer, acsUrl] = ['urn:amazon:webservices', `${gateway.url}/saml/silent/acs`]
    const answer = await answerTo(corp, { issuer, acsUrl, relayState: '/identity' }, says())
    portal = answer
    dora = await newBrowserUser(browser)
    await dora.page.goto(`${corpServer.url}/portal`)
    await dora.page.getByRole('heading', { name: 'Continue as Dora Doe from Silent Corp?' }).waitFor()
    expect(await whoIs(dora, gateway.url)).toBeUndefined()
    await dora.page.getByRole('button', { name: 'Continue' }).click()
    await dora.page.waitForURL(`${gateway.url}/identity`)
    expect(await whoIs(dora, gateway.url)).toBe('dora')
  })
})
