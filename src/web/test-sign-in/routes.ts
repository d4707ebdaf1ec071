/**
 * GET /status/try/:provider: a test sign-in for operators, which gives no session and no credentials. Nothing here
 * touches the operator's own session.
 */
import { type Request, type RequestHandler, type Response, Router } from 'express'
import { type Gateway, providerOf } from '../../gateway/gateway.ts'
import { hasIdpDiscovery } from '../../gateway/login/idp-discovery.ts'
import { type TestReport, testReport } from '../../gateway/test-sign-in/report.ts'
import { startTest } from '../../gateway/test-sign-in/start.ts'
import { callerOf } from '../caller.ts'
import { bindBrowser, boundBrowser } from '../cookies.ts'
import { refuseHead } from '../error-answers.ts'
import { text } from '../fields.ts'
import { redirectToIdp } from '../idp-redirect.ts'
import type { SignedIn } from '../models/page.ts'
import { type PageParts, sendPage, signedIn, VERSION, type WebParts } from '../pages.ts'
import { limited } from '../rate-limit.ts'
import { orToLogin, requireOperator } from '../session.ts'
import { testResult } from './model.ts'

type OfProvider = RequestHandler<{ provider: string }>

export function testSignInRoutes(parts: WebParts): Router {
  const isSignedIn = orToLogin(parts.gateway)
  return Router()
    .get('/status/try/:provider', isSignedIn, ask(parts))
    .head('/status/try/:provider/start', refuseHead('GET'))
    .get('/status/try/:provider/start', limited(parts, 'loginStarts'), isSignedIn, start(parts))
    .get('/status/try/:provider/result', isSignedIn, result(parts))
}

function ask({ gateway, views }: WebParts): OfProvider {
  return async (request, response) => {
    const login = await requireOperator(gateway, request)
    const { provider } = request.params
    const { label } = providerOf(gateway, provider).settings
    const idp = hasIdpDiscovery(gateway, provider) ? text(request.query.idp).slice(0, 1024).trim() : undefined
    const href = (fresh: boolean): string | undefined => (idp === '' ? undefined : startHref(provider, idp, fresh))
    const page = {
      version: VERSION,
      session: signedIn(gateway, request, login),
      providerId: provider,
      providerLabel: label,
      startHref: href(false),
      freshHref: href(true),
      idp,
    }
    sendPage(response, views.render('test-sign-in', page))
  }
}

function startHref(provider: string, idp: string | undefined, fresh: boolean): string {
  const query = new URLSearchParams({ ...(idp === undefined ? {} : { idp }), ...(fresh ? { fresh: 'yes' } : {}) })
  return `/status/try/${encodeURIComponent(provider)}/start${query.size === 0 ? '' : `?${query}`}`
}

function start(parts: WebParts): OfProvider {
  return async (request, response) => {
    const login = await requireOperator(parts.gateway, request)
    await startTestAt(parts, request, response, login.id)
  }
}

/** Sends the browser to the provider, for this owner. */
export async function startTestAt(
  parts: PageParts,
  request: Request<{ provider: string }>,
  response: Response,
  owner: string,
): Promise<void> {
  const { gateway } = parts
  const { provider } = request.params
  const idp = text(request.query.idp)
  const asked = {
    provider,
    owner,
    browserSecret: boundBrowser(gateway, request),
    isFresh: request.query.fresh === 'yes',
    ...(idp === '' ? {} : { idp }),
  }
  const started = await startTest(gateway, asked, callerOf(request, response))
  bindBrowser(gateway, response, started.browserSecret)
  redirectToIdp(parts, response, started.departure)
}

function result(parts: WebParts): OfProvider {
  return async (request, response) => {
    const { gateway } = parts
    const login = await requireOperator(gateway, request)
    const report = await reportFor(gateway, request, login.id)
    sendTestResult(parts, response, report, signedIn(gateway, request, login))
  }
}

/** The result that the request's handle names. Throws GatewayError `test.unknown`. */
export function reportFor(gateway: Gateway, request: Request, owner: string): Promise<TestReport> {
  const handle = text(request.query.handle)
  return testReport(gateway, { handle, owner, browserSecret: boundBrowser(gateway, request) })
}

export function sendTestResult(
  { gateway, views }: PageParts,
  response: Response,
  report: TestReport,
  session?: SignedIn,
): void {
  const providerLabel = providerOf(gateway, report.provider).settings.label
  sendPage(response, views.render('test-result', { version: VERSION, session, providerLabel, ...testResult(report) }))
}
