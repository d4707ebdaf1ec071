/** The API of the command line: what it answers, to whom, and that it is as its description says. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import {
  type Answer,
  callApi,
  type MachineKey,
  machineKey,
  proofOf,
  refresh,
  signInDevice,
  type Tokens,
  tokensIn,
} from '../harness/command-line.ts'
import { ADMIN, type CommandLineGateway, DEVELOPER, startCommandLineGateway } from '../harness/command-line-gateway.ts'
import { formWith, type HttpBrowser } from '../harness/http-browser.ts'
import { holds, itEach } from '../held/holds.ts'

let gateway: CommandLineGateway
let visitor: HttpBrowser
let tokens: Tokens
beforeAll(async () => {
  gateway = await startCommandLineGateway()
  visitor = await gateway.signIn('alice')
  tokens = await signInDevice(visitor, gateway.url, { device_name: 'laptop' })
})
afterAll(() => gateway.close())

const api = (path: string, body?: unknown, from = tokens): Promise<Answer> =>
  callApi(`${gateway.url}${path}`, from, body === undefined ? {} : { body })

interface Description {
  readonly paths: Readonly<
    Record<string, Readonly<Record<string, { readonly responses: Readonly<Record<string, unknown>> }>>>
  >
  readonly components: { readonly schemas: { readonly Problem: object } }
}

const description = async (): Promise<Description> =>
  (await (await fetch(`${gateway.url}/api/openapi.json`)).json()) as Description

/** Throws where the body is not what the description says of that answer. */
const mustBeAsDescribed = async (method: 'get' | 'post', path: string, answer: Answer): Promise<void> => {
  const { paths, components } = await description()
  const response = paths[path]?.[method]?.responses[answer.status] as
    | { readonly content: Readonly<Record<string, { readonly schema: object }>> }
    | undefined
  const type = answer.headers.get('content-type')?.split(';')[0] ?? ''
  const described = response?.content[type]?.schema
  if (!described) throw new Error(`${method} ${path} ${answer.status} ${type} is not described`)
  const schema = '$ref' in described ? components.schemas.Problem : described
  z.fromJSONSchema(schema as Parameters<typeof z.fromJSONSchema>[0]).parse(answer.body)
}

