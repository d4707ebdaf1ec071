/** Links that users share: through the sign-in if need be, to a page with one button, and to nowhere but the console. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { refusalIn, unescapeMarkup } from '../harness/html.ts'
import { formWith, HttpBrowser, type Page } from '../harness/http-browser.ts'
import { signIn } from '../harness/sign-in.ts'
import { startTestGateway, type TestGateway } from '../harness/test-gateway.ts'

const PRODUCTION = 'arn:aws:iam::111122223333:role/Developer'
const SANDBOX = 'arn:aws:iam::444455556666:role/Developer'
const BUCKETS = 'https://eu-west-1.console.aws.amazon.com/s3/buckets?region=eu-west-1'
/** As it is copied from one of several sessions side by side. */
const IN_SANDBOX = 'https://444455556666-ab12cd34.eu-west-1.console.aws.amazon.com/s3/buckets?region=eu-west-1'
const CONSOLE = /\/federation\?/

let testGateway: TestGateway
beforeAll(async () => {
  testGateway = await startTestGateway()
})
afterAll(() => testGateway.close())

const linkTo = (query: Readonly<Record<string, string>>): string =>
  `${testGateway.gateway}/go?${new URLSearchParams(query)}`

const signedIn = async (): Promise<HttpBrowser> => {
  const browser = new HttpBrowser()
  await signIn(browser, { gateway: testGateway.gateway, provider: 'corp', username: 'alice' })
  return browser
}

const follow = async (query: Readonly<Record<string, string>>): Promise<{ browser: HttpBrowser; page: Page }> => {
  const browser = await signedIn()
  return { browser, page: await browser.open(linkTo(query)) }
}

const rolesOn = ({ forms }: Page): readonly string[] =>
  forms.flatMap(({ fields }) => (fields.role === undefined || fields.csrf === undefined ? [] : [fields.role]))

/** How many exchanges this user's activity has. */
const takenBy = async (browser: HttpBrowser): Promise<number> =>
  (await browser.open(`${testGateway.gateway}/activity`)).body.split('<dt>Access key id</dt>').length - 1

/** Where the console that a press of the button opens is to begin. */
const destinationOf = (page: Page): string | null => new URL(page.location ?? '').searchParams.get('Destination')

describe('a link with a role and a page', () => {
  it('asks, and the button opens that page in that role', async () => {
    const { browser, page } = await follow({ role: PRODUCTION, destination: BUCKETS })
    expect(page.status).toBe(200)
    expect(page.body).toContain('Open the console as <bdi>Developer</bdi>?')
    expect(rolesOn(page)).toEqual([PRODUCTION])
    const opened = await browser.submit(page, formWith(page, 'role'), {}, { stopBefore: CONSOLE })
    expect(opened.status).toBe(303)
    expect(destinationOf(opened)).toBe(BUCKETS)
  })

  it('takes no role by itself', async () => {
    const before = await takenBy(await signedIn())
    const { browser } = await follow({ role: PRODUCTION, destination: BUCKETS })
    expect(await takenBy(browser)).toBe(before)
  })

  it('leads who is not signed in through the sign-in, and back to itself', async () => {
    const browser = new HttpBrowser()
    const chooser = await browser.open(linkTo({ role: PRODUCTION, destination: BUCKETS }))
    const href = /href="(\/login\/corp[^"]*)"/.exec(chooser.body)?.[1] ?? ''
    const asked = await browser.open(new URL(unescapeMarkup(href), testGateway.gateway).href)
    const who = { username: 'alice', password: 'demo' }
    const answer = await browser.submit(asked, formWith(asked, 'username'), who)
    const page = await browser.submit(answer, formWith(answer, 'SAMLResponse'))
    expect(page.url).toBe(linkTo({ role: PRODUCTION, destination: BUCKETS }))
    expect(rolesOn(page)).toEqual([PRODUCTION])
  })

  it('a link with a role and a page is what an ended console session leads back to: the same role and page', async () => {
    const { browser, page } = await follow({ role: SANDBOX, destination: BUCKETS })
    await browser.submit(page, formWith(page, 'role'))
    const ended = await browser.post(
      `${testGateway.localAws}/console/logout`,
      {},
      { from: `${testGateway.localAws}/console` },
    )
    const issuer = unescapeMarkup(/href="([^"]*\/go\?[^"]*)"/.exec(ended.body)?.[1] ?? '')
    expect(issuer).toBe(linkTo({ role: SANDBOX, destination: BUCKETS }))
    expect(rolesOn(await browser.open(issuer))).toEqual([SANDBOX])
  })
})

