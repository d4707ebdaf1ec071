// `npm run pictures`: takes the pictures of docs/ again, from the demo, in light and dark, at twice the size. Needs
// Chromium and npm run build.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join, resolve } from 'node:path'
import { createInterface } from 'node:readline'
import { chromium } from 'playwright-core'

const ROOT = resolve(import.meta.dirname, '..')
const PORT_BASE = 18_080
const GATEWAY = `http://localhost:${PORT_BASE}`
const SIZE = { width: 1200, height: 760 }

const demo = spawn(process.execPath, [join(ROOT, 'dist/main.js'), 'demo', '--port-base', String(PORT_BASE)], {
  stdio: ['ignore', 'pipe', 'inherit'],
})
for await (const line of createInterface(demo.stdout)) if (line.includes('Press Ctrl+C')) break
demo.stdout.resume()

const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox', '--disable-gpu'] })
try {
  for (const colorScheme of ['light', 'dark']) await take(colorScheme)
} finally {
  await browser.close()
  demo.kill('SIGINT')
  await once(demo, 'exit')
}

async function take(colorScheme) {
  const suffix = colorScheme === 'dark' ? '-dark' : ''
  const context = await browser.newContext({ viewport: SIZE, deviceScaleFactor: 2, colorScheme })
  const page = await context.newPage()
  const shot = async (name) => {
    // Nothing is under the mouse, and no field blinks.
    await page.mouse.move(0, 0)
    await page.screenshot({ path: join(ROOT, `docs/${name}${suffix}.png`), caret: 'hide' })
  }
  await signIn(page, 'dave')
  await page.goto(`${GATEWAY}/roles/why?role=arn:aws:iam::111122223333:role/CostReport`)
  await shot('role-denied')
  await context.clearCookies()
  await signIn(page, 'erin')
  await shot('role-picker')
  await context.clearCookies()
  await signIn(page, 'alice')
  await page.locator('button:text("Credentials")').first().click()
  await page.waitForURL('**/roles/credentials')
  await shot('credentials')
  await page.goto(`${GATEWAY}/identity`)
  await shot('identity')
  await page.goto(`${GATEWAY}/activity`)
  await shot('activity')
  await context.close()
}

async function signIn(page, name) {
  await page.goto(`${GATEWAY}/login/corp`)
  await page.getByLabel('Name').fill(name)
  await page.getByLabel('Password').fill('demo')
  await page.getByRole('button', { name: 'Sign in', exact: true }).click()
  await page.waitForURL('**/roles')
}
