import { type RequestHandler, Router } from 'express'
import { reasonOf } from '../../core/errors.ts'
import type { Expiry } from '../../core/expiry.ts'
import {
  type GatewayStatus,
  gatewayStatus,
  type KnownOfProvider,
  type ProviderStatus,
} from '../../gateway/operations/status.ts'
import type { Health, ProviderRow, StatusPage } from '../models/status.ts'
import { sendPage, signedIn, VERSION, type WebParts } from '../pages.ts'
import { orToLogin, requireOperator } from '../session.ts'
import { texts } from '../texts.ts'
import { toInstant, withPageDates } from '../time-zone.ts'

const t = texts.status

const HEALTH: Readonly<Record<ProviderStatus['readiness']['state'], Health>> = {
  fresh: 'good',
  copy: 'warning',
  missing: 'bad',
}

const EXPIRY: Readonly<Record<Expiry['state'], Health>> = { current: 'good', soon: 'warning', past: 'bad' }

export function statusRoutes(parts: WebParts): Router {
  return Router().get('/status', orToLogin(parts.gateway), show(parts))
}

/** GET /status: the health of the gateway, for operators only. */
function show({ gateway, views }: WebParts): RequestHandler {
  return async (request, response) => {
    const login = await requireOperator(gateway, request)
    const status = await gatewayStatus(gateway)
    const page = {
      version: VERSION,
      session: signedIn(gateway, request, login),
      startedAt: toInstant(status.startedAt),
      isReady: status.readiness.isReady,
      store: status.readiness.store,
      auditFailure: auditFailureOf(status),
      keyFailure: keyFailureOf(status),
      providers: status.providers.map(providerRow),
      certificates: status.certificates.map(({ holder, subject, shown, warning, state }) => ({
        holder,
        subject,
        shown: withPageDates(warning === undefined ? shown : `${shown}: ${warning}`),
        health: EXPIRY[state],
      })),
      catalog: catalogRow(status),
      issuer: issuerRow(status),
    }
    sendPage(response, views.render('status', page))
  }
}

function auditFailureOf({ audit: { failure } }: GatewayStatus): StatusPage['auditFailure'] {
  return (
    failure && {
      sentence: t.audits.failing(failure.reason, failure.waiting, failure.lost),
      since: toInstant(failure.since),
    }
  )
}

function keyFailureOf({ readiness: { failingKeys = {} } }: GatewayStatus): StatusPage['keyFailure'] {
  const failing = Object.entries(failingKeys)
  return failing.length === 0 ? undefined : t.keys.failing(failing.map(([key, code]) => `${key} (${code})`).join(', '))
}

function since(name: string, at: Date | undefined) {
  return at ? [{ name, value: toInstant(at) }] : []
}

function providerRow({ id, label, readiness, known, tally, warnings }: ProviderStatus): ProviderRow {
  const health = HEALTH[readiness.state]
  const { problem, protocol, source } = known
  const last = tally?.lastRefusal
  return {
    id,
    label,
    protocol,
    health: health === 'good' && (problem || warnings.length > 0) ? 'warning' : health,
    state: t.states[readiness.state],
    source,
    facts: factsOf(known),
    problem: problem ? [problem.code, reasonOf(problem) ?? problem.message].join(': ') : warnings[0],
    counts: Object.entries(tally?.counts ?? {}).map(([name, count]) => ({
      name: t.counted[name as keyof typeof t.counted],
      count,
    })),
    lastRefusal: last && { code: last.errorCode, reference: last.referenceId, at: toInstant(last.eventTime) },
  }
}

function factsOf(known: KnownOfProvider): ProviderRow['facts'] {
  return known.protocol === 'oidc'
    ? [
        ...since(t.facts.discovered, known.discoveredAt),
        ...since(t.facts.keysRead, known.keysFetchedAt),
        ...(known.idTokenSeconds === undefined
          ? []
          : [{ name: t.facts.idTokens, value: t.facts.minutes(Math.ceil(known.idTokenSeconds / 60)) }]),
      ]
    : [
        ...(known.idp ? [{ name: t.facts.idp, value: known.idp.entityId }] : []),
        ...(known.identityProviders > 1 ? [{ name: t.facts.idps, value: String(known.identityProviders) }] : []),
        ...since(t.facts.metadataRead, known.fetchedAt),
        ...since(t.facts.metadataUntil, known.validUntil),
      ]
}

/** A catalogue of thousands of roles may have as many notes. */
const MOST_NOTES = 50

function catalogRow({ catalog }: GatewayStatus): StatusPage['catalog'] {
  if (!catalog) return undefined
  const { accounts, roles, files, readAt, problem, notes } = catalog
  return {
    contents: t.catalog.contents(accounts, roles, files),
    readAt: toInstant(readAt),
    problem: problem?.message,
    notes: notes.slice(0, MOST_NOTES),
    furtherNotes: Math.max(0, notes.length - MOST_NOTES),
  }
}

function issuerRow({ issuer }: GatewayStatus): StatusPage['issuer'] {
  return issuer && { url: issuer.url, keys: issuer.keys.map((key, place) => ({ ...key, signs: place === 0 })) }
}
