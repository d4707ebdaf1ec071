/** The page that carries a message to another site by POST. */

import express from 'express'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type RunningServer, startServer } from '../../src/core/running-server.ts'
import { securityHeaders } from '../../src/web/headers.ts'
import { sendPostForm } from '../../src/web/idp-redirect.ts'
import { createViews } from '../../src/web/views.ts'
import { formsIn } from '../harness/html.ts'

let server: RunningServer
beforeAll(async () => {
  const app = express()
  app.use(securityHeaders('http://localhost'))
  app.get('/', (_request, response) =>
    sendPostForm({ views: createViews() }, response, {
      action: 'https://idp.example:8443/slo?tenant=a&b',
      fields: { SAMLRequest: 'PHNhbWw+', RelayState: '"><script>' },
      heading: 'Signing out at Corp SSO',
      button: 'Continue',
    }),
  )
  server = await startServer({ host: '127.0.0.1', port: 0 }, () => app)
})
afterAll(() => server.close())

it('posts exactly the fields to exactly the address', async () => {
  const [form] = formsIn(await (await fetch(server.url)).text(), server.url)
  expect(form).toMatchObject({
    action: 'https://idp.example:8443/slo?tenant=a&b',
    method: 'POST',
    fields: { SAMLRequest: 'PHNhbWw+', RelayState: '"><script>' },
  })
})

it('names that origin as where its form may lead, and whatever https site comes after it', async () => {
  const policy = (await fetch(server.url)).headers.get('content-security-policy')
  expect(policy).toMatch(/;form-action 'self' https:\/\/idp\.example:8443 https:;/)
  expect(policy).toContain("default-src 'none'")
})

it('the form has a button for a browser without JavaScript', async () => {
  expect(await (await fetch(server.url)).text()).toMatch(/<button class="primary" type="submit">Continue<\/button>/)
})