describe('a link', () => {
  it('a link may name a service', async () => {
    const { browser, page } = await follow({ role: PRODUCTION, destination: 's3' })
    const opened = await browser.submit(page, formWith(page, 'role'), {}, { stopBefore: CONSOLE })
    expect(destinationOf(opened)).toBe('https://console.aws.amazon.com/s3/home?region=eu-west-1')
  })

  it('a link by an alias for several roles lets the recipient pick, and search them', async () => {
    const { browser, page } = await follow({ role: 'dev' })
    expect(rolesOn(page)).toEqual([PRODUCTION, SANDBOX])
    const found = await browser.submit(page, { ...formWith(page, 'q'), method: 'GET' }, {})
    expect(found.status).toBe(405)
    const narrowed = await browser.open(linkTo({ role: 'dev', q: 'sandbox' }))
    expect(rolesOn(narrowed)).toEqual([SANDBOX])
  })

  it('a link without a role lets the receiver pick, with the page kept', async () => {
    const { page } = await follow({ destination: BUCKETS })
    expect(rolesOn(page)).toEqual([PRODUCTION, SANDBOX])
    expect(formWith(page, 'role', SANDBOX).fields.destination).toBe(BUCKETS)
  })

  it('a link whose page is in an account offers the roles there', async () => {
    const { page } = await follow({ destination: IN_SANDBOX })
    expect(rolesOn(page)).toEqual([SANDBOX])
  })

  it('a link whose page is in an account without a role for this user says so', async () => {
    const { page } = await follow({ destination: IN_SANDBOX.replace('444455556666', '999999999999') })
    expect(page.status).toBe(200)
    expect(page.body).toContain('This page is in account <span class="account-id">999999999999</span>')
    expect(rolesOn(page)).toEqual([])
  })

  it('a link to a page of another part of AWS says that no role reaches it', async () => {
    const { page } = await follow({ destination: 'https://console.amazonaws.cn/s3/home' })
    expect(page.body).toContain('None of your roles can open this page.')
  })

  it.each(['arn:aws:iam::111122223333:role/Administrator', 'admin', 'x', '__proto__'])(
    'a link with a role that is not granted, %s, is refused',
    async (role) => {
      const { page } = await follow({ role, destination: BUCKETS })
      expect(refusalIn(page.body)).toMatchObject({ status: 403, code: 'role.not_granted' })
      // The button says where it leads.
      expect(page.body).toMatch(/href="\/roles"[^>]*>All roles</)
    },
  )

  it.each([
    'https://evil.example/',
    'http://console.aws.amazon.com/',
    'https://console.aws.amazon.com.evil.example/',
    'https://console.aws.amazon.com@evil.example/',
    'https://console.aws.amazon.com:8443/',
    'https://ｃonsole.aws.amazon.com/',
    '//evil.example',
    'javascript:alert(1)',
    's4',
  ])('a link with a destination that is no page of the console, %s, is refused', async (destination) => {
    for (const query of [{ destination }, { role: PRODUCTION, destination }]) {
      const { page } = await follow(query)
      expect(refusalIn(page.body)).toMatchObject({ status: 400, code: 'role.destination_refused' })
    }
  })

  const ELSEWHERE = 'This console page belongs to another AWS partition than the role.'

  it.each([
    'https://console.amazonaws.cn/s3/home',
    'https://cn-north-1.console.amazonaws.cn/s3/home?region=cn-north-1',
    'https://console.amazonaws-us-gov.com/s3/home',
    'https://console.amazonaws-eusc.eu/s3/home',
  ])(
    'a link with a page of another partition than the role, %s, is refused as that and not as an invalid page',
    async (destination) => {
      const { page } = await follow({ role: PRODUCTION, destination })
      expect(refusalIn(page.body)).toMatchObject({ status: 400, code: 'role.destination_other_partition' })
      expect(page.body).toContain(ELSEWHERE)
    },
  )

  it('the link form with a page of another partition and no role offers none', async () => {
    const { page } = await follow({ destination: 'https://console.amazonaws.cn/s3/home' })
    expect(page.status).toBe(200)
    expect(rolesOn(page)).toEqual([])
    expect(page.body).toContain('None of your roles can open this page.')
  })

  it('the link form with a page of another partition that is typed in is refused in its form', async () => {
    const { browser, page } = await follow({ role: PRODUCTION })
    const destination = 'https://console.amazonaws.cn/s3/home'
    const answer = await browser.submit(page, formWith(page, 'role'), { destination })
    expect(answer.status).toBe(400)
    expect(answer.body).toContain(`<a href="#destination">${ELSEWHERE}</a>`)
    expect(answer.body).toContain('<code>role.destination_other_partition</code>')
    expect(answer.body).toContain(` value="${destination}"`)
  })

  it.each(['console', 'link'])(
    'a link that is typed in is refused in its form, with what was typed: to the %s',
    async (as) => {
      const { browser, page } = await follow({ role: PRODUCTION })
      const before = await takenBy(browser)
      const typed = { destination: 'https://evil.example/"><b>', as }
      const answer = await browser.submit(page, formWith(page, 'role'), typed)
      expect(answer.status).toBe(400)
      expect(answer.body).toContain('<title>Error: Console as Developer')
      expect(answer.body).toContain('<a href="#destination">This is not a page of the AWS console.</a>')
      expect(answer.body).toMatch(/<code>role\.destination_refused<\/code> .*Reference <code>[\w-]{12}<\/code>/)
      expect(answer.body).toMatch(/ value="https:\/\/evil\.example\/&quot;&gt;&lt;b&gt;"[^>]* aria-invalid="true"/)
      expect(await takenBy(browser)).toBe(before)
      const opened = await browser.submit(
        answer,
        formWith(answer, 'role'),
        { destination: 's3' },
        { stopBefore: CONSOLE },
      )
      expect(destinationOf(opened)).toBe('https://console.aws.amazon.com/s3/home?region=eu-west-1')
    },
  )

  it('a link that a script sent is refused to it as a problem document', async () => {
    const { browser, page } = await follow({ role: PRODUCTION })
    const headers = { accept: 'application/json' }
    const answer = await browser.submit(
      page,
      formWith(page, 'role'),
      { destination: 'https://evil.example/' },
      { headers },
    )
    expect(answer.headers.get('content-type')).toContain('application/problem+json')
    expect(JSON.parse(answer.body)).toMatchObject({ status: 400, code: 'role.destination_refused' })
  })

  it('a link with nasty text shows it as text', async () => {
    const nasty = `https://console.aws.amazon.com/"><script>alert(1)</script>`
    const { page } = await follow({ destination: nasty })
    expect(page.body).not.toContain('<script>alert')
  })
})

