/** What Prometheus reads of a gateway that users sign in to, and who else may read it. */

import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { definitions, labelValues, workersDefinition } from '../../src/gateway/metrics/definitions.ts'
import { formWith, HttpBrowser, type Page } from '../harness/http-browser.ts'
import { freePort } from '../harness/ports.ts'
import { hasPrometheus, startPrometheus } from '../harness/prometheus.ts'
import { openConnection } from '../harness/raw-http.ts'
import { sampleOf, samplesIn } from '../harness/samples.ts'
import { postAnswer, samlAnswer, signIn } from '../harness/sign-in.ts'
import {
  type ReservedGateway,
  reserveGateway,
  startConfiguredGateway,
  startTestGateway,
  type TestGateway,
} from '../harness/test-gateway.ts'
import { createTestIdp } from '../harness/test-idp.ts'
import { until } from '../stores/redis-servers.ts'

const ACCOUNT = '111122223333'
const STRANGE = 'arn:aws:iam::999999999999:role/Developer'

let gateway: TestGateway
let alice: HttpBrowser
let operator: HttpBrowser
let roles: Page

const DEPLOYED = join(import.meta.dirname, '../../deploy/prometheus')

/** What a panel of the dashboard asks, with its variables filled in. */
const dashboardQueries = async (): Promise<readonly string[]> => {
  const { panels } = JSON.parse(await readFile(join(DEPLOYED, 'dashboard.json'), 'utf8')) as Dashboard
  return panels
    .flatMap(({ targets = [] }) => targets)
    .map(({ expr }) => expr.replaceAll('$__rate_interval', '1m').replaceAll('$instance', '.*'))
}

interface Dashboard {
  readonly panels: readonly { readonly targets?: readonly { readonly expr: string }[] }[]
}

const metricsOf = async (): Promise<string> => (await fetch(`${gateway.gateway}/metrics`)).text()

beforeAll(async () => {
  gateway = await startTestGateway()
  ;[alice, operator] = [new HttpBrowser(), new HttpBrowser()]
  const answer = await samlAnswer(alice, { gateway: gateway.gateway, provider: 'corp', username: 'alice' })
  await postAnswer(alice, { ...answer, SAMLResponse: 'bm8gcmVzcG9uc2U=' })
  roles = await signIn(alice, { gateway: gateway.gateway, provider: 'corp', username: 'alice' })
  await signIn(operator, { gateway: gateway.gateway, provider: 'corp', username: 'bob' })
  await signIn(new HttpBrowser(), { gateway: gateway.gateway, provider: 'openid', username: 'bob' })
  const form = formWith(roles, 'role', `arn:aws:iam::${ACCOUNT}:role/Developer`)
  await alice.submit(roles, form)
  await alice.submit(roles, form, { role: STRANGE })
  await alice.submit(
    roles,
    { ...form, action: `${gateway.gateway}/roles/console` },
    {},
    { stopBefore: /\/federation\?/ },
  )
  await alice.open(`${gateway.gateway}/login/nobody-has-this-provider-${'x'.repeat(100)}`)
})
afterAll(() => gateway.close())

