/** Loaded on every call of `credential-process`: it imports nothing. */

const LOOPBACK = /^(?:localhost|127\.0\.0\.1|\[::1\])$/

/**
 * The gateway's origin as it is written in file names and requests; undefined for what is no gateway's URL: another
 * scheme, a path, credentials, or http to another machine. A bare host means https, or http on this machine.
 */
export function gatewayOrigin(text: string): string | undefined {
  const trimmed = text.trim()
  const scheme = /^(?:localhost|127\.0\.0\.1|\[::1\])(?::\d+)?\/?$/.test(trimmed) ? 'http' : 'https'
  let url: URL
  try {
    url = new URL(/^[a-z]+:\/\//i.test(trimmed) ? trimmed : `${scheme}://${trimmed}`)
  } catch {
    return undefined
  }
  const isSafe = url.protocol === 'https:' || (url.protocol === 'http:' && LOOPBACK.test(url.hostname))
  const isBare = url.pathname === '/' && url.search === '' && url.hash === '' && url.username + url.password === ''
  return isSafe && isBare ? url.origin : undefined
}
