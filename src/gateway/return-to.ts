import { GatewayError } from './errors.ts'

/** Judged against an origin that cannot occur, so that only the path's own meaning counts. */
const BASE = 'http://gateway.invalid'

// biome-ignore lint/suspicious/noControlCharactersInRegex: browsers drop or reinterpret exactly these
const REINTERPRETED = /[\\\u0000-\u0020\u007f]/

/**
 * A path inside the gateway, as browsers read it; `fallback` when there is none. Throws GatewayError
 * `login.return_to_refused` for anything that could lead elsewhere. RFC 9700 4.11
 */
export const returnPath = (target: unknown, fallback: string): string => {
  if (target === undefined || target === '') return fallback
  if (typeof target === 'string' && target.startsWith('/') && !target.startsWith('//') && !REINTERPRETED.test(target)) {
    const url = URL.canParse(target, BASE) ? new URL(target, BASE) : undefined
    // Without its dots `/..//host` is `//host`, which is another host.
    if (url?.origin === BASE && !url.pathname.startsWith('//')) return `${url.pathname}${url.search}${url.hash}`
  }
  throw new GatewayError('login.return_to_refused', {
    expected: 'a path inside the gateway',
    found: typeof target === 'string' ? JSON.stringify(target.slice(0, 200)) : typeof target,
    source: 'return_to',
  })
}
