/** As much of a browser as the demo's pages need without JavaScript: cookies, redirects on one host, forms. */
export interface Page {
  readonly url: string
  readonly status: number
  readonly headers: Headers
  readonly body: string
  /** Where the last answer points, when that is another origin. */
  readonly location: string
}

export class Browser {
  readonly #cookies = new Map<string, string>()

  get cookieNames(): readonly string[] {
    return [...this.#cookies.keys()]
  }

  /** Follows redirects as long as they stay on the same origin. */
  async open(url: string, form?: Readonly<Record<string, string>>): Promise<Page> {
    const response = await fetch(url, {
      method: form ? 'POST' : 'GET',
      redirect: 'manual',
      headers: { cookie: [...this.#cookies].map(([name, value]) => `${name}=${value}`).join('; ') },
      ...(form ? { body: new URLSearchParams(form) } : {}),
    })
    for (const line of response.headers.getSetCookie()) this.#keep(line)
    const location = response.headers.get('location')
    const target = location === null ? undefined : new URL(location, url)
    if (target && target.origin === new URL(url).origin) return this.open(target.href)
    const body = await response.text()
    return { url, status: response.status, headers: response.headers, body, location: target?.href ?? '' }
  }

  /** Posts the page's last form with its hidden fields and these. */
  submit(page: Page, fields: Readonly<Record<string, string>> = {}): Promise<Page> {
    const form = page.body.slice(page.body.lastIndexOf('<form'))
    const action = /action="([^"]*)"/.exec(form)?.[1] ?? ''
    const hidden = [...form.matchAll(/<input type="hidden" name="([^"]*)" value="([^"]*)"/g)]
    const carried = Object.fromEntries(
      hidden.map(([, name = '', value = '']) => [unescapeMarkup(name), unescapeMarkup(value)]),
    )
    return this.open(new URL(unescapeMarkup(action), page.url).href, { ...carried, ...fields })
  }

  #keep(line: string): void {
    const [pair = ''] = line.split(';')
    const [name = '', value = ''] = [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)]
    if (value === '' || /expires=Thu, 01 Jan 1970/i.test(line)) this.#cookies.delete(name)
    else this.#cookies.set(name, value)
  }
}

const CHARACTERS: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'" }

export const unescapeMarkup = (text: string): string =>
  text.replace(/&(amp|lt|gt|quot|#39);/g, (_, name) => CHARACTERS[name as string] ?? '')
