/** Nobody is signed in as another user by following a link or pressing a button on another site. */
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startTestGateway, type TestGateway } from '../harness/test-gateway.ts'
import { requireTool } from '../tools.ts'
import { CHROMIUM, launchChromium } from './chromium.ts'
import { type Lure, lureAlice, lures } from './login-csrf.ts'

describe.skipIf(!requireTool(CHROMIUM))('the cookie that binds a sign-in to its browser', () => {
  let testGateway: TestGateway
  let browser: Browser
  beforeAll(async () => {
    ;[testGateway, browser] = await Promise.all([startTestGateway(), launchChromium()])
  })
  afterAll(async () => {
    await browser.close()
    await testGateway.close()
  })

  it.each(Object.keys(lures) as Lure[])('keeps alice from becoming bob by %s', async (lure) => {
    expect(await lureAlice(browser, testGateway, lure)).toBeUndefined()
  })
})
