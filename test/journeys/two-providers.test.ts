/** Two identity providers that call somebody by the same name: they stay two users, here and in AWS. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { formWith, HttpBrowser, type Page } from '../harness/http-browser.ts'
import { postAnswer, whoIs } from '../harness/sign-in.ts'
import {
  type AuditLine,
  type ReservedGateway,
  reserveGateway,
  startConfiguredGateway,
} from '../harness/test-gateway.ts'
import { answerOf, createTestIdp, type TestIdp } from '../harness/test-idp.ts'
import { holds } from '../held/holds.ts'

const ROLE = 'arn:aws:iam::111122223333:role/Admin'
const ids = ['corp', 'partner', 'token-corp', 'token-partner'] as const
type Id = (typeof ids)[number]

let corp: TestIdp
let partner: TestIdp
let gateway: ReservedGateway

const configOf = (more: object) => ({
  providers: ids.map((id) => ({
    id,
    protocol: 'saml',
    metadata: `./${id.replace('token-', '')}.xml`,
    exchange: { via: id.startsWith('token') ? 'web-identity' : 'saml', evidence: 'reissued' },
  })),
  access: ids.map((provider) => ({ when: { provider }, roles: [ROLE] })),
  sessionName: '{provider}.{subject}',
  ...more,
})

const start = async (more: object = {}): Promise<ReservedGateway> =>
  startConfiguredGateway(await reserveGateway(), configOf(more), {
    files: { 'corp.xml': corp.metadata, 'partner.xml': partner.metadata },
  })

beforeAll(async () => {
  ;[corp, partner] = await Promise.all([createTestIdp('corp'), createTestIdp('partner')])
  gateway = await start()
})
afterAll(() => gateway.close())

/** `alice` signs in at that provider. */
const signedIn = async (id: Id): Promise<{ browser: HttpBrowser; page: Page }> => {
  const browser = new HttpBrowser()
  const says = { subject: 'alice', attributes: {}, sessionIndex: `_${id}` }
  const idp = id.endsWith('corp') ? corp : partner
  const page = await postAnswer(browser, await answerOf(idp, browser, gateway.url, id, says))
  expect(page.url).toBe(`${gateway.url}/roles`)
  return { browser, page }
}

const press = ({ browser, page }: { browser: HttpBrowser; page: Page }, path: string, fields = {}): Promise<Page> =>
  browser.submit(page, { ...formWith(page, 'role', ROLE), action: `${gateway.url}${path}` }, fields)

const bodyAt = async ({ browser }: { browser: HttpBrowser }, path: string): Promise<string> =>
  (await browser.open(`${gateway.url}${path}`)).body

describe('alice of corp and alice of partner', holds('10.8'), () => {
  it('alice of corp and alice of partner have pins, recent roles and activity of their own', async () => {
    const [one, other] = [await signedIn('corp'), await signedIn('partner')]
    await press(one, '/roles/pin', { pinned: 'yes' })
    expect(await bodyAt(one, '/roles')).toContain('aria-label="Unpin Admin')
    expect(await bodyAt(other, '/roles')).not.toContain('aria-label="Unpin Admin')
    expect((await press(one, '/roles/credentials')).status).toBe(200)
    expect(await bodyAt(one, '/activity')).toContain('Access key id')
    expect(await bodyAt(other, '/activity')).not.toContain('Access key id')
  })

  it('alice of corp and alice of partner are signed out everywhere separately', async () => {
    const [one, other] = [await signedIn('corp'), await signedIn('partner')]
    const { page } = one
    await one.browser.submit(
      page,
      { ...formWith(page, 'csrf'), action: `${gateway.url}/logout` },
      { everywhere: 'yes' },
    )
    expect(await whoIs(one.browser, gateway.url)).toBeUndefined()
    expect(await whoIs(other.browser, gateway.url)).toBe('alice')
  })

  it.each(ids)(
    'alice of corp and alice of partner have different session names in AWS where the template names the provider: %s',
    async (id) => {
      expect((await press(await signedIn(id), '/roles/credentials')).status).toBe(200)
      const { requestParameters } = gateway
        .audit()
        .findLast(({ eventName }) => eventName === 'exchange') as AuditLine & {
        requestParameters: { roleSessionName: string }
      }
      expect(requestParameters.roleSessionName).toBe(`${id}.alice`)
    },
  )
})

describe('a gateway whose providers share a role', () => {
  it('a gateway whose providers share a role gives no warning where the session name names the provider', () => {
    expect(gateway.log.filter((line) => line.includes('both reach'))).toEqual([])
  })

  it('warns at start, and starts, where nothing in the session does', async () => {
    const warned = await start({ sessionName: '{subject}' })
    expect((await fetch(`${warned.url}/healthz`)).status).toBe(200)
    const warnings = warned.log.filter((line) => line.includes('both reach'))
    expect(warnings).toHaveLength(6)
    expect(warnings[0]).toContain(`corp and partner can both reach ${ROLE}`)
    await warned.close()
  })
})
