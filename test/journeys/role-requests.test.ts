/** Sensitive roles, links by name, refused links and asking for roles: a gateway with a catalogue, without a script. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { refusalIn } from '../harness/html.ts'
import { formWith, HttpBrowser, type Page } from '../harness/http-browser.ts'
import { postAnswer } from '../harness/sign-in.ts'
import { type ReservedGateway, reserveGateway, startConfiguredGateway } from '../harness/test-gateway.ts'
import { answerOf, createTestIdp, type TestIdp } from '../harness/test-idp.ts'

const [PROD, TEST] = ['111122223333', '444455556666']
const arnOf = (account: string, name: string): string => `arn:aws:iam::${account}:role/${name}`
const [ADMIN, DEV, TEST_DEV] = [arnOf(PROD, 'Administrator'), arnOf(PROD, 'Developer'), arnOf(TEST, 'Developer')]
const [BILLING, SECRET] = [arnOf(PROD, 'Billing+x'), arnOf(PROD, 'hidden/Secret')]
const TICKET = 'https://tickets.example.com/new?role='

let gateway: ReservedGateway
let corp: TestIdp

beforeAll(async () => {
  const url = await reserveGateway()
  corp = await createTestIdp('corp')
  const tagged = (Arn: string, Team: string) => ({ Arn, Tags: [{ Key: 'Team', Value: Team }] })
  gateway = await startConfiguredGateway(
    url,
    {
      providers: [{ id: 'corp', label: 'Corp', protocol: 'saml', metadata: './corp.xml' }],
      accounts: { [PROD]: { name: 'Payments', environment: 'production' }, [TEST]: { name: 'Trials' } },
      roles: [{ match: 'arn:aws:iam::*:role/Admin*', sensitive: true }],
      access: [{ when: { provider: 'corp', groups: 'dev' }, roles: [ADMIN, DEV, TEST_DEV] }],
      catalog: ['./*.json'],
      requestAccess: { url: `${TICKET}{arn}`, show: ['arn:aws:iam::*:role/Billing*', 'arn:aws:iam::*:role/Dev*'] },
    },
    {
      files: {
        'corp.xml': corp.metadata,
        'roles.json': JSON.stringify({
          Roles: [
            tagged(ADMIN, 'platform'),
            tagged(DEV, 'payments'),
            tagged(TEST_DEV, 'payments'),
            { Arn: BILLING },
            { Arn: SECRET },
          ],
        }),
        'accounts.json': JSON.stringify({
          Accounts: [{ Id: TEST, Name: 'Trials', Status: 'ACTIVE', Tags: [{ Key: 'environment', Value: 'sandbox' }] }],
        }),
      },
    },
  )
})
afterAll(() => gateway.close())

const signedIn = async (
  groups: readonly string[] = ['dev'],
  subject = 'dora',
): Promise<{ browser: HttpBrowser; page: Page }> => {
  const browser = new HttpBrowser()
  const says = { subject, attributes: { groups } }
  return { browser, page: await postAnswer(browser, await answerOf(corp, browser, gateway.url, 'corp', says)) }
}

const exchanges = (): number => gateway.audit().filter(({ eventName }) => eventName === 'exchange').length
const CONSOLE = /\/federation\?/

describe('a sensitive role', () => {
  it('a sensitive role is confirmed on a page with one button before its credentials', async () => {
    const { browser, page } = await signedIn()
    const before = exchanges()
    const asked = await browser.submit(page, formWith(page, 'role', ADMIN), { duration: '15m' })
    expect(asked.status).toBe(200)
    expect(asked.body).not.toContain('AWS_SESSION_TOKEN')
    expect(exchanges()).toBe(before)
    const form = formWith(asked, 'role', ADMIN)
    expect(form.fields).toMatchObject({ confirmed: 'yes', duration: '15m' })
    expect((await browser.submit(asked, form)).body).toContain('AWS_SESSION_TOKEN')
    expect(exchanges()).toBe(before + 1)
  })

  it('a sensitive role is confirmed before its console, at the page that was asked for', async () => {
    const { browser, page } = await signedIn()
    const picked = { ...formWith(page, 'role', ADMIN), action: `${gateway.url}/roles/console` }
    const asked = await browser.submit(page, picked, { destination: 's3' })
    expect([asked.status, asked.url]).toEqual([200, `${gateway.url}/roles/console`])
    const opened = await browser.submit(asked, formWith(asked, 'role'), {}, { stopBefore: CONSOLE })
    expect(new URL(opened.location ?? '').searchParams.get('Destination')).toContain('/s3/home')
  })

  it('a sensitive role among several is confirmed once for all, and a file stays a file', async () => {
    const { browser, page } = await signedIn()
    const several = { role: [DEV, ADMIN], download: 'ini' }
    const asked = await browser.submit(page, formWith(page, 'role', DEV), several)
    expect([...asked.body.matchAll(/type="hidden" name="role" value="([^"]*)"/g)].map(([, arn]) => arn)).toEqual([
      DEV,
      ADMIN,
    ])
    const file = await browser.submit(asked, formWith(asked, 'role', ADMIN), several)
    expect(file.headers.get('content-disposition')).toContain('attachment')
    expect(file.body.match(/^\[/gm)).toHaveLength(2)
  })

  it('a sensitive role is not confirmed without the token of the page', async () => {
    const { browser, page } = await signedIn()
    const form = formWith(page, 'role', ADMIN)
    const refused = await browser.submit(page, form, { confirmed: 'yes', csrf: 'x' })
    expect(refusalIn(refused.body).code).toBe('http.csrf')
  })

  it('a role that is not sensitive is used at once', async () => {
    const { browser, page } = await signedIn()
    expect((await browser.submit(page, formWith(page, 'role', DEV))).body).toContain('AWS_SESSION_TOKEN')
  })

  it('a link to a sensitive role says so, and its button is the confirmation', async () => {
    const { browser } = await signedIn()
    const page = await browser.open(`${gateway.url}/go?role=Administrator`)
    expect(page.body).toContain('class="sensitive"')
    const opened = await browser.submit(page, formWith(page, 'role', ADMIN), {}, { stopBefore: CONSOLE })
    expect(opened.status).toBe(303)
  })
})

const rolesOn = ({ forms }: Page): readonly string[] =>
  forms.flatMap(({ fields }) => (fields.role === undefined || fields.csrf === undefined ? [] : [fields.role]))

describe('the list of roles', () => {
  it.each([
    ['environment=production', [ADMIN, DEV]],
    ['environment=sandbox', [TEST_DEV]],
    ['tag=Team%3Dpayments', [DEV, TEST_DEV]],
    ['tag=Team%3Dpayments&environment=production&q=dev', [DEV]],
    ['environment=none', []],
  ])('the list of roles is narrowed by %s', async (query, arns) => {
    const { browser } = await signedIn()
    const page = await browser.open(`${gateway.url}/roles?${query}`)
    expect(rolesOn(page).filter((arn) => arn !== '')).toEqual(arns)
    expect(page.body.includes('<div class="nothing" id="nothing" hidden>')).toBe(arns.length > 0)
  })

  it('the list of roles remembers its view, which its link changes', async () => {
    const { browser, page } = await signedIn(['dev'], 'newcomer')
    const headings = ({ body }: Page) =>
      [...body.matchAll(/<h2 class="group-name"[^>]*><bdi>([^<]*)</g)].map(([, name]) => name)
    expect(headings(page)).toEqual(['Payments', 'Trials'])
    // A short list offers neither views nor filters.
    expect(page.body).not.toContain('class="list-bar"')
    const byRole = await browser.open(`${gateway.url}/roles?by=role`)
    expect(headings(byRole)).toEqual(['Administrator', 'Developer'])
    expect(byRole.body).toContain('<a href="/roles?by=account">')
    expect(headings(await browser.open(`${gateway.url}/roles`))).toEqual(['Administrator', 'Developer'])
    await browser.open(`${gateway.url}/roles?by=account`)
    expect(headings(await browser.open(`${gateway.url}/roles?by=nonsense`))).toEqual(['Payments', 'Trials'])
  })

  it('the list of roles names the environment beside the account', async () => {
    const { page } = await signedIn()
    expect(page.body).toMatch(new RegExp(`${PROD}</span> <span class="environment">production</span>`))
    expect(page.body).toContain('data-color="red"')
  })
})

describe('a link by name', () => {
  it('a link by name leads to the role of that name, in any case', async () => {
    const { browser } = await signedIn()
    expect(rolesOn(await browser.open(`${gateway.url}/go?role=administrator`))).toEqual([ADMIN])
    expect(rolesOn(await browser.open(`${gateway.url}/go?role=Trials/Developer`))).toEqual([TEST_DEV])
  })

  it('a link by name of a role in several accounts lets the user choose', async () => {
    const { browser } = await signedIn()
    const page = await browser.open(`${gateway.url}/go?role=Developer&destination=s3`)
    expect(rolesOn(page)).toEqual([DEV, TEST_DEV])
    expect(formWith(page, 'role', DEV).fields.destination).toBe('s3')
  })
})

describe('a refused link', () => {
  it('a refused link shows what was asked, the nearest roles, its form and where to ask', async () => {
    const { browser } = await signedIn()
    const page = await browser.open(`${gateway.url}/go?${new URLSearchParams({ role: BILLING, destination: 's3' })}`)
    expect(page.status).toBe(403)
    const { code, reference } = refusalIn(page.body)
    expect(code).toBe('role.not_granted')
    expect(gateway.audit().find(({ referenceId }) => referenceId === reference)).toMatchObject({
      eventName: 'request.refused',
      errorCode: 'role.not_granted',
      subject: 'dora',
    })
    expect(rolesOn(page)).toEqual([ADMIN, DEV])
    const form = page.forms.find(({ action, method }) => method === 'GET' && action === `${gateway.url}/go`)
    expect(form?.fields).toEqual({ role: BILLING, destination: 's3' })
    expect(page.body).toContain(`href="${TICKET}${encodeURIComponent(BILLING)}"`)
    const corrected = await browser.open(`${gateway.url}/go?role=Administrator&destination=s3`)
    expect(rolesOn(corrected)).toEqual([ADMIN])
  })

  it('a refused link puts nothing into the form for requests but the ARN of a role', async () => {
    const { browser } = await signedIn()
    const page = await browser.open(`${gateway.url}/go?${new URLSearchParams({ role: 'x&approve=yes' })}`)
    expect(page.body).toContain(`href="${TICKET}" rel="noreferrer"`)
    expect(page.body).not.toContain(`${TICKET}x`)
  })

  it('a refused link to another place keeps its role', async () => {
    const { browser } = await signedIn()
    const query = new URLSearchParams({ role: DEV, destination: 'https://evil.example/' })
    const page = await browser.open(`${gateway.url}/go?${query}`)
    expect(refusalIn(page.body)).toMatchObject({ status: 400, code: 'role.destination_refused' })
    expect(rolesOn(page)).toEqual([DEV])
    expect(formWith(page, 'role', DEV).fields.destination).toBe('')
  })

  it('a refused link is a problem document for scripts', async () => {
    const { browser } = await signedIn()
    const headers = { accept: 'application/json' }
    const { body, status } = await browser.open(`${gateway.url}/go?role=nobody`, { headers })
    expect([status, JSON.parse(body).code]).toEqual([403, 'role.not_granted'])
  })
})

describe('asking for roles', () => {
  it('a user sees the roles of the catalogue that they lack and may see, each with its form', async () => {
    const { browser } = await signedIn()
    const { body } = await browser.open(`${gateway.url}/roles/request`)
    expect([...body.matchAll(/href="(https:[^"]*)"/g)].map(([, href]) => href)).toEqual([
      `${TICKET}${encodeURIComponent(BILLING)}`,
    ])
    expect(body).not.toContain('Secret')
    expect((await browser.open(`${gateway.url}/roles/request?q=developer`)).body).not.toContain('https://tickets')
  })

  it('a user without roles is offered the form, and the list of all that may be seen', async () => {
    const { browser, page } = await signedIn(['staff'])
    expect(page.body).toContain(`href="${TICKET}" rel="noreferrer"`)
    const { body } = await browser.open(`${gateway.url}/roles/request`)
    expect(body.match(/class="go-role /g)).toHaveLength(3)
  })
})