describe('several consoles side by side', () => {
  it('several consoles are explained wherever a console is opened at a page or linked to', async () => {
    const { browser, page } = await follow({ role: PRODUCTION, destination: 's3' })
    const shown = await browser.submit(page, formWith(page, 'role'), { as: 'link' })
    const { page: list } = await follow({ destination: 's3' })
    for (const { body } of [page, list, shown]) {
      expect(body).toContain('<summary>Several consoles at once</summary>')
      expect(body).toContain('multi-session support')
    }
  })
})

describe('a console link to copy', () => {
  const linkOn = ({ body }: Page, label: string): string =>
    unescapeMarkup(new RegExp(`data-copy="${label}"><code>([^<]*)<`).exec(body)?.[1] ?? '')

  it('opens the console in a browser that has no session here', async () => {
    const { browser, page } = await follow({ role: PRODUCTION, destination: 's3' })
    const shown = await browser.submit(page, formWith(page, 'role'), { as: 'link' })
    expect(shown.status).toBe(200)
    expect(shown.headers.get('cache-control')).toBe('no-store')
    expect(shown.body).toContain('valid for 15 minutes')
    const worksUntil = /<dt>Link works until<\/dt><dd><time datetime="([^"]*)"/.exec(shown.body)?.[1] ?? ''
    const shownAt = Date.parse(shown.headers.get('date') ?? '')
    expect(Math.round((Date.parse(worksUntil) - shownAt) / 60_000)).toBe(15)
    const elsewhere = new HttpBrowser()
    const opened = await elsewhere.open(linkOn(shown, 'Copy the console link'))
    expect(opened.status).toBe(200)
    expect(opened.body).toContain('Developer')
  })

  it('comes with one for others, which holds no secret', async () => {
    const { browser, page } = await follow({ role: PRODUCTION, destination: 's3' })
    const shown = await browser.submit(page, formWith(page, 'role'), { as: 'link' })
    expect(linkOn(shown, 'Copy the link for others')).toBe(
      linkTo({ role: PRODUCTION, destination: 'https://console.aws.amazon.com/s3/home?region=eu-west-1' }),
    )
  })

  it('a console link to copy has its place in no redirect and no address of the gateway', async () => {
    const { browser, page } = await follow({ role: PRODUCTION })
    const shown = await browser.submit(page, formWith(page, 'role'), { as: 'link' })
    expect(shown.url).toBe(`${testGateway.gateway}/roles/console`)
    expect(shown.location).toBeUndefined()
  })
})
