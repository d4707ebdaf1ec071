/**
 * The gateway's HTTP interface, on Express: routes turn requests into calls of use-cases and their results into pages.
 * Owns cookies, sessions, CSRF, headers and status codes; knows no protocol, no XML, no token and no AWS. Start at
 * createApp: requests pass what is mounted in that order.
 */
import express, { type Express } from 'express'
import type { Store as ExpressSessionStore } from 'express-session'
import type { AuthorizationServer } from '../authorization/server.ts'
import type { Log } from '../core/log.ts'
import type { Gateway } from '../gateway/gateway.ts'
import { type Branding, unbranded } from './branding/branding.ts'
import { brandingRoutes } from './branding/routes.ts'
import { reference } from './caller.ts'
import { isHttps } from './cookies.ts'
import { errorAnswers, notFound } from './error-answers.ts'
import { noStore, securityHeaders } from './headers.ts'
import { linkRoutes } from './links/routes.ts'
import { measured } from './metrics/requests.ts'
import { metricsRoutes } from './metrics/routes.ts'
import { allowSignOut } from './models/logout-notice.ts'
import type { WebParts } from './pages.ts'
import { requestAccessRoutes } from './picker/request-access.ts'
import { roleRoutes } from './picker/routes.ts'
import { limited } from './rate-limit.ts'
import { activityRoutes } from './routes/activity.ts'
import { answerRoutes } from './routes/answers.ts'
import { apiRoutes } from './routes/api.ts'
import { authorizationRoutes } from './routes/authorization.ts'
import { commandLineRoutes } from './routes/command-line.ts'
import { consentRoutes } from './routes/consent.ts'
import { consoleRoutes } from './routes/console.ts'
import { credentialRoutes } from './routes/credentials.ts'
import { deviceRoutes } from './routes/device.ts'
import { discoveryRoutes } from './routes/discovery.ts'
import { loginRoutes } from './routes/login.ts'
import { oidcLogoutRoutes } from './routes/oidc-logout.ts'
import { publishedRoutes } from './routes/published.ts'
import { renewalRoutes } from './routes/reauthentication.ts'
import { sloRoutes } from './routes/slo.ts'
import { statusRoutes } from './routes/status.ts'
import { userRoutes } from './routes/user.ts'
import { sessions } from './session.ts'
import { sessionRoutes } from './sessions/routes.ts'
import { staticFiles } from './static-files.ts'
import { testSignInRoutes } from './test-sign-in/routes.ts'
import { createViews } from './views.ts'

export interface WebSettings {
  /** How many proxies in front may set X-Forwarded-*. */
  readonly trustProxy: number
  readonly sessionStore: ExpressSessionStore
  readonly log: Log
  /** For the command line. */
  readonly authorization: AuthorizationServer
  /** Whether the process is about to end: it is not ready then, and still answers. */
  readonly isStopping: () => boolean
  /** The metrics as Prometheus reads them; absent where they have a listener of their own. */
  readonly metricsText?: () => Promise<string>
  /** Whether no proxy can be in front: then what comes from this machine may read them without a sign-in. */
  readonly isDirect?: boolean
  /** Default: fedgate's own name and colours. */
  readonly branding?: Branding
}

/** The gateway as an Express app; the caller listens. */
export function createApp(gateway: Gateway, settings: WebSettings): Express {
  const { branding = unbranded } = settings
  const parts: WebParts = {
    gateway,
    authorization: settings.authorization,
    branding,
    views: createViews(branding.page),
  }
  const app = bareApp(gateway, settings.trustProxy)
  app.use(measured(gateway))
  app.use(brandingRoutes(branding))
  app.use(publishedRoutes(parts, settings.isStopping), commandLineRoutes())
  app.use('/api', limited(parts, 'api'))
  app.use('/oauth', limited(parts, 'oauth'))
  app.use(answerRoutes(parts), sloRoutes(parts), oidcLogoutRoutes(parts))
  app.use(authorizationRoutes(parts), apiRoutes(parts), discoveryRoutes(parts))
  app.use(express.urlencoded({ extended: false, limit: '20kb', parameterLimit: 50 }))
  app.use(sessions(gateway, settings.sessionStore), allowSignOut(gateway))
  app.use(loginRoutes(parts), userRoutes(parts), renewalRoutes(parts), roleRoutes(parts), credentialRoutes(parts))
  app.use(requestAccessRoutes(parts), linkRoutes(parts))
  app.use(consoleRoutes(parts), activityRoutes(parts), statusRoutes(parts), testSignInRoutes(parts))
  app.use(sessionRoutes(parts), consentRoutes(parts), deviceRoutes(parts))
  if (settings.metricsText) app.use(metricsRoutes(gateway, settings.metricsText, settings.isDirect ?? false))
  app.use(notFound)
  app.use(errorAnswers(parts, settings.log))
  return app
}

/** With what every response needs, and no routes but the static files. */
export function bareApp({ settings: { baseUrl } }: Gateway, trustProxy: number): Express {
  const app = express()
  app.set('trust proxy', trustProxy)
  app.set('query parser', 'simple')
  app.disable('x-powered-by')
  // The public origin decides, not the hop before us: otherwise secure cookies would silently be dropped behind a
  // proxy.
  Object.defineProperty(app.request, 'secure', { get: () => isHttps(baseUrl) })
  app.use(reference)
  app.use(securityHeaders(baseUrl))
  app.use('/static', staticFiles())
  app.use(noStore)
  return app
}
