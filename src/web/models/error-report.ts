/** The text on an error page that a user can copy into a mail. */
import type { FedgateError } from '../../core/errors.ts'
import type { Provider } from '../../gateway/providers.ts'
import { texts } from '../texts.ts'

const t = texts.error.report

export interface Reported {
  readonly error: Pick<FedgateError, 'code' | 'message' | 'hint'>
  readonly reference: string
  readonly at: Date
  readonly baseUrl: string
  /** The identity provider of this request or of the user's login, if there is one. */
  readonly provider: Provider | undefined
}

/**
 * What the administrator of the gateway or of the identity provider needs, a line each. Only what the page shows anyway
 * and what is published in metadata: no attribute values, no secrets.
 */
export function errorReport({ error, reference, at, baseUrl, provider }: Reported): string {
  return [
    [t.gateway, baseUrl],
    [t.error, error.code],
    [t.message, error.message],
    [t.next, error.hint],
    [t.time, `${at.toISOString().slice(0, 19).replace('T', ' ')} UTC`],
    [t.reference, reference],
    ...(provider ? partiesOf(provider) : []),
  ]
    .map(([name, value]) => `${name}: ${oneLine(value)}`)
    .join('\n')
}

/** Both sides by the identifiers that their administrators configured: entityIDs, or issuer and client ID. */
function partiesOf(provider: Provider): readonly (readonly [string, string])[] {
  const { id, label } = provider.settings
  const name = label === id ? id : `${label} (${id})`
  if (provider.protocol === 'oidc') {
    const { issuer, clientId } = provider.settings
    return [
      [t.provider, `${name}, ${t.issuer} ${issuer}`],
      [t.clientId, clientId],
    ]
  }
  const entityId = provider.settings.entityId ?? provider.metadataSource.status().idp?.entityId
  return [
    [t.provider, entityId === undefined ? name : `${name}, ${t.entityId} ${entityId}`],
    [t.serviceProvider, provider.serviceProvider.entityId],
  ]
}

function oneLine(text = ''): string {
  return text.replaceAll(/\s+/g, ' ').trim()
}
