/**
 * The gateway's HTTP face, on Express: routes turn requests into use-cases and their results into pages. Owns cookies,
 * sessions, CSRF, headers and status codes; knows no protocol, no XML, no token and no AWS. Start at createApp: the order
 * of what is mounted is the order in which a request meets it.
 */
import express, { type Express } from 'express'
import type { Store as ExpressSessionStore } from 'express-session'
import type { Gateway } from '../gateway/gateway.ts'
import { reference } from './caller.ts'
import { isHttps } from './cookies.ts'
import { errorAnswers, type Log, notFound } from './error-answers.ts'
import { noStore, securityHeaders } from './headers.ts'
import { allowSignOut } from './models/logout-notice.ts'
import type { WebParts } from './pages.ts'
import { activityRoutes } from './routes/activity.ts'
import { answerRoutes } from './routes/answers.ts'
import { commandLineRoutes } from './routes/command-line.ts'
import { consoleRoutes } from './routes/console.ts'
import { credentialRoutes } from './routes/credentials.ts'
import { loginRoutes } from './routes/login.ts'
import { oidcLogoutRoutes } from './routes/oidc-logout.ts'
import { personRoutes } from './routes/person.ts'
import { publishedRoutes } from './routes/published.ts'
import { renewalRoutes } from './routes/reauthentication.ts'
import { roleRoutes } from './routes/roles.ts'
import { sloRoutes } from './routes/slo.ts'
import { statusRoutes } from './routes/status.ts'
import { sessions } from './session.ts'
import { staticFiles } from './static-files.ts'
import { createViews } from './views.ts'

export interface WebSettings {
  /** How many proxies in front may set X-Forwarded-*. */
  readonly trustProxy: number
  readonly sessionStore: ExpressSessionStore
  readonly log: Log
}

/** The gateway as an Express app; the caller listens. */
export function createApp(gateway: Gateway, settings: WebSettings): Express {
  const parts: WebParts = { gateway, views: createViews() }
  const app = express()
  app.set('trust proxy', settings.trustProxy)
  app.set('query parser', 'simple')
  app.disable('x-powered-by')
  // The public origin decides, not the hop before us: else secure cookies would silently not be set behind a proxy.
  Object.defineProperty(app.request, 'secure', { get: () => isHttps(gateway.settings.baseUrl) })
  app.use(reference)
  app.use(securityHeaders(gateway.settings.baseUrl))
  app.use('/static', staticFiles())
  app.use(noStore)
  app.use(publishedRoutes(parts), commandLineRoutes())
  app.use(answerRoutes(parts), sloRoutes(parts), oidcLogoutRoutes(parts))
  app.use(express.urlencoded({ extended: false, limit: '20kb', parameterLimit: 50 }))
  app.use(sessions(gateway, settings.sessionStore), allowSignOut(gateway))
  app.use(loginRoutes(parts), personRoutes(parts), renewalRoutes(parts), roleRoutes(parts), credentialRoutes(parts))
  app.use(consoleRoutes(parts), activityRoutes(parts), statusRoutes(parts))
  app.use(notFound)
  app.use(errorAnswers(parts, settings.log))
  return app
}
