/**
 * Single logout with SimpleSAMLphp 1.19, from both ends, by both bindings, with a NameID that lasts and one that does
 * not. Where a binding is to be used, the other is missing from the metadata that one side has of the other.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { formWith, HttpBrowser, type Page } from '../../harness/http-browser.ts'
import { nameId, requestXml, signedQuery, uniqueId } from '../../harness/logout-messages.ts'
import { signIn, whoIs } from '../../harness/sign-in.ts'
import { type ReservedGateway, reserveGateway, startConfiguredGateway } from '../../harness/test-gateway.ts'
import { requireTool } from '../../tools.ts'
import { PHP, SIMPLESAMLPHP, type SimpleSamlPhp, startSimpleSamlPhp } from './identity-provider.ts'

const BINDINGS = { redirect: 'HTTP-Redirect', post: 'HTTP-POST' } as const
type Binding = keyof typeof BINDINGS

const PROVIDERS = ['redirect', 'post', 'transient-redirect', 'transient-post'] as const
const bindingOf = (provider: string): Binding => (provider.endsWith('post') ? 'post' : 'redirect')

/** The metadata without the single logout services of other bindings than this one; undefined: without any. */
const withLogoutBy = (binding: Binding | undefined, metadata: string): string =>
  metadata.replace(/<(?:md:)?SingleLogoutService\b[^>]*?(?:\/>|>\s*<\/(?:md:)?SingleLogoutService>)/g, (service) =>
    binding !== undefined && service.includes(BINDINGS[binding]) ? service : '',
  )

const isMessage = ({ fields }: { readonly fields: object }): boolean =>
  'SAMLRequest' in fields || 'SAMLResponse' in fields

/** Presses on, page by page, as the pages' scripts would, as long as a page carries a message. */
const carry = async (
  browser: HttpBrowser,
  page: Page,
  bindings: string[] = [],
): Promise<{ page: Page; bindings: string[] }> => {
  const form = page.forms.find(isMessage)
  if (!form) return { page, bindings }
  return carry(browser, await browser.submit(page, form), [...bindings, ...Object.keys(form.fields)])
}

