/**
 * What `fedgate check --live` serves in place of the gateway, for one test sign-in: the way to one provider and back, the
 * result, and the metadata with which a SAML provider is set up before. There are no sessions here, so nothing can be
 * signed in to. Only the URL that the operator was given starts it.
 */

import type { Express, RequestHandler } from 'express'
import type { Log } from '../../core/log.ts'
import type { Gateway } from '../../gateway/gateway.ts'
import type { TestReport } from '../../gateway/test-sign-in/report.ts'
import { bareApp } from '../app.ts'
import { errorAnswers, notFound, refuseHead } from '../error-answers.ts'
import { text } from '../fields.ts'
import { answerRoutes } from '../routes/answers.ts'
import { serviceProviderMetadataRoute } from '../routes/published.ts'
import { createViews } from '../views.ts'
import { reportFor, sendTestResult, startTestAt } from './routes.ts'

export interface LiveCheck {
  readonly trustProxy: number
  readonly log: Log
  /** The secret of the URL that starts the test sign-in. */
  readonly owner: string
  /** Called with each result, after its page was sent. */
  readonly onReport: (report: TestReport) => void
}

/** The path that starts the test sign-in. */
export function liveCheckPath(provider: string, { owner, idp }: { readonly owner: string; readonly idp?: string }) {
  const query = new URLSearchParams({ key: owner, ...(idp === undefined ? {} : { idp }) })
  return `/status/try/${provider}/start?${query}`
}

/** The caller listens where the gateway would. */
export function createLiveCheckApp(gateway: Gateway, live: LiveCheck): Express {
  const parts = { gateway, views: createViews() }
  const app = bareApp(gateway, live.trustProxy)
  app.use(serviceProviderMetadataRoute(parts))
  app.use(answerRoutes(parts))
  app.head('/status/try/:provider/start', refuseHead('GET'))
  const start: RequestHandler<{ provider: string }> = async (request, response, next) => {
    if (text(request.query.key) !== live.owner) return next()
    await startTestAt(parts, request, response, live.owner)
  }
  app.get('/status/try/:provider/start', start)
  app.get('/status/try/:provider/result', async (request, response) => {
    const report = await reportFor(gateway, request, live.owner)
    response.once('finish', () => live.onReport(report))
    sendTestResult(parts, response, report)
  })
  app.use(notFound)
  app.use(errorAnswers(parts, live.log))
  return app
}
