/** The picker without a script: what comes first, what is found, and what a sensitive role offers. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { formWith, HttpBrowser, type Page } from '../harness/http-browser.ts'
import { type ManyRoles, manyRoles, startManyRoles } from '../harness/many-roles.ts'

let company: ManyRoles
beforeAll(async () => {
  company = await startManyRoles()
})
afterAll(() => company.close())

const ofAccounts = manyRoles.filter(({ name }, n) => n % 60 < 8 && (name === 'Developer' || name === 'ReadOnly'))
const arnOf = (name: string, n: number): string => ofAccounts.filter((role) => role.name === name)[n]?.arn ?? ''
const SENSITIVE = manyRoles.find(({ name }) => name === 'DatabaseAdministrator')

const groupsOf = (roles: readonly { readonly group: string }[]): readonly string[] => roles.map(({ group }) => group)

const rolesPage = (browser: HttpBrowser, query = ''): Promise<Page> => browser.open(`${company.url}/roles${query}`)

/** The headings of the page in their order, each with the ARNs of the roles below it. */
const groupsOn = ({ body }: Page): readonly (readonly [heading: string, arns: readonly string[]])[] =>
  (body.match(/<section class="group.*?<\/section>/gs) ?? []).map((section) => [
    (/<h2[^>]*>(.*?)<\/h2>/.exec(section)?.[1] ?? '').replaceAll(/<[^>]*>/g, ''),
    [...section.matchAll(/type="hidden" name="role" value="([^"]*)"/g)].map(([, arn]) => arn ?? ''),
  ])

describe('the picker', () => {
  it('the picker has pinned roles first, then five recent ones, then all others by account, each once', async () => {
    const browser = await company.signIn('orderly', groupsOf(ofAccounts))
    const page = await rolesPage(browser)
    const taken = [0, 1, 2, 3, 4, 5].map((n) => arnOf('Developer', n))
    for (const role of taken) await browser.submit(page, formWith(page, 'role', role))
    const pinned = [arnOf('ReadOnly', 6), arnOf('Developer', 5)]
    for (const role of pinned) {
      const form = { ...formWith(page, 'role', role), action: `${company.url}/roles/pin` }
      await browser.submit(page, form, { pinned: 'yes' })
    }
    const [first, second, ...others] = groupsOn(await rolesPage(browser))
    expect(first).toEqual(['Pinned', pinned])
    expect(second).toEqual(['Recent', [4, 3, 2, 1, 0].map((n) => arnOf('Developer', n))])
    const below = ofAccounts.map(({ arn }) => arn).filter((arn) => ![...pinned, ...taken].includes(arn))
    expect(below.length).toBeGreaterThan(5)
    expect(others.flatMap(([, arns]) => arns).toSorted()).toEqual(below.toSorted())
    for (const [heading, arns] of others) {
      expect(arns.length).toBeGreaterThan(0)
      for (const arn of arns) expect(heading).toContain(arn.split(':')[4])
    }
  })

  it('finds a role by its alias', async () => {
    const browser = await company.signIn('seeker', groupsOf(manyRoles))
    const found = groupsOn(await rolesPage(browser, '?q=Break-Glass'))
    expect(found.map(([, arns]) => arns)).toEqual([['arn:aws:iam::100000000007:role/PowerUser2']])
  })
})

describe('above the list', () => {
  it('the line above the list shows what AWS will see, its signer and its age, as CloudTrail then has it', async () => {
    const browser = await company.signIn('seen', groupsOf(ofAccounts))
    const page = await rolesPage(browser)
    const section = /<section class="seen".*?<\/section>/s.exec(page.body)?.[0] ?? ''
    const said = section.replaceAll(/<[^>]*>/g, ' ').replaceAll(/\s+/g, ' ')
    expect(said).toContain(
      'Session name (CloudTrail) seen Tags Team=payments Sent to AWS a SAML response signed by this gateway (reissued)',
    )
    expect(said).toMatch(/You signed in just now $/)
    await browser.submit(page, formWith(page, 'role', arnOf('Developer', 0)))
    const trail = await (await fetch(`${company.localAws}/cloudtrail?limit=1`)).json()
    expect((trail as { Records: unknown[] }).Records[0]).toMatchObject({
      eventName: 'AssumeRoleWithSAML',
      requestParameters: { roleSessionName: 'seen', principalTags: { Team: 'payments' } },
    })
  })
})

describe('who am I, with hundreds of roles', () => {
  const foreseenOn = ({ body }: Page): readonly (readonly [verdict: string, role: string])[] =>
    [...body.matchAll(/data-verdict="(\w+)">[^<]*<\/span> <strong><bdi>([^<]*)</g)].map(
      ([, verdict = '', role = '']) => [verdict, role],
    )

  it('finds roles by the words of account and name, and by what AWS will say', async () => {
    const browser = await company.signIn('many', groupsOf(manyRoles))
    const all = await browser.open(`${company.url}/identity`)
    expect(foreseenOn(all)).toHaveLength(500)
    const named = await browser.open(`${company.url}/identity?q=payments+audit+support`)
    expect(foreseenOn(named)).toEqual([['denied', 'SupportEngineer']])
    const verdicts = foreseenOn(await browser.open(`${company.url}/identity?q=DENIED`)).map(([verdict]) => verdict)
    expect(new Set(verdicts)).toEqual(new Set(['denied']))
    expect(verdicts).toHaveLength(foreseenOn(all).filter(([verdict]) => verdict === 'denied').length)
  })

  it('the identity page says the cause of a refusal once, in words, and folds what passed', async () => {
    const browser = await company.signIn('many', groupsOf(manyRoles))
    const { body } = await browser.open(`${company.url}/identity?q=payments+audit+support`)
    const folded = body.indexOf('<details class="folded">')
    expect(body.slice(0, folded)).not.toContain('<tr data-outcome=')
    expect(body.slice(folded)).toContain('<tr data-outcome="pass">')
    expect(body.match(/class="preflight-why"/g)).toHaveLength(1)
    expect(body).not.toMatch(/<bdi>(?:tagsArePermitted|conditionsHold)</)
  })
})

describe('a sensitive role', () => {
  it('a sensitive role has its shortest duration selected, in the picker and behind a link', async () => {
    const role = SENSITIVE?.arn ?? ''
    const browser = await company.signIn('careful', groupsOf(manyRoles))
    const picker = formWith(await rolesPage(browser), 'role', role)
    expect(picker.fields.duration).toBe('15m')
    expect(formWith(await rolesPage(browser), 'role', arnOf('Developer', 0)).fields.duration).toBe('1h')
    const link = await browser.open(`${company.url}/go?${new URLSearchParams({ role })}`)
    expect(formWith(link, 'role', role).fields.duration).toBe('15m')
  })
})

describe('where there is one provider', () => {
  it('the way in leads straight to it, and keeps where it was to end', async () => {
    const stop = { stopBefore: /\/login\/corp/ }
    const { status, location } = await new HttpBrowser().open(`${company.url}/login?return_to=%2Factivity`, stop)
    expect([status, location]).toEqual([302, `${company.url}/login/corp?return_to=%2Factivity`])
  })

  it('who is signed in already is asked, so that the way back does not lead in a circle', async () => {
    const browser = await company.signIn('inside', ['staff'])
    const page = await browser.open(`${company.url}/login`, { stopBefore: /./ })
    expect([page.status, page.body.includes('Example Corp')]).toEqual([200, true])
  })
})