describe.skipIf(!requireTool(PHP) || !requireTool(SIMPLESAMLPHP))('single logout with SimpleSAMLphp', () => {
  let idp: SimpleSamlPhp
  let gateway: ReservedGateway

  beforeAll(async () => {
    idp = await startSimpleSamlPhp()
    const metadata = await (await fetch(idp.entityId)).text()
    gateway = await startConfiguredGateway(
      await reserveGateway(),
      {
        providers: [...PROVIDERS, 'mute'].map((id) => ({ id, protocol: 'saml', metadata: `./${bindingOf(id)}.xml` })),
        access: [],
      },
      { files: { 'redirect.xml': withLogoutBy('redirect', metadata), 'post.xml': withLogoutBy('post', metadata) } },
    )
    for (const id of PROVIDERS) await idp.register(id, withLogoutBy(bindingOf(id), await ours(id)))
    await idp.register('mute', withLogoutBy(undefined, await ours('mute')))
  })
  afterAll(async () => {
    await gateway.close()
    await idp.close()
  })

  const ours = async (id: string): Promise<string> => (await fetch(`${gateway.url}/saml/${id}/metadata`)).text()

  const signedIn = async (browser: HttpBrowser, provider: string): Promise<void> => {
    const page = await signIn(browser, { gateway: gateway.url, provider, username: 'alice' })
    expect(page.url).toBe(`${gateway.url}/roles`)
  }

  const signOut = async (browser: HttpBrowser) => {
    const question = await browser.open(`${gateway.url}/logout`)
    return carry(browser, await browser.submit(question, formWith(question, 'csrf')))
  }

  const isAskedWho = async (browser: HttpBrowser, provider: string): Promise<boolean> => {
    const page = await browser.open(`${gateway.url}/login/${provider}`)
    return page.forms.some(({ inputs }) => inputs.includes('username'))
  }

  const logouts = () => gateway.audit().filter(({ eventName }) => eventName === 'logout')

  it.each(PROVIDERS)('began here, as %s: both ends are signed out, and the page says so', async (provider) => {
    const browser = new HttpBrowser()
    await signedIn(browser, provider)
    const { page, bindings } = await signOut(browser)
    expect(page.url).toBe(`${gateway.url}/logout`)
    expect(page.body).toContain('You are signed out')
    expect(page.body).toContain(`You are signed out at ${provider} as well.`)
    expect(bindings.includes('SAMLRequest')).toBe(bindingOf(provider) === 'post')
    expect(await whoIs(browser, gateway.url)).toBeUndefined()
    expect(await isAskedWho(browser, provider)).toBe(true)
    expect(logouts().at(-1)).toMatchObject({ provider, reason: 'person' })
  })

  it.each(PROVIDERS)('began at the identity provider, as %s: our session ends, and it hears that', async (provider) => {
    const browser = new HttpBrowser()
    await signedIn(browser, provider)
    const { page, bindings } = await carry(browser, await browser.open(idp.logoutUrl))
    expect(new URL(page.url).pathname).toBe('/simplesaml/logout.php')
    expect(bindings.includes('SAMLResponse')).toBe(bindingOf(provider) === 'post')
    expect(await whoIs(browser, gateway.url)).toBeUndefined()
    expect(await isAskedWho(browser, provider)).toBe(true)
    expect(logouts().at(-1)).toMatchObject({ provider, reason: 'provider' })
  })

  it('began at the identity provider ends what both of its applications here have', async () => {
    const [first, second] = [new HttpBrowser(), new HttpBrowser()]
    await signedIn(first, 'redirect')
    await signedIn(first, 'post')
    await signedIn(second, 'redirect')
    const before = logouts().length
    await carry(first, await first.open(idp.logoutUrl))
    expect(await whoIs(first, gateway.url)).toBeUndefined()
    expect(await whoIs(second, gateway.url)).toBeDefined()
    expect(
      logouts()
        .slice(before)
        .map(({ provider }) => provider)
        .toSorted(),
    ).toEqual(['post', 'redirect'])
  })

  it('a single logout that could not reach every application says so', async () => {
    const browser = new HttpBrowser()
    await signedIn(browser, 'mute')
    await signedIn(browser, 'redirect')
    const { page } = await signOut(browser)
    expect(page.url).toBe(`${gateway.url}/logout`)
    expect(page.body).toContain('redirect could not sign you out everywhere')
    expect(await whoIs(browser, gateway.url)).toBeUndefined()
  })

  it.each(['redirect', 'transient-redirect'])(
    'a single logout with a request that names no session ends all of %s',
    async (provider) => {
      const [first, second] = [new HttpBrowser(), new HttpBrowser()]
      await signedIn(first, provider)
      await signedIn(second, provider)
      const subject = await subjectOf(first)
      const destination = `${gateway.url}/saml/${provider}/slo`
      const xml = requestXml({
        id: uniqueId(provider),
        issuer: idp.entityId,
        destination,
        issueInstant: new Date().toISOString(),
        subject,
      })
      const page = await new HttpBrowser().open(`${destination}?${signedQuery(xml, idp.keys.privateKey)}`, {
        stopBefore: /SingleLogoutService/,
      })
      expect(new URL(page.location ?? '').searchParams.has('SAMLResponse')).toBe(true)
      expect(await whoIs(first, gateway.url)).toBeUndefined()
      expect((await whoIs(second, gateway.url)) === undefined).toBe(provider === 'redirect')
    },
  )

  /** The NameID as SimpleSAMLphp writes it, with both qualifiers. */
  const subjectOf = async (browser: HttpBrowser): Promise<string> => {
    const { subject } = JSON.parse((await browser.open(`${gateway.url}/api/session`)).body) as { subject: string }
    const { provider = '' } = gateway.audit().findLast(({ eventName }) => eventName === 'login') as {
      provider?: string
    }
    const kind = provider.startsWith('transient') ? 'transient' : 'persistent'
    const format = `urn:oasis:names:tc:SAML:2.0:nameid-format:${kind}`
    return nameId(subject, ` SPNameQualifier="${gateway.url}/saml/${provider}/metadata" Format="${format}"`)
  }
})
