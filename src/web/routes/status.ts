import { type RequestHandler, Router } from 'express'
import { reasonOf } from '../../core/errors.ts'
import type { Expiry } from '../../core/expiry.ts'
import { mustBeOperator } from '../../gateway/operators.ts'
import { type GatewayStatus, gatewayStatus, type KnownOfProvider, type ProviderStatus } from '../../gateway/status.ts'
import { toInstant } from '../instant.ts'
import { sendPage, signedIn, VERSION, type WebParts } from '../pages.ts'
import type { Health, ProviderRow, StatusPage } from '../person-models.ts'
import { orToLogin, requireLogin } from '../session.ts'

const STATES: Readonly<Record<ProviderStatus['readiness']['state'], readonly [Health, string]>> = {
  fresh: ['good', 'People can sign in'],
  copy: ['warning', 'The last good copy serves'],
  missing: ['bad', 'Nobody can sign in'],
}

const EXPIRY: Readonly<Record<Expiry['state'], Health>> = { current: 'good', soon: 'warning', past: 'bad' }

const since = (name: string, at: Date | undefined) => (at ? [{ name, value: toInstant(at).text }] : [])

const factsOf = (known: KnownOfProvider): ProviderRow['facts'] =>
  known.protocol === 'oidc'
    ? [...since('Discovered', known.discoveredAt), ...since('Keys read', known.keysFetchedAt)]
    : [
        ...(known.idp ? [{ name: 'Identity provider', value: known.idp.entityId }] : []),
        ...(known.identityProviders > 1
          ? [{ name: 'Identity providers', value: String(known.identityProviders) }]
          : []),
        ...since('Metadata read', known.fetchedAt),
        ...since('Metadata valid until', known.validUntil),
      ]

const COUNT_NAMES = {
  login: 'Sign-ins',
  'login.renewed': 'Renewed',
  'login.refused': 'Refused sign-ins',
  exchange: 'Exchanges',
  'exchange.denied': 'Denied exchanges',
  console: 'Consoles',
  'console.denied': 'Denied consoles',
  logout: 'Sign-outs',
} as const

const providerRow = ({ id, label, readiness, known, tally }: ProviderStatus): ProviderRow => {
  const [health, state] = STATES[readiness.state]
  const { problem, protocol, source } = known
  const last = tally?.lastRefusal
  return {
    id,
    label,
    protocol,
    health: health === 'good' && problem ? 'warning' : health,
    state,
    source,
    facts: factsOf(known),
    problem: problem && [problem.code, reasonOf(problem) ?? problem.message].join(': '),
    counts: Object.entries(tally?.counts ?? {}).map(([name, count]) => ({
      name: COUNT_NAMES[name as keyof typeof COUNT_NAMES],
      count,
    })),
    lastRefusal: last && { code: last.errorCode, reference: last.referenceId, at: toInstant(last.eventTime) },
  }
}

const issuerRow = ({ issuer }: GatewayStatus): StatusPage['issuer'] =>
  issuer && { url: issuer.url, keys: issuer.keys.map((key, place) => ({ ...key, signs: place === 0 })) }

/** GET /status: how the gateway does. For operators; for everybody else it is not there to see. */
const show =
  ({ gateway, views }: WebParts): RequestHandler =>
  async (request, response) => {
    const login = await requireLogin(gateway, request)
    mustBeOperator(gateway, login.signIn.identity)
    const status = await gatewayStatus(gateway)
    const page = {
      version: VERSION,
      session: signedIn(gateway, request, login),
      startedAt: toInstant(status.startedAt),
      isReady: status.readiness.isReady,
      store: status.readiness.store,
      providers: status.providers.map(providerRow),
      certificates: status.certificates.map(({ holder, subject, shown, warning, state }) => ({
        holder,
        subject,
        shown: warning === undefined ? shown : `${shown}: ${warning}`,
        health: EXPIRY[state],
      })),
      issuer: issuerRow(status),
    }
    sendPage(response, views.render('status', page))
  }

export const statusRoutes = (parts: WebParts): Router => Router().get('/status', orToLogin(parts.gateway), show(parts))
