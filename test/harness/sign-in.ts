/** The ways of a user from the gateway's sign-in page through an identity provider of the demo and back. */
import { formWith, type HttpBrowser, type Navigation, type Page } from './http-browser.ts'

export interface Attempt {
  readonly gateway: string
  /** The provider's id in the gateway's configuration. */
  readonly provider: string
  readonly username: string
  readonly returnTo?: string
}

export interface SamlAnswer {
  readonly acs: string
  readonly SAMLResponse: string
  readonly RelayState: string
  /** The identity provider's page with the form. */
  readonly page: Pick<Page, 'url'>
}

const asksWho = (page: Page): boolean => page.forms.some(({ inputs }) => inputs.includes('username'))

/** Starts at the gateway and says who it is where the provider asks. */
export const answerAtProvider = async (
  browser: HttpBrowser,
  { gateway, provider, username, returnTo }: Attempt,
  navigation: Navigation = {},
): Promise<Page> => {
  const query = returnTo === undefined ? '' : `?${new URLSearchParams({ return_to: returnTo })}`
  const page = await browser.open(`${gateway}/login/${provider}${query}`, navigation)
  if (!asksWho(page)) return page
  return browser.submit(page, formWith(page, 'username'), { username, password: 'demo' }, navigation)
}

/** What the SAML identity provider has the browser post, before it is posted. */
export const samlAnswer = async (browser: HttpBrowser, attempt: Attempt): Promise<SamlAnswer> => {
  const page = await answerAtProvider(browser, attempt)
  const { action, fields } = formWith(page, 'SAMLResponse')
  return { acs: action, SAMLResponse: fields.SAMLResponse ?? '', RelayState: fields.RelayState ?? '', page }
}

/** Posts an answer to the gateway, as a page of the identity provider does. */
export const postAnswer = (
  browser: HttpBrowser,
  { acs, SAMLResponse, RelayState, page }: SamlAnswer,
  navigation: Navigation = {},
): Promise<Page> => browser.post(acs, { SAMLResponse, RelayState }, { from: page.url, ...navigation })

/** Signs in, and returns the page of the gateway that it ends on. */
export const signIn = async (browser: HttpBrowser, attempt: Attempt, navigation: Navigation = {}): Promise<Page> => {
  const page = await answerAtProvider(browser, attempt, navigation)
  const isSaml = page.forms.some(({ fields }) => 'SAMLResponse' in fields)
  return isSaml ? browser.submit(page, formWith(page, 'SAMLResponse'), {}, navigation) : page
}

export const FINISH = /\/login\/finish\?/
export const CALLBACK = /\/oidc\/[^/]+\/callback\?/

/** The subject that the gateway takes this browser for; undefined when nobody is signed in. */
export const whoIs = async (browser: HttpBrowser, gateway: string): Promise<string | undefined> => {
  const { status, body } = await browser.open(`${gateway}/api/session`)
  if (status === 401) return undefined
  return (JSON.parse(body) as { subject: string }).subject
}
