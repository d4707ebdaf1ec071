/**
 * A user with a browser that has no JavaScript, over HTTP: keeps cookies, follows redirects, submits forms, and says
 * where its requests come from as browsers do. Start at HttpBrowser; sign-in.ts has the ways through the demo's providers.
 */
import { CookieJar } from './cookie-jar.ts'
import { type Form, formsIn } from './html.ts'

export interface Page {
  readonly url: string
  readonly status: number
  readonly headers: Headers
  readonly body: string
  readonly forms: readonly Form[]
  /** Where a redirect that was not followed leads. */
  readonly location: string | undefined
}

export interface Navigation {
  /** A redirect to such an address is not followed. */
  readonly stopBefore?: RegExp
  /** Said besides what a browser says, or instead. */
  readonly headers?: Readonly<Record<string, string>>
}

interface Step {
  readonly url: URL
  readonly method: string
  readonly body?: string
  /** The page that caused it; undefined for an address that was typed in. */
  readonly initiator: URL | undefined
}

const MOST_REDIRECTS = 20

const siteOf = ({ initiator, url }: Step): 'none' | 'same-origin' | 'same-site' | 'cross-site' => {
  if (!initiator) return 'none'
  if (initiator.origin === url.origin) return 'same-origin'
  return initiator.hostname === url.hostname ? 'same-site' : 'cross-site'
}

export class HttpBrowser {
  readonly cookies = new CookieJar()

  /** Types an address in. */
  open(url: string, navigation: Navigation = {}): Promise<Page> {
    return this.#go({ url: new URL(url), method: 'GET', initiator: undefined }, navigation)
  }

  /** Sends a form of that page, as it stands but for these fields; a list is a field that is repeated. */
  submit(
    page: Page,
    form: Form,
    fields: Readonly<Record<string, string | readonly string[]>> = {},
    navigation: Navigation = {},
  ): Promise<Page> {
    return this.post(form.action, { ...form.fields, ...fields }, { from: page.url, ...navigation })
  }

  /** Sends these fields from a page at `from`. */
  post(
    url: string,
    fields: Readonly<Record<string, string | readonly string[]>>,
    { from, ...navigation }: Navigation & { readonly from: string },
  ): Promise<Page> {
    const pairs = Object.entries(fields).flatMap(([name, values]) => [values].flat().map((value) => [name, value]))
    const body = new URLSearchParams(pairs).toString()
    return this.#go({ url: new URL(url), method: 'POST', body, initiator: new URL(from) }, navigation)
  }

  async #go(step: Step, navigation: Navigation, left = MOST_REDIRECTS): Promise<Page> {
    const response = await this.#send(step, navigation)
    const location = response.headers.get('location')
    const target = location === null ? undefined : new URL(location, step.url)
    if (!target || navigation.stopBefore?.test(target.href)) return pageOf(step.url, response, target)
    if (left === 0) throw new Error(`redirected too often, last to ${target.href}`)
    await response.body?.cancel()
    // 301, 302 and 303 lead on by GET; 307 and 308 repeat the request.
    const repeats = response.status === 307 || response.status === 308
    const { initiator, method, body } = step
    const next = repeats && body !== undefined ? { method, body } : { method: 'GET' }
    return this.#go({ url: target, initiator, ...next }, navigation, left - 1)
  }

  async #send(step: Step, { headers = {} }: Navigation): Promise<Response> {
    const { url, method, body } = step
    const site = siteOf(step)
    const cookie = this.cookies.headerFor({ url, method, isCrossSite: site === 'cross-site' })
    const response = await fetch(url, {
      method,
      redirect: 'manual',
      headers: {
        accept: 'text/html',
        'sec-fetch-site': site,
        ...(cookie === '' ? {} : { cookie }),
        ...(body === undefined ? {} : { 'content-type': 'application/x-www-form-urlencoded' }),
        ...(method === 'POST' && step.initiator ? { origin: step.initiator.origin } : {}),
        ...headers,
      },
      ...(body === undefined ? {} : { body }),
    })
    this.cookies.keep(response.headers.getSetCookie(), url)
    return response
  }
}

const pageOf = async (url: URL, response: Response, target: URL | undefined): Promise<Page> => {
  const body = await response.text()
  const { status, headers } = response
  return { url: url.href, status, headers, body, forms: formsIn(body, url.href), location: target?.href }
}

/** The form of the page that sends or asks for this field. */
export const formWith = ({ forms, body, url }: Page, field: string, value?: string): Form => {
  const fits = (form: Form): boolean =>
    value === undefined
      ? form.inputs.includes(field) || Object.hasOwn(form.fields, field)
      : form.fields[field] === value
  const form = forms.find(fits)
  if (!form) throw new Error(`${url} has no form with ${field} ${value ?? ''}: ${body.slice(0, 1500)}`)
  return form
}
