import { GatewayError } from '../errors.ts'

/** Resolved against an origin that cannot occur, so only the path's own meaning counts. */
const BASE = 'http://gateway.invalid'

// biome-ignore lint/suspicious/noControlCharactersInRegex: browsers drop or reinterpret exactly these
const REINTERPRETED = /[\\\u0000-\u0020\u007f]/

/** For the path, which is stored for every login that anyone starts: longer than any link to a page of the gateway. */
const LONGEST_RETURN_PATH = 2048

/**
 * A path inside the gateway, as browsers read it; `fallback` if there is none. Throws GatewayError
 * `login.return_to_refused` for a path that could lead elsewhere, or is too long to be stored. RFC 9700 4.11
 */
export function returnPath(target: unknown, fallback: string): string {
  if (target === undefined || target === '') return fallback
  const path = isPlausible(target) ? pathWithin(target) : undefined
  if (path !== undefined && path.length <= LONGEST_RETURN_PATH) return path
  throw new GatewayError('login.return_to_refused', {
    expected: `a path inside the gateway of at most ${LONGEST_RETURN_PATH} characters`,
    found: typeof target === 'string' ? JSON.stringify(target.slice(0, 200)) : typeof target,
    source: 'return_to',
  })
}

function isPlausible(target: unknown): target is string {
  return (
    typeof target === 'string' &&
    target.length <= LONGEST_RETURN_PATH &&
    target.startsWith('/') &&
    !target.startsWith('//') &&
    !REINTERPRETED.test(target)
  )
}

function pathWithin(target: string): string | undefined {
  const url = URL.canParse(target, BASE) ? new URL(target, BASE) : undefined
  // Without its dots `/..//host` is `//host`, which is another host.
  if (url?.origin !== BASE || url.pathname.startsWith('//')) return undefined
  return `${url.pathname}${url.search}${url.hash}`
}