describe('/metrics', () => {
  it('counts sign-ins, refusals by code, and exchanges by account and result', async () => {
    const text = await metricsOf()
    const value = (name: string, labels: Readonly<Record<string, string>>) => sampleOf(text, name, labels)
    expect(value('fedgate_logins_total', { provider: 'corp', kind: 'new' })).toBe(2)
    expect(value('fedgate_logins_total', { provider: 'openid', kind: 'new' })).toBe(1)
    expect(value('fedgate_refusals_total', { event: 'login', provider: 'corp' })).toBe(1)
    expect(value('fedgate_exchanges_total', { account: ACCOUNT, result: 'ok' })).toBe(2)
    expect(value('fedgate_exchanges_total', { result: 'refused' })).toBe(1)
    expect(value('fedgate_refusals_total', { event: 'exchange', code: 'role.not_granted' })).toBe(1)
    expect(value('fedgate_console_sign_ins_total', { account: ACCOUNT, result: 'ok' })).toBe(1)
  })

  it('has the times of requests, steps of sign-ins, STS and the store', async () => {
    const text = await metricsOf()
    const count = (name: string, labels = {}) => sampleOf(text, `${name}_count`, labels)
    expect(count('fedgate_login_step_duration_seconds', { step: 'saml_response', result: 'ok' })).toBe(2)
    expect(count('fedgate_login_step_duration_seconds', { step: 'saml_response', result: 'refused' })).toBe(1)
    expect(count('fedgate_login_step_duration_seconds', { step: 'oidc_callback', result: 'ok' })).toBe(1)
    expect(count('fedgate_login_step_duration_seconds', { step: 'finish', result: 'ok' })).toBe(3)
    expect(count('fedgate_sts_request_duration_seconds', { evidence: 'saml', result: 'ok' })).toBe(2)
    expect(count('fedgate_store_operation_duration_seconds', { operation: 'claim' })).toBeGreaterThan(0)
    expect(count('fedgate_signature_seconds', { key: 'signing', outcome: 'ok' })).toBeGreaterThan(0)
    expect(count('fedgate_http_request_duration_seconds', { method: 'POST', status: '4xx' })).toBeGreaterThan(1)
  })

  it('has the checks of /readyz, the ages and the ends of metadata and certificates', async () => {
    const text = await metricsOf()
    expect(sampleOf(text, 'fedgate_ready')).toBe(1)
    expect(sampleOf(text, 'fedgate_check')).toBe(3)
    expect(sampleOf(text, 'fedgate_provider_available', { provider: 'corp' })).toBe(1)
    expect(sampleOf(text, 'fedgate_metadata_age_seconds', { provider: 'corp' })).toBeGreaterThanOrEqual(0)
    for (const owner of ['gateway', 'corp'])
      expect(sampleOf(text, 'fedgate_certificate_expires_in_seconds', { owner, use: 'signing' })).toBeGreaterThan(1e6)
  })

  it('has no label but those of the table, and in none a user, a role, an address or what a stranger invented', async () => {
    const ours = samplesIn(await metricsOf()).filter(({ name }) => name.startsWith('fedgate_'))
    const labels = new Set(ours.flatMap((sample) => Object.keys(sample.labels)))
    expect([...labels].filter((label) => label !== 'le' && !Object.hasOwn(labelValues, label))).toEqual([])
    const values = ours.flatMap((sample) => Object.values(sample.labels)).join('\n')
    expect(values).not.toMatch(/alice|bob|arn:|\/|999999999999|nobody-has/)
    expect(ours.some((sample) => sample.labels.account === 'other')).toBe(true)
  })

  it('has every metric of the table that there is anything to say about', async () => {
    const described = [...(await metricsOf()).matchAll(/^# TYPE (\S+) (\S+)$/gm)].map(([, name, type]) => [name, type])
    for (const { name, type } of Object.values(definitions)) expect(described).toContainEqual([name, type])
  })
})

describe('The dashboard and the alert rules', () => {
  it('name only metrics that a gateway has', async () => {
    const texts = [...(await dashboardQueries()), await readFile(join(DEPLOYED, 'alerts.yaml'), 'utf8')]
    const named = texts.flatMap((text) => text.match(/\b(?:fedgate|nodejs|process)_\w+/g) ?? [])
    const described = [...(await metricsOf()).matchAll(/^# TYPE (\S+)/gm)].map(([, name = '']) => name)
    const known = new Set([...described, workersDefinition.name])
    expect(new Set(named).size).toBeGreaterThan(20)
    expect(named.filter((name) => !known.has(name) && !known.has(name.replace(/_(?:bucket|count|sum)$/, '')))).toEqual(
      [],
    )
  })
})

describe('Who may read /metrics', () => {
  const throughProxy = async (browser: HttpBrowser): Promise<number> =>
    (await browser.open(`${gateway.gateway}/metrics`, { headers: { 'x-forwarded-for': '192.0.2.1' } })).status

  it('a program on this machine may', async () => {
    const response = await fetch(`${gateway.gateway}/metrics`)
    expect(response.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8')
    expect(response.headers.get('set-cookie')).toBeNull()
  })

  it('an operator may through a proxy, other users and strangers may not', async () => {
    expect(await throughProxy(operator)).toBe(200)
    expect(await throughProxy(alice)).toBe(403)
    expect(await throughProxy(new HttpBrowser())).toBe(401)
  })

  it.each([
    ['passes the public name on', 'GET /metrics HTTP/1.1\r\nHost: aws.example.com\r\nConnection: close\r\n\r\n'],
    ['speaks HTTP/1.0', 'GET /metrics HTTP/1.0\r\nHost: 127.0.0.1\r\n\r\n'],
    ['names itself', 'GET /metrics HTTP/1.1\r\nHost: localhost\r\nVia: 1.1 proxy\r\nConnection: close\r\n\r\n'],
  ])('a stranger may not through a proxy on this machine that %s', async (_, request) => {
    const connection = await openConnection(Number(new URL(gateway.gateway).port))
    connection.write(request)
    await connection.ended
    expect(connection.received()).toMatch(/^HTTP\/1.1 401 /)
  })
})

describe('A proxy that passes on nothing about the client', () => {
  it.each([
    ['that ends TLS', { baseUrl: 'https://aws.example.com' }],
    ['that is configured', { trustProxy: 1 }],
  ])('a program on this machine may not read the metrics past a proxy %s', async (_, keys) => {
    const [url, metadata] = [await reserveGateway(), (await createTestIdp('corp')).metadata]
    const providers = [{ id: 'corp', protocol: 'saml', metadata: './corp.xml' }]
    const behind = await startConfiguredGateway(url, { providers, ...keys }, { files: { 'corp.xml': metadata } })
    try {
      expect((await fetch(`${url}/metrics`)).status).toBe(401)
    } finally {
      await behind.close()
    }
  })
})

describe('A listener of its own', () => {
  let configured: ReservedGateway
  let metrics: string
  beforeAll(async () => {
    const port = await freePort()
    metrics = `http://127.0.0.1:${port}`
    const keys = {
      providers: [{ id: 'corp', protocol: 'saml', metadata: './corp.xml' }],
      metrics: { listen: { port } },
    }
    const files = { 'corp.xml': (await createTestIdp('corp')).metadata }
    configured = await startConfiguredGateway(await reserveGateway(), keys, { files })
  })
  afterAll(() => configured.close())

  it('answers with the metrics and nothing else', async () => {
    const response = await fetch(`${metrics}/metrics`)
    expect(sampleOf(await response.text(), 'fedgate_build_info')).toBe(1)
    const [other, posted] = [await fetch(`${metrics}/status`), await fetch(`${metrics}/metrics`, { method: 'POST' })]
    expect([other.status, posted.status]).toEqual([404, 405])
  })

  it('leaves no metrics at the address of the gateway', async () => {
    expect((await fetch(`${configured.url}/metrics`)).status).toBe(404)
  })
})

describe.skipIf(!hasPrometheus)('A real Prometheus', () => {
  it('scrapes the gateway, and counts the sign-ins', { timeout: 60_000 }, async () => {
    const prometheus = await startPrometheus(new URL(gateway.gateway).host)
    try {
      await until(async () => (await prometheus.query('up{job="fedgate"}')) === 1)
      expect(await prometheus.query('sum(fedgate_logins_total)')).toBe(3)
      expect(await prometheus.query('fedgate_build_info')).toBe(1)
      for (const query of await dashboardQueries()) await prometheus.query(query)
      expect(
        await prometheus.query('histogram_quantile(0.5, sum by (le) (fedgate_login_step_duration_seconds_bucket))'),
      ).toBeGreaterThan(0)
    } finally {
      await prometheus.stop()
    }
  })
})
