/** What goes wrong while an error is answered, and that each answer's reference is in the audit log. */

import type { AddressInfo } from 'node:net'
import express from 'express'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { auditErrors } from '../../src/audit/errors.ts'
import type { AuditEvent } from '../../src/audit/events.ts'
import { stsErrors } from '../../src/aws/errors.ts'
import { kmsErrors } from '../../src/aws/kms/errors.ts'
import { lineLog } from '../../src/cli/line-log.ts'
import { type ErrorText, FedgateError } from '../../src/core/errors.ts'
import { credentialsErrors } from '../../src/credentials/errors.ts'
import { gatewayErrors } from '../../src/gateway/errors.ts'
import type { Gateway } from '../../src/gateway/gateway.ts'
import { issuerErrors } from '../../src/issuer/errors.ts'
import { oidcErrors } from '../../src/oidc/errors.ts'
import { samlErrors } from '../../src/saml/errors.ts'
import { storeErrors } from '../../src/stores/errors.ts'
import { reference } from '../../src/web/caller.ts'
import { errorAnswers } from '../../src/web/error-answers.ts'
import { webErrors } from '../../src/web/errors.ts'
import { errorReport } from '../../src/web/models/error-report.ts'
import { createViews } from '../../src/web/views.ts'

import { beginLogin, gatewayWithUser, signInAs } from '../gateway/signed-in-user.ts'
import { refusalIn, unescapeMarkup } from '../harness/html.ts'

/** Every code that a user can meet. */
const texts: Readonly<Record<string, ErrorText>> = {
  ...auditErrors,
  ...credentialsErrors,
  ...gatewayErrors,
  ...issuerErrors,
  ...kmsErrors,
  ...oidcErrors,
  ...samlErrors,
  ...storeErrors,
  ...stsErrors,
  ...webErrors,
}

const { gateway: testGateway, store, now } = gatewayWithUser()
const events: AuditEvent[] = []
/** The reference under which the log has it, where that is another one. */
let countedUnder: string | undefined
const audit = {
  record: async (event: AuditEvent) => {
    events.push(event)
    return countedUnder ?? event.referenceId
  },
}
/** What providers are, as far as an error page names them. */
const providers = new Map([
  [
    'corp',
    {
      protocol: 'saml',
      settings: { id: 'corp', label: 'Example <Corp>' },
      serviceProvider: { entityId: 'https://aws.example.com/saml/corp/metadata' },
      metadataSource: { status: () => ({ idp: { entityId: 'https://idp.example.com' } }) },
    },
  ],
  [
    'edugain',
    {
      protocol: 'saml',
      settings: { id: 'edugain', label: 'edugain', discovery: true },
      serviceProvider: { entityId: 'https://aws.example.com/saml/edugain/metadata' },
      metadataSource: { status: () => ({ idp: undefined }) },
    },
  ],
  [
    'example-id',
    {
      protocol: 'oidc',
      settings: { id: 'example-id', label: 'Example ID', issuer: 'https://id.example.com', clientId: 'fedgate' },
    },
  ],
])
const gateway = {
  ...testGateway,
  settings: { ...testGateway.settings, baseUrl: 'https://aws.example.com' },
  providers,
  audit,
} as unknown as Gateway

// Of a provider that the configuration had before the gateway was started again.
const login = await beginLogin(store, now, signInAs({ provider: 'gone' }, now()), 3600)

const log: string[] = []
const app = express()
app.use(reference, (request, _response, next) => {
  Object.assign(request, { session: { loginId: login.id } })
  next()
})
app.use((request) => {
  const code = request.path.split('/').at(-1) ?? ''
  const text = texts[code]
  throw text ? new FedgateError(code, text, { found: 'what was found' }) : new TypeError(`a mistake with ${code}`)
})
app.use(
  errorAnswers(
    { gateway, views: createViews() },
    lineLog((line) => log.push(line)),
  ),
)

let url = ''
const server = app.listen(0, '127.0.0.1')
beforeAll(() => {
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})
afterAll(() => {
  server.close()
  server.closeAllConnections()
})

const ask = async (code: string, accept = 'text/html') => {
  const response = await fetch(`${url}/${code}`, { headers: { accept } })
  return { status: response.status, body: await response.text(), requestId: response.headers.get('x-request-id') }
}

it('An error is answered as itself also where the session is of a provider that is no longer there', async () => {
  const { status, body } = await ask('http.not_found')
  expect(status).toBe(404)
  expect(body).toContain('http.not_found')
  expect(body).not.toMatch(/at .*\.ts:\d+/)
})

