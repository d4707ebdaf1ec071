/** Signing in, attacked: what else reaches the loopback port, and how a browser is found. */
import { once } from 'node:events'
import { createServer } from 'node:http'
import { afterEach, describe, expect, it } from 'vitest'
import { openers } from '../../../src/cli/user/login/browser.ts'
import { type Loopback, openLoopback } from '../../../src/cli/user/login/loopback.ts'

const STATE = 'the-state-of-this-login'
const ISSUER = 'https://aws.example.com/oauth'

let loopback: Loopback | undefined
afterEach(() => {
  loopback?.close()
  loopback = undefined
})

const opened = async () => {
  loopback = await openLoopback()
  const returned = loopback.returned({ state: STATE, issuer: ISSUER }, 10_000)
  const ask = (query: Record<string, string>, init: RequestInit = {}, path = '/callback'): Promise<Response> => {
    const url = new URL(loopback?.redirectUri ?? '')
    url.pathname = path
    url.search = new URLSearchParams(query).toString()
    return fetch(url, init)
  }
  return { redirectUri: loopback.redirectUri, returned, ask }
}

const RIGHT = { state: STATE, iss: ISSUER, code: 'the-code' }

describe('the loopback address', () => {
  it('is a random port of this machine alone', async () => {
    const first = await opened()
    expect(first.redirectUri).toMatch(/^http:\/\/127\.0\.0\.1:\d{4,5}\/callback$/)
    loopback?.close()
    expect((await opened()).redirectUri).not.toBe(first.redirectUri)
  })

  it('gives the code of the right request, and a page that loads nothing and is not kept', async () => {
    const { returned, ask } = await opened()
    const response = await ask(RIGHT)
    expect(await returned).toEqual({ code: 'the-code' })
    expect(response.status).toBe(200)
    expect(await response.text()).toContain('You are signed in.')
    expect(response.headers.get('content-security-policy')).toBe("default-src 'none'; frame-ancestors 'none'")
    expect(response.headers.get('cache-control')).toBe('no-store')
    expect(response.headers.get('referrer-policy')).toBe('no-referrer')
  })

  it.each<[why: string, query: Record<string, string>, init: RequestInit, path: string, status: number]>([
    ['another state', { ...RIGHT, state: 'guessed' }, {}, '/callback', 400],
    ['no state', { code: 'x' }, {}, '/callback', 400],
    ['an error with another state', { error: 'access_denied', state: 'guessed' }, {}, '/callback', 400],
    ['another authorization server', { ...RIGHT, iss: 'https://evil.example' }, {}, '/callback', 400],
    ['no authorization server', { state: STATE, code: 'x' }, {}, '/callback', 400],
    ['no code', { state: STATE, iss: ISSUER }, {}, '/callback', 400],
    ['a POST', RIGHT, { method: 'POST' }, '/callback', 404],
    ['another path', RIGHT, {}, '/', 404],
    ['a path beside', RIGHT, {}, '/callback/', 404],
    ['a favicon', {}, {}, '/favicon.ico', 404],
  ])('answers %s with an error and goes on waiting', async (_why, query, init, path, status) => {
    const { returned, ask } = await opened()
    expect((await ask(query, init, path)).status).toBe(status)
    await ask(RIGHT)
    expect(await returned).toEqual({ code: 'the-code' })
  })

  it('refuses another name for this machine, which is a page of another site', async () => {
    const { returned, ask, redirectUri } = await opened()
    const { port } = new URL(redirectUri)
    const url = `http://localhost:${port}/callback?${new URLSearchParams(RIGHT)}`
    expect((await fetch(url)).status).toBe(400)
    await ask(RIGHT)
    expect(await returned).toEqual({ code: 'the-code' })
  })

  it('refuses parameters that are there twice', async () => {
    const { returned, ask, redirectUri } = await opened()
    expect((await fetch(`${redirectUri}?state=${STATE}&state=${STATE}&iss=${ISSUER}&code=x`)).status).toBe(400)
    expect((await fetch(`${redirectUri}?state=${STATE}&iss=${ISSUER}&code=x&code=y`)).status).toBe(400)
    await ask(RIGHT)
    expect(await returned).toEqual({ code: 'the-code' })
  })

  it('is used once: a second code is not taken', async () => {
    const { returned, ask } = await opened()
    await ask(RIGHT)
    expect((await ask({ ...RIGHT, code: 'another' })).status).toBe(404)
    expect(await returned).toEqual({ code: 'the-code' })
  })

  it('gives the error of the right request', async () => {
    const { returned, ask } = await opened()
    const response = await ask({ state: STATE, iss: ISSUER, error: 'access_denied' })
    expect(await response.text()).toContain('You are not signed in.')
    expect(await returned).toEqual({ error: 'access_denied' })
  })

  it('gives up after its time', async () => {
    loopback = await openLoopback()
    await expect(loopback.returned({ state: STATE }, 30)).rejects.toMatchObject({
      code: 'cli.login_timeout',
      exitCode: 1,
    })
  })

  it('closes, with connections that are still open', async () => {
    const { ask, redirectUri } = await opened()
    await ask({}, {}, '/')
    loopback?.close()
    await expect(fetch(redirectUri)).rejects.toThrow()
    const server = createServer().listen(Number(new URL(redirectUri).port), '127.0.0.1')
    await once(server, 'listening')
    server.close()
  })
})

describe('the browser', () => {
  const URL_ = 'https://aws.example.com/oauth/auth?a=1&b=%20'

  it.each<[system: NodeJS.Platform, env: Record<string, string>, isWsl: boolean, expected: unknown]>([
    ['linux', { DISPLAY: ':0' }, false, [['xdg-open', URL_]]],
    ['linux', { WAYLAND_DISPLAY: 'wayland-0' }, false, [['xdg-open', URL_]]],
    ['linux', {}, false, []],
    [
      'linux',
      {},
      true,
      [
        ['wslview', URL_],
        ['rundll32.exe', 'url.dll,FileProtocolHandler', URL_],
      ],
    ],
    ['darwin', {}, false, [['open', URL_]]],
    ['win32', {}, false, [['rundll32', 'url.dll,FileProtocolHandler', URL_]]],
    ['linux', { BROWSER: 'firefox' }, false, [['firefox', URL_]]],
    [
      'darwin',
      { BROWSER: 'chrome --new-window %s:w3m' },
      false,
      [
        ['chrome', '--new-window', URL_],
        ['w3m', URL_],
      ],
    ],
    ['win32', { BROWSER: 'C:\\firefox.exe' }, false, [['C:\\firefox.exe', URL_]]],
  ])('on %s with %j is found without a shell', (platform, env, isWsl, expected) => {
    expect(openers({ platform, env }, URL_, isWsl)).toEqual(expected)
  })
})
