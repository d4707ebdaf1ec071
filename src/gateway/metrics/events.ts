import type { Audit, AuditEvent } from '../../audit/events.ts'
import { parseRoleArn } from '../../core/arn.ts'
import type { Instruments } from './instruments.ts'

/** The values that labels may have: everything else, which a stranger may have invented, is `other`. */
export interface KnownNames {
  hasProvider(id: string): boolean
  hasAccount(id: string): boolean
}

type Refused = Extract<AuditEvent, { readonly errorCode: string; readonly errorMessage: string }>

/** What was refused, by the event. */
const refusalNames: Partial<Readonly<Record<AuditEvent['eventName'], string>>> = {
  'login.refused': 'login',
  'logout.refused': 'logout',
  'exchange.denied': 'exchange',
  'console.denied': 'console',
  'request.refused': 'request',
}

const OTHER = 'other'

/** Refusals whose code names a limit. The limits of rates are named by the configuration. */
export const limitCodes: ReadonlySet<string> = new Set([
  'http.body_too_large',
  'login.too_many_pending',
  'oauth.too_many_codes',
  'oauth.too_many_pending',
  'oidc.answer_too_large',
  'oidc.parameter_too_long',
  'role.too_many',
  'saml.too_large',
  'saml.too_many',
])

/** The same log, with its events counted. Wrapped around what sums up floods, so each refusal of one counts. */
export function countingEvents(audit: Audit, instruments: Instruments, known: KnownNames): Audit {
  return {
    ...audit,
    record: async (event) => {
      const reference = await audit.record(event)
      count(event, instruments, known)
      return reference
    },
  }
}

function count(event: AuditEvent, instruments: Instruments, known: KnownNames): void {
  const refusal = refusalNames[event.eventName]
  if (refusal !== undefined && isRefusal(event)) countRefusal(refusal, event, instruments, known)
  switch (event.eventName) {
    case 'login':
    case 'login.renewed':
      instruments.logins.inc({
        provider: providerIn(event, known),
        kind: event.eventName === 'login' ? 'new' : 'renewed',
      })
      break
    case 'exchange':
      instruments.exchanges.inc({ account: accountIn(event, known), result: 'ok' })
      break
    case 'exchange.denied':
      // Otherwise AWS is asked again for a shorter session, and the second answer counts.
      if (event.retriedWithSeconds === undefined)
        instruments.exchanges.inc({ account: accountIn(event, known), result: 'refused' })
      break
    case 'console':
      instruments.consoles.inc({ account: accountIn(event, known), result: 'ok' })
      break
    case 'console.denied':
      instruments.consoles.inc({ account: accountIn(event, known), result: 'refused' })
      break
    case 'logout':
      instruments.logouts.inc({ reason: event.reason })
      break
    case 'token':
      instruments.tokens.inc({ grant_type: event.grantType })
      break
    case 'token.revoked':
      instruments.devicesSignedOut.inc({ reason: event.reason })
      break
  }
}

function isRefusal(event: AuditEvent): event is Refused {
  return 'errorCode' in event && event.errorCode !== undefined
}

function countRefusal(name: string, event: Refused, { refusals, limitsHit }: Instruments, known: KnownNames): void {
  const { errorCode: code, source } = event
  refusals.inc({ event: name, provider: providerIn(event, known), code })
  if (code === 'http.too_many_requests') limitsHit.inc({ limit: source?.replace(/^limits\./, '') ?? OTHER })
  else if (limitCodes.has(code)) limitsHit.inc({ limit: code })
}

function providerIn(event: { readonly provider?: string }, known: KnownNames): string {
  return event.provider !== undefined && known.hasProvider(event.provider) ? event.provider : OTHER
}

function accountIn(
  { requestParameters }: { readonly requestParameters: { readonly roleArn: string } },
  known: KnownNames,
): string {
  const account = parseRoleArn(requestParameters.roleArn)?.account
  return account !== undefined && known.hasAccount(account) ? account : OTHER
}
