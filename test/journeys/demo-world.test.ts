/** The demo's organization, which exists in its local AWS: many roles, and roles with conditions. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { demoAccounts } from '../../src/cli/demo/world.ts'
import { formWith, HttpBrowser, type Page } from '../harness/http-browser.ts'
import { signIn } from '../harness/sign-in.ts'
import { startTestGateway, type TestGateway } from '../harness/test-gateway.ts'

let testGateway: TestGateway
beforeAll(async () => {
  testGateway = await startTestGateway()
})
afterAll(() => testGateway.close())

const signedIn = async (username: string, provider = 'corp') => {
  const browser = new HttpBrowser()
  return { browser, page: await signIn(browser, { gateway: testGateway.gateway, provider, username }) }
}

const rolesOf = async (browser: HttpBrowser): Promise<readonly { arn: string }[]> =>
  JSON.parse((await browser.open(`${testGateway.gateway}/api/session`)).body).roles

const taken = (browser: HttpBrowser, page: Page, role: string): Promise<Page> =>
  browser.submit(page, formWith(page, 'role', role))

describe('erin of the platform team', () => {
  it('erin has ten roles in each of twelve accounts, by either provider', async () => {
    for (const provider of ['corp', 'openid']) {
      const { browser } = await signedIn('erin', provider)
      const arns = (await rolesOf(browser)).map(({ arn }) => arn)
      expect(arns).toHaveLength(120)
      expect(new Set(arns.map((arn) => arn.split(':')[4]))).toEqual(new Set(demoAccounts.map(({ id }) => id)))
    }
  })

  it.each(['corp', 'openid'])('erin gets credentials of the last of them by %s', async (provider) => {
    const { browser } = await signedIn('erin', provider)
    const { arn = '' } = (await rolesOf(browser)).at(-1) ?? {}
    const page = await browser.open(`${testGateway.gateway}/roles/why?${new URLSearchParams({ role: arn })}`)
    const { body } = await taken(browser, page, arn)
    expect(body).toContain(`arn:aws:sts::${arn.split(':')[4]}:assumed-role/${arn.split('/').at(-1)}/erin@example.com`)
  })
})

describe('dave on call', () => {
  const about = async (role: string) => {
    const { browser } = await signedIn('dave')
    return browser.open(`${testGateway.gateway}/roles/why?${new URLSearchParams({ role })}`)
  }

  it('dave is told beforehand which role AWS refuses, and why', async () => {
    const { body } = await about('arn:aws:iam::111122223333:role/CostReport')
    expect(body).toContain('data-verdict="denied"')
    expect(body).toContain('saml-provider/old-idp')
  })

  it('dave is told which role requires a recent sign-in', async () => {
    const { body } = await about('arn:aws:iam::111122223333:role/OnCall')
    expect(body).toContain('data-verdict="allowed"')
    expect(body).toContain('Requires a sign-in within the last 5 minutes')
  })
})