describe('The API', () => {
  it('tells who the user is, by token or by cookie, in the same words', async () => {
    const answer = await api('/api/session')
    await mustBeAsDescribed('get', '/api/session', answer)
    expect(answer.body).toMatchObject({ authenticated: true, subject: 'alice', provider: 'corp' })
    expect(JSON.parse((await visitor.open(`${gateway.url}/api/session`)).body)).toEqual(answer.body)
  })

  it('lists the roles, with pins, last use and what they need', async () => {
    const page = await visitor.open(`${gateway.url}/roles`)
    const pin = { ...formWith(page, 'role', DEVELOPER), action: `${gateway.url}/roles/pin` }
    await visitor.submit(page, pin, { pinned: 'yes' })
    await api('/api/credentials', { role: DEVELOPER })
    const answer = await api('/api/roles')
    await mustBeAsDescribed('get', '/api/roles', answer)
    const shared = { account: '111122223333', accountName: 'Production', provider: 'corp', evidence: 'reissued' }
    expect(answer.body.roles).toEqual([
      {
        ...shared,
        arn: ADMIN,
        name: 'Admin',
        maxSessionSeconds: 3600,
        region: 'eu-west-1',
        isPinned: false,
        needsRecentSignIn: false,
      },
      {
        ...shared,
        arn: DEVELOPER,
        name: 'Developer',
        alias: 'dev',
        maxSessionSeconds: 14_400,
        region: 'eu-west-1',
        isPinned: true,
        lastUsedAt: expect.any(String),
      },
    ])
  })

  it('gives credentials for as long as was asked, and records the device', async () => {
    const answer = await api('/api/credentials', { role: DEVELOPER, duration: '2h' })
    await mustBeAsDescribed('post', '/api/credentials', answer)
    const { body } = answer
    expect(body).toMatchObject({ Version: 1, roleArn: DEVELOPER, region: 'eu-west-1' })
    expect(Math.abs(Date.parse(String(body.Expiration)) - Date.now() - 7_200_000)).toBeLessThan(60_000)
    expect(gateway.audit().at(-1)).toMatchObject({
      eventName: 'exchange',
      subject: 'alice',
      device: 'laptop',
      responseElements: { accessKeyId: body.AccessKeyId },
    })
    const { body: activity } = await visitor.open(`${gateway.url}/activity`)
    expect(activity).toContain(String(body.AccessKeyId))
    expect(activity).toContain('<bdi>laptop</bdi>')
  })

  it.each([[3600], ['3600'], ['1h']])('accepts the duration %j', async (duration) => {
    expect((await api('/api/credentials', { role: DEVELOPER, duration })).status).toBe(200)
  })

  it('gives a URL that opens the console, at a page', async () => {
    const answer = await api('/api/console', { role: DEVELOPER, destination: 's3' })
    await mustBeAsDescribed('post', '/api/console', answer)
    expect(String(answer.body.url)).toMatch(/^http:\/\/localhost:\d+\/federation\?Action=login/)
    expect(gateway.audit().at(-1)).toMatchObject({ eventName: 'console', device: 'laptop' })
  })

  it('is described, with an answer for each refusal', async () => {
    const { paths } = await description()
    expect(Object.keys(paths)).toEqual([
      '/api/session',
      '/api/roles',
      '/api/configuration',
      '/api/credentials',
      '/api/console',
      '/api/openapi.json',
    ])
    const response = await fetch(`${gateway.url}/api/openapi.json`)
    expect(response.headers.get('content-type')).toMatch(/^application\/json/)
    expect(JSON.stringify(await response.json())).toContain('"openapi":"3.1.0"')
  })

  const long = 'x'.repeat(11_000)
  itEach<[path: string, body: unknown, status: number, code: string]>([
    ['a role that is not granted', '/api/credentials', { role: `${DEVELOPER}X` }, 403, 'role.not_granted'],
    [
      'a duration that is too long',
      '/api/credentials',
      { role: DEVELOPER, duration: '12h' },
      400,
      'role.duration_invalid',
    ],
    [
      'a duration that is none',
      '/api/credentials',
      { role: DEVELOPER, duration: 'long' },
      400,
      'role.duration_invalid',
    ],
    ['no role', '/api/credentials', {}, 400, 'http.bad_request'],
    ['a role that is no text', '/api/credentials', { role: [DEVELOPER] }, 400, 'http.bad_request'],
    ['a field that is unknown', '/api/credentials', { role: DEVELOPER, admin: true }, 400, 'http.bad_request'],
    ['a list', '/api/credentials', [DEVELOPER], 400, 'http.bad_request'],
    [
      'a page that is none of the console',
      '/api/console',
      { role: DEVELOPER, destination: 'https://evil.example' },
      400,
      'role.destination_refused',
    ],
  ])('refuses %s', async (_, path, body, status, code) => {
    const answer = await api(path, body)
    expect(answer).toMatchObject({ status, body: { code, status } })
    await mustBeAsDescribed('post', path, answer)
  })

  it('refuses a body of more than 10 kB, of another type, and that is no JSON', async () => {
    expect(await api('/api/credentials', { role: long })).toMatchObject({ status: 413 })
    const headers = { authorization: `Bearer ${tokens.access_token}` }
    for (const [type, body] of [
      ['text/plain', JSON.stringify({ role: DEVELOPER })],
      ['application/x-www-form-urlencoded', `role=${DEVELOPER}`],
      ['application/json', '{"role":'],
    ] as const) {
      const sent = { method: 'POST', headers: { ...headers, 'content-type': type }, body }
      const response = await fetch(`${gateway.url}/api/credentials`, sent)
      expect([response.status, ((await response.json()) as { code: string }).code]).toEqual([400, 'http.bad_request'])
    }
  })

  it('asks for a new sign-in where a role needs one, and names the command', async () => {
    const slow = await startCommandLineGateway()
    const browser = await slow.signIn('alice')
    let own = await signInDevice(browser, slow.url)
    slow.pass(20)
    await browser.open(`${slow.url}/roles`)
    slow.pass(15)
    own = tokensIn(await refresh(slow.url, own))
    const roles = await callApi(`${slow.url}/api/roles`, own)
    expect(roles.body.roles).toMatchObject([{ arn: ADMIN, needsRecentSignIn: true }, { arn: DEVELOPER }])
    for (const path of ['/api/credentials', '/api/console']) {
      const answer = await callApi(`${slow.url}${path}`, own, { body: { role: ADMIN } })
      expect(answer).toMatchObject({ status: 409, body: { code: 'sts.evidence_stale' } })
      expect(answer.body.hint).toContain(`fedgate login --role ${ADMIN}`)
    }
    expect((await callApi(`${slow.url}/api/credentials`, own, { body: { role: DEVELOPER } })).status).toBe(200)
    await slow.close()
  })
})