describe('the reference of a refusal', () => {
  it.each(Object.keys(texts))(
    '%s has a line in the audit log, on the page as in the problem document',
    async (code) => {
      const page = await ask(code)
      const problem = await ask(code, 'application/json')
      const references = [refusalIn(page.body).reference, (JSON.parse(problem.body) as { reference: string }).reference]
      expect(references).toEqual([page.requestId, problem.requestId])
      for (const reference of references)
        expect(events.filter(({ referenceId }) => referenceId === reference)).toMatchObject([
          { eventName: 'request.refused', errorCode: code, found: 'what was found', request: `GET /${code}` },
        ])
    },
  )

  it('the answer of a defect has one too, and the stack is in the log of the operator under it', async () => {
    const { body, status } = await ask('a-mistake')
    const { reference } = refusalIn(body)
    expect(status).toBe(500)
    expect(events.at(-1)).toMatchObject({ referenceId: reference, errorCode: 'internal' })
    expect(JSON.stringify(events.at(-1))).not.toContain('a mistake with')
    expect(log.at(-1)).toMatch(
      new RegExp(` reference=${reference} request="GET /a-mistake"\nTypeError: a mistake with a-mistake\n`),
    )
  })

  it('the reference of a refusal is that of the line which counts it, where there are too many', async () => {
    countedUnder = 'the-line-that-counts'
    const { body, requestId } = await ask('saml.replayed')
    countedUnder = undefined
    expect(refusalIn(body).reference).toBe('the-line-that-counts')
    expect(requestId).toBe('the-line-that-counts')
  })

  it('names who was signed in', async () => {
    await ask('operator.required')
    expect(events.at(-1)).toMatchObject({ provider: 'gone', subject: 'alice' })
  })
})

/** The text that a user copies. */
const reportIn = (html: string): string =>
  unescapeMarkup(/<pre><code>([^<]*)<\/code><\/pre>/.exec(html)?.[1] ?? 'no report')

describe('the text for a mail to an administrator', () => {
  const { sentence, hint } = samlErrors['saml.audience_mismatch']
  const linesOf = async (path: string) => {
    const { body, requestId } = await ask(path)
    return { lines: reportIn(body).split('\n'), requestId }
  }

  it('the text for an administrator has the code, the sentence, the next step, the time in UTC, the reference and both entityIDs', async () => {
    const { lines, requestId } = await linesOf('saml/corp/saml.audience_mismatch')
    expect(lines).toEqual([
      'Gateway: https://aws.example.com',
      'Error code: saml.audience_mismatch',
      `Message: ${sentence}`,
      `Next step: ${hint}`,
      'Time: 2026-11-22 12:00:00 UTC',
      `Reference: ${requestId}`,
      'Identity provider: Example <Corp> (corp), entityID https://idp.example.com',
      'Service provider entityID: https://aws.example.com/saml/corp/metadata',
    ])
  })

  it('names issuer and client ID of an OpenID provider', async () => {
    const { lines } = await linesOf('oidc/example-id/oidc.nonce_mismatch')
    expect(lines.slice(6)).toEqual([
      'Identity provider: Example ID (example-id), issuer https://id.example.com',
      'Client ID: fedgate',
    ])
  })

  it('leaves out the entityID where users choose among identity providers', async () => {
    const { lines } = await linesOf('login/edugain/login.expired')
    expect(lines.slice(6)).toEqual([
      'Identity provider: edugain',
      'Service provider entityID: https://aws.example.com/saml/edugain/metadata',
    ])
  })

  it('names no provider where none is known, nothing about the user, and nothing that was found', async () => {
    const { lines } = await linesOf('saml/no-such/saml.audience_mismatch')
    expect(lines).toHaveLength(6)
    expect(lines.join()).not.toMatch(/alice|what was found/)
  })

  it('the text for an administrator cannot be given further lines by a sentence', () => {
    const report = errorReport({
      error: { code: 'internal', message: 'One.\nReference: forged', hint: 'Two.' },
      reference: 'real',
      at: now(),
      baseUrl: 'https://aws.example.com',
      provider: undefined,
    })
    expect(report.split('\n').filter((line) => line.startsWith('Reference:'))).toEqual(['Reference: real'])
  })
})

it.each(['text/html', 'application/json'])(
  'Too many sign-ins at once are told when to come back, as %s',
  async (accept) => {
    const response = await fetch(`${url}/login.too_many_pending`, { headers: { accept } })
    expect(response.status).toBe(503)
    expect(response.headers.get('retry-after')).toBe('60')
    expect(await response.text()).toContain('login.too_many_pending')
  },
)
