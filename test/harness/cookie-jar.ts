/** A browser's cookies: by host, whatever the port, and held back where SameSite says so. RFC 6265bis */

interface Cookie {
  readonly name: string
  readonly value: string
  readonly host: string
  readonly path: string
  readonly sameSite: string
}

/** A request as far as cookies care. */
export interface CookieRequest {
  readonly url: URL
  readonly method: string
  /** Whether a page of another site caused it. */
  readonly isCrossSite: boolean
}

const parse = (line: string, { hostname }: URL): Cookie & { readonly isOver: boolean } => {
  const [pair = '', ...attributes] = line.split(';').map((part) => part.trim())
  const get = (name: string): string | undefined => {
    const found = attributes.find((attribute) => attribute.toLowerCase().startsWith(`${name}=`))
    return found?.slice(name.length + 1)
  }
  const [name, value] = [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)]
  const isOver = value === '' || get('max-age') === '0' || /^Thu, 01 Jan 1970/.test(get('expires') ?? '')
  const sameSite = (get('samesite') ?? 'lax').toLowerCase()
  return { name, value, host: hostname, path: get('path') ?? '/', sameSite, isOver }
}

const isBelow = (path: string, folder: string): boolean =>
  path === folder || path.startsWith(folder.endsWith('/') ? folder : `${folder}/`)

/** Lax: with a cross-site request only where it is a navigation by GET. Every request of a browser is a navigation. */
const isSent = (cookie: Cookie, { url, method, isCrossSite }: CookieRequest): boolean => {
  if (cookie.host !== url.hostname || !isBelow(url.pathname, cookie.path)) return false
  if (!isCrossSite || cookie.sameSite === 'none') return true
  return cookie.sameSite === 'lax' && method === 'GET'
}

export class CookieJar {
  readonly #cookies = new Map<string, Cookie>()

  keep(lines: readonly string[], url: URL): void {
    for (const line of lines) {
      const { isOver, ...cookie } = parse(line, url)
      const key = `${cookie.host} ${cookie.path} ${cookie.name}`
      if (isOver) this.#cookies.delete(key)
      else this.#cookies.set(key, cookie)
    }
  }

  /** The Cookie header, empty where there is nothing to send. */
  headerFor(request: CookieRequest): string {
    const sent = [...this.#cookies.values()].filter((cookie) => isSent(cookie, request))
    return sent.map(({ name, value }) => `${name}=${value}`).join('; ')
  }

  /** The value of the cookie of that name, of any host. */
  value(name: string): string | undefined {
    return [...this.#cookies.values()].find((cookie) => cookie.name === name)?.value
  }

  get names(): readonly string[] {
    return [...this.#cookies.values()].map(({ name }) => name)
  }

  get values(): readonly string[] {
    return [...this.#cookies.values()].map(({ value }) => value)
  }

  forget(name: string): void {
    for (const [key, cookie] of this.#cookies) if (cookie.name === name) this.#cookies.delete(key)
  }
}