describe('Access to the API', holds('10.10'), () => {
  const ROUTES = [
    ['GET', '/api/roles'],
    ['POST', '/api/credentials'],
    ['POST', '/api/console'],
  ] as const

  it.each(ROUTES)('%s %s takes no cookie for a token', async (method, path) => {
    const cookie = visitor.cookies.headerFor({ url: new URL(gateway.url), method: 'GET', isCrossSite: false })
    const response = await fetch(`${gateway.url}${path}`, { method, headers: { cookie } })
    expect(response.status).toBe(401)
    expect(response.headers.get('www-authenticate')).toMatch(/^DPoP algs="[^"]*", Bearer$/)
    expect(response.headers.get('content-type')).toMatch(/^application\/problem\+json/)
    expect(await response.json()).toMatchObject({ code: 'session.required', status: 401 })
  })

  it.each([
    ['an unknown token', 'Bearer xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx'],
    ['no token', 'Bearer '],
    ['another scheme', 'Basic YWxpY2U6YWxpY2U='],
    ['a token with control characters', 'Bearer x\tx'],
  ])('is refused with %s, also beside a cookie', async (_, authorization) => {
    const cookie = visitor.cookies.headerFor({ url: new URL(gateway.url), method: 'GET', isCrossSite: false })
    const response = await fetch(`${gateway.url}/api/session`, { headers: { authorization, cookie } })
    expect(response.status).toBe(401)
    expect(response.headers.get('www-authenticate')).toContain('error="invalid_token"')
  })

  it('is not given for a refresh token, nor for a bearer token sent as DPoP', async () => {
    expect((await api('/api/session', undefined, { ...tokens, access_token: tokens.refresh_token })).status).toBe(401)
    expect((await api('/api/session', undefined, { ...tokens, token_type: 'DPoP' })).status).toBe(401)
  })
})

describe('A token that is bound to a key', holds('10.10'), () => {
  let key: MachineKey
  let other: MachineKey
  let bound: Tokens
  beforeAll(async () => {
    key = await machineKey()
    other = await machineKey()
    bound = await signInDevice(visitor, gateway.url, { key, device_name: 'bound laptop' })
  })

  const url = () => `${gateway.url}/api/session`

  it('acts for the user with a proof of that key', async () => {
    expect(bound.token_type).toBe('DPoP')
    expect((await callApi(url(), bound, { key })).status).toBe(200)
    const role = { role: DEVELOPER }
    expect((await callApi(`${gateway.url}/api/credentials`, bound, { key, body: role })).status).toBe(200)
    const lines = gateway.audit().filter(({ device, eventName }) => device === 'bound laptop' && eventName === 'token')
    expect(lines).toMatchObject([{ isBound: true }])
  })

  it('is nothing without a proof, or as a bearer token', async () => {
    expect(await callApi(url(), bound)).toMatchObject({ status: 401, body: { code: 'oauth.proof_invalid' } })
    const bearer = { ...bound, token_type: 'Bearer' }
    expect(await callApi(url(), bearer)).toMatchObject({ status: 401, body: { code: 'session.required' } })
    expect(await callApi(url(), bearer, { key })).toMatchObject({ status: 401, body: { code: 'session.required' } })
  })

  it('accepts a proof once', async () => {
    const proof = await proofOf(key, { method: 'GET', url: url(), token: bound.access_token })
    expect((await callApi(url(), bound, { key, proof })).status).toBe(200)
    const again = await callApi(url(), bound, { key, proof })
    expect(again).toMatchObject({ status: 401, body: { code: 'oauth.proof_invalid' } })
    expect(again.headers.get('www-authenticate')).toContain('error="invalid_dpop_proof"')
  })

  const seconds = () => Math.floor(Date.now() / 1000)
  itEach<[claims: () => Readonly<Record<string, unknown>>]>([
    ['for another method', () => ({ htm: 'POST' })],
    ['for another address', () => ({ htu: `${gateway.url}/api/roles` })],
    ['for another host', () => ({ htu: 'https://evil.example/api/session' })],
    ['for another token', () => ({ ath: 'x' })],
    ['for no token', () => ({ ath: undefined })],
    ['of six minutes ago', () => ({ iat: seconds() - 360 })],
    ['of six minutes ahead', () => ({ iat: seconds() + 360 })],
    ['without a time', () => ({ iat: undefined })],
    ['without an id', () => ({ jti: undefined })],
    ['with an id that is no text', () => ({ jti: 7 })],
  ])('refuses a proof %s', async (_, claims) => {
    const proven = { method: 'GET', url: url(), token: bound.access_token, claims: claims() }
    const proof = await proofOf(key, proven)
    expect(await callApi(url(), bound, { key, proof })).toMatchObject({
      status: 401,
      body: { code: 'oauth.proof_invalid' },
    })
  })

  it('refuses a proof of another key, and one that is no proof', async () => {
    const refused = { status: 401, body: { code: 'oauth.proof_invalid' } }
    expect(await callApi(url(), bound, { key: other })).toMatchObject(refused)
    expect(await callApi(url(), bound, { key, proof: 'a.b.c' })).toMatchObject(refused)
  })

  it('is refreshed with that key only, and a thief without it ends nothing', async () => {
    expect((await refresh(gateway.url, bound)).status).toBe(400)
    expect((await refresh(gateway.url, bound, other)).status).toBe(400)
    const next = tokensIn(await refresh(gateway.url, bound, key))
    expect((await callApi(url(), next, { key })).status).toBe(200)
    expect(await refresh(gateway.url, bound)).toMatchObject({ body: { code: 'oauth.grant_invalid' } })
    expect((await callApi(url(), next, { key })).status).toBe(200)
  })
})
