/** Nothing that comes from outside leads a user outside: neither return_to nor destination. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { refusalIn } from '../harness/html.ts'
import { formWith, HttpBrowser, type Page } from '../harness/http-browser.ts'
import { signIn } from '../harness/sign-in.ts'
import { startTestGateway, type TestGateway } from '../harness/test-gateway.ts'
import { holds } from '../held/holds.ts'

let testGateway: TestGateway
let browser: HttpBrowser
let roles: Page
beforeAll(async () => {
  testGateway = await startTestGateway()
  browser = new HttpBrowser()
  roles = await signIn(browser, { gateway: testGateway.gateway, provider: 'corp', username: 'alice' })
})
afterAll(() => testGateway.close())

const elsewhere = [
  'https://evil.example',
  '//evil.example',
  '///evil.example',
  '/\\evil.example',
  '\\\\evil.example',
  '\\/evil.example',
  '/\t/evil.example',
  '/\n/evil.example',
  '\t//evil.example',
  ' //evil.example',
  '/\u0000/evil.example',
  'javascript:alert(1)',
  'data:text/html,x',
  'http:evil.example',
  'https:/evil.example',
  'evil.example',
  './/evil.example',
  '@evil.example',
  '/..//evil.example',
  '/.//evil.example',
  '/a/..//evil.example',
  '/%2e%2e//evil.example',
  '?x=1',
  '#x',
]

describe('return_to', holds('5.6'), () => {
  it.each(elsewhere)('%j is refused', async (target) => {
    const query = new URLSearchParams({ return_to: target })
    const page = await new HttpBrowser().open(`${testGateway.gateway}/login/corp?${query}`)
    expect(refusalIn(page.body)).toMatchObject({ status: 400, code: 'login.return_to_refused' })
  })

  it('a return_to is refused twice over', async () => {
    const page = await new HttpBrowser().open(`${testGateway.gateway}/login/corp?return_to=/roles&return_to=/identity`)
    expect(refusalIn(page.body)).toMatchObject({ status: 400, code: 'login.return_to_refused' })
  })

  // Paths that look like a way out and are none: a browser stays on the gateway.
  it.each(['/%2f%2fevil.example', '/%5cevil.example', '/roles?x=//evil.example', '/a@evil.example'])(
    '%j stays on the gateway',
    async (target) => {
      const attempt = { gateway: testGateway.gateway, provider: 'corp', username: 'alice', returnTo: target }
      const page = await signIn(new HttpBrowser(), attempt)
      expect(new URL(page.url).origin).toBe(testGateway.gateway)
    },
  )
})

const noConsolePages = [
  'https://evil.example',
  'https://console.aws.amazon.com.evil.example/',
  'https://evilconsole.aws.amazon.com/',
  'https://console.aws.amazon.com@evil.example/',
  'https://user:secret@console.aws.amazon.com/',
  'https://console.aws.amazon.com:8443/',
  'http://console.aws.amazon.com/',
  '//console.aws.amazon.com/',
  'javascript://console.aws.amazon.com/%0aalert(1)',
  'https://signin.aws.amazon.com/oauth?redirect_uri=https://evil.example',
  '/console/home',
  'x',
]

describe('destination', () => {
  const open = (destination: string) =>
    browser.submit(
      roles,
      { ...formWith(roles, 'role'), action: `${testGateway.gateway}/roles/console` },
      { destination },
    )

  it.each(noConsolePages)('%s is refused', async (destination) => {
    const page = await open(destination)
    expect({ status: page.status, origin: new URL(page.url).origin }).toEqual({
      status: 400,
      origin: testGateway.gateway,
    })
    expect(page.body).toContain('<code>role.destination_refused</code>')
  })

  it('a destination of another partition than the role is refused as that', async () => {
    const page = await open('https://console.amazonaws-us-gov.com/')
    expect({ status: page.status, origin: new URL(page.url).origin }).toEqual({
      status: 400,
      origin: testGateway.gateway,
    })
    expect(page.body).toContain('<code>role.destination_other_partition</code>')
  })

  it.each(['https://console.aws.amazon.com/s3/', 'https://eu-west-1.console.aws.amazon.com/ec2/home#Instances:'])(
    '%s is accepted',
    async (destination) => {
      expect((await open(destination)).url).toBe(`${testGateway.localAws}/console`)
    },
  )
})
