/**
 * The attack of login-csrf.test.ts on a gateway from which the cookie check is taken out: it succeeds. So the attack is
 * a real one, and nothing but that check stops it.
 */
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { startTestGateway, type TestGateway } from '../harness/test-gateway.ts'
import { requireTool } from '../tools.ts'
import { CHROMIUM, launchChromium } from './chromium.ts'
import { type Lure, lureAlice, lures } from './login-csrf.ts'

vi.mock('../../src/gateway/login/pending-logins.ts', async (original) => ({
  ...(await original<typeof import('../../src/gateway/login/pending-logins.ts')>()),
  isBoundTo: () => true,
}))

describe.skipIf(!requireTool(CHROMIUM))('without the check of the binding cookie', () => {
  let testGateway: TestGateway
  let browser: Browser
  beforeAll(async () => {
    ;[testGateway, browser] = await Promise.all([startTestGateway(), launchChromium()])
  })
  afterAll(async () => {
    await browser.close()
    await testGateway.close()
  })

  it.each(Object.keys(lures) as Lure[])('alice becomes bob by %s', async (lure) => {
    expect(await lureAlice(browser, testGateway, lure)).toBe('bob')
  })
})
