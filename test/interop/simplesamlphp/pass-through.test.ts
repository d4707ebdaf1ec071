/** SimpleSAMLphp's own response goes to AWS, and is renewed through it unseen, or visibly where it says NoPassive. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { formWith, HttpBrowser, type Page } from '../../harness/http-browser.ts'
import { signIn, whoIs } from '../../harness/sign-in.ts'
import { type ReservedGateway, reserveGateway, startConfiguredGateway } from '../../harness/test-gateway.ts'
import { requireTool } from '../../tools.ts'
import { PHP, SIMPLESAMLPHP, type SimpleSamlPhp, startSimpleSamlPhp } from './identity-provider.ts'

const ACCOUNT = 'arn:aws:iam::111122223333'
/** What SimpleSAMLphp knows a browser by. */
const IDP_COOKIES = ['test-ssp-session', 'test-ssp-php', 'test-ssp-token']
const DEVELOPER = `${ACCOUNT}:role/Developer`

describe.skipIf(!requireTool(PHP) || !requireTool(SIMPLESAMLPHP))('with SimpleSAMLphp', () => {
  let idp: SimpleSamlPhp
  let gateway: ReservedGateway
  /** How far the gateway is ahead of SimpleSAMLphp, which knows no clock but the machine's. */
  let ahead = 0

  beforeAll(async () => {
    idp = await startSimpleSamlPhp()
    const url = await reserveGateway()
    const exchange = { via: 'saml', evidence: 'original', provider: 'corp' }
    const statement = {
      Effect: 'Allow',
      Principal: { Federated: `${ACCOUNT}:saml-provider/corp` },
      Action: 'sts:AssumeRoleWithSAML',
      Condition: { StringEquals: { 'SAML:aud': `${url}/saml/corp/acs` } },
    }
    gateway = await startConfiguredGateway(
      url,
      { providers: [{ id: 'corp', protocol: 'saml', metadata: idp.entityId, exchange, signRequests: 'always' }] },
      {
        state: {
          accounts: [{ id: '111122223333', name: 'Production' }],
          roles: [{ arn: DEVELOPER, trustPolicy: { Version: '2012-10-17', Statement: [statement] } }],
        },
        now: () => new Date(Date.now() + ahead),
      },
    )
    await idp.register('corp', await (await fetch(`${gateway.url}/saml/corp/metadata`)).text())
  })
  afterAll(async () => {
    await gateway.close()
    await idp.close()
  })
  afterEach(() => {
    ahead = 0
  })

  const alice = async () => {
    const browser = new HttpBrowser()
    const page = await signIn(browser, { gateway: gateway.url, provider: 'corp', username: 'alice' })
    expect(page.url).toBe(`${gateway.url}/roles`)
    return { browser, page }
  }

  const take = (browser: HttpBrowser, page: Page) => browser.submit(page, formWith(page, 'role', DEVELOPER))

  /** Four minutes later, up to what SimpleSAMLphp answers. */
  const renewAtProvider = async (browser: HttpBrowser, page: Page): Promise<Page> => {
    ahead = 4 * 60_000 + 5_000
    const { body } = await take(browser, page)
    const path = /content="0; url=([^"]*)"/.exec(body)?.[1] ?? ''
    const answer = await browser.open(`${gateway.url}${path.replaceAll('&amp;', '&')}`)
    ahead = 0
    return browser.submit(answer, formWith(answer, 'SAMLResponse'))
  }

  it('gives alice the roles of its Role attribute, and AWS takes what it signed', async () => {
    const { browser, page } = await alice()
    expect(page.body).toContain('2 roles in 1 account')
    expect((await take(browser, page)).body).toContain('assumed-role/Developer/alice@corp')
  })

  it('renews unseen for who is still signed in there', async () => {
    const { browser, page } = await alice()
    const confirm = await renewAtProvider(browser, page)
    expect(confirm.url).toContain(`${gateway.url}/roles/confirm?`)
    expect((await take(browser, confirm)).body).toContain('assumed-role/Developer/alice@corp')
  })

  it('asks again who is not, because it answers NoPassive', async () => {
    const { browser, page } = await alice()
    for (const name of IDP_COOKIES) browser.cookies.forget(name)
    const visible = await renewAtProvider(browser, page)
    expect(visible.url).toContain(new URL(idp.entityId).origin)
    const answer = await browser.submit(visible, formWith(visible, 'username'), { username: 'alice', password: 'demo' })
    const confirm = await browser.submit(answer, formWith(answer, 'SAMLResponse'))
    expect((await take(browser, confirm)).body).toContain('assumed-role/Developer/alice@corp')
    expect(await whoIs(browser, gateway.url)).toMatch(/^[0-9a-f]{40}$/)
  })
})
