/** Allowing the command line in a real browser: the strict policy lets the answer reach the loopback address. */
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { authorizationUrl, callApi, newVerifier, post, tokensIn } from '../harness/command-line.ts'
import { startTestGateway, type TestGateway } from '../harness/test-gateway.ts'
import { holds } from '../held/holds.ts'
import { requireTool } from '../tools.ts'
import { CHROMIUM, chooseAndSignIn, launchChromium, newBrowserUser } from './chromium.ts'

describe.skipIf(!requireTool(CHROMIUM))('The command line in Chromium', holds('10.10'), () => {
  let testGateway: TestGateway
  let browser: Browser
  let listener: Server
  let redirect = ''

  beforeAll(async () => {
    ;[testGateway, browser] = await Promise.all([startTestGateway(), launchChromium()])
    listener = createServer((request, response) => {
      response.writeHead(request.url?.startsWith('/callback?') ? 200 : 404, { 'content-type': 'text/html' })
      response.end('<link rel="icon" href="data:,"><h1>Back at the command line</h1>')
    })
    await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve))
    redirect = `http://127.0.0.1:${(listener.address() as AddressInfo).port}/callback`
  })
  afterAll(async () => {
    await browser.close()
    await testGateway.close()
    listener.closeAllConnections()
    await new Promise((resolve) => listener.close(resolve))
  })

  it('is signed in by a user who was not, and its code gives tokens', async () => {
    const alice = await newBrowserUser(browser)
    const { page } = alice
    const verifier = newVerifier()
    await page.goto(authorizationUrl(testGateway.gateway, verifier, { redirect_uri: redirect }))
    await chooseAndSignIn(page, 'Example ID', 'alice')
    await page.getByRole('button', { name: 'Allow' }).click()
    await page.getByRole('heading', { name: 'Back at the command line' }).waitFor()
    const { searchParams } = new URL(page.url())
    expect(searchParams.get('state')).toBe('the state')
    const fields = {
      grant_type: 'authorization_code',
      code: searchParams.get('code') ?? '',
      code_verifier: verifier,
      redirect_uri: redirect,
    }
    const tokens = tokensIn(await post(`${testGateway.gateway}/oauth/token`, fields))
    const { body } = await callApi(`${testGateway.gateway}/api/session`, tokens)
    expect(body.provider).toBe('openid')
    await alice.context.close()
    expect(alice.complaints).toEqual([])
  })

  it('is told that the user refused', async () => {
    const alice = await newBrowserUser(browser)
    const { page } = alice
    await page.goto(authorizationUrl(testGateway.gateway, newVerifier(), { redirect_uri: redirect }))
    await chooseAndSignIn(page, 'Example Corp', 'alice')
    await page.getByRole('button', { name: 'Refuse' }).click()
    await page.getByRole('heading', { name: 'Back at the command line' }).waitFor()
    expect(new URL(page.url()).searchParams.get('error')).toBe('access_denied')
    await alice.context.close()
    expect(alice.complaints).toEqual([])
  })

  it('gets its code at an IPv6 address too', async () => {
    const alice = await newBrowserUser(browser)
    const { page, context } = alice
    await context.route(
      ({ hostname }) => hostname === '[::1]',
      (route) => route.fulfill({ contentType: 'text/html', body: '<h1>Back at the command line</h1>' }),
    )
    const ipv6 = 'http://[::1]:45671/callback'
    await page.goto(authorizationUrl(testGateway.gateway, newVerifier(), { redirect_uri: ipv6 }))
    await chooseAndSignIn(page, 'Example Corp', 'alice')
    await page.getByRole('button', { name: 'Allow' }).click()
    await page.getByRole('heading', { name: 'Back at the command line' }).waitFor()
    expect(page.url()).toMatch(/^http:\/\/\[::1\]:45671\/callback\?code=[\w-]{43}&/)
    await alice.context.close()
  })
})
