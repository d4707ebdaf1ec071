/** What goes wrong while an error is answered. */
import type { AddressInfo } from 'node:net'
import express from 'express'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { GatewayError } from '../../src/gateway/errors.ts'
import { beginLogin } from '../../src/gateway/logins.ts'
import { reference } from '../../src/web/caller.ts'
import { errorAnswers } from '../../src/web/error-answers.ts'
import { WebError } from '../../src/web/errors.ts'
import { createViews } from '../../src/web/views.ts'
import { personHouse, signInAs } from '../gateway/person.ts'

const { gateway, store, now } = personHouse()
// Of a provider that the configuration had before the gateway was started again.
const login = await beginLogin(store, now, signInAs({ provider: 'gone' }, now()), 3600)

const app = express()
app.use(reference, (request, _response, next) => {
  Object.assign(request, { session: { loginId: login.id } })
  next()
})
app.get('/login/corp', () => {
  throw new GatewayError('login.too_many_pending')
})
app.use(() => {
  throw new WebError('http.not_found')
})
app.use(errorAnswers({ gateway, views: createViews() }, () => {}))

let url = ''
const server = app.listen(0, '127.0.0.1')
beforeAll(() => {
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
})
afterAll(() => {
  server.close()
  server.closeAllConnections()
})

it('An error is answered as itself also where the session is of a provider that is no longer there', async () => {
  const response = await fetch(url, { headers: { accept: 'text/html' } })
  const body = await response.text()
  expect(response.status).toBe(404)
  expect(body).toContain('http.not_found')
  expect(body).not.toMatch(/at .*\.ts:\d+/)
})

it.each(['text/html', 'application/json'])('Too many sign-ins at once are told to come back, as %s', async (accept) => {
  const response = await fetch(`${url}login/corp`, { headers: { accept } })
  expect(response.status).toBe(503)
  expect(response.headers.get('retry-after')).toBe('60')
  expect(await response.text()).toContain('login.too_many_pending')
})
