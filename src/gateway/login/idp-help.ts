/**
 * Where an identity provider helps users whom the gateway cannot let in, from the errorURL of its metadata: for refusals
 * that only the provider can mend. REFEDS: SAML V2.0 Metadata Deployment Profile for errorURL 1.0
 */
import type { FedgateError } from '../../core/errors.ts'
import { type Gateway, providerOf } from '../gateway.ts'
import { metadataOf, type SamlProvider } from '../providers.ts'
import type { Login } from './logins.ts'

type ErrorUrlCode = 'IDENTIFICATION_FAILURE' | 'AUTHENTICATION_FAILURE' | 'AUTHORIZATION_FAILURE' | 'OTHER_ERROR'

interface Help {
  /** May have placeholders. */
  readonly errorUrl: string
  /** Our entityID. */
  readonly serviceProvider: string
}

/** When it happened, and under which reference the log has it. */
export interface Occasion {
  readonly now: Date
  readonly reference: string
}

/** Refusals that an identity provider can mend, by what it has to look at. */
const MENDED_BY_IDP: ReadonlyMap<string, ErrorUrlCode> = new Map([
  ...(['saml.subject_missing', 'saml.subject_out_of_scope', 'saml.text_expected'] as const).map(
    (code) => [code, 'IDENTIFICATION_FAILURE'] as const,
  ),
  ...(
    [
      'saml.authn_context_mismatch',
      'saml.no_authn_context',
      'saml.authn_failed',
      'login.authentication_too_old',
    ] as const
  ).map((code) => [code, 'AUTHENTICATION_FAILURE'] as const),
  ['saml.request_denied', 'AUTHORIZATION_FAILURE'],
  ...(
    [
      ...['saml.idp_refused', 'saml.signature_missing', 'saml.assertion_unsigned', 'saml.response_unsigned'],
      ...['saml.audience_missing', 'saml.audience_mismatch', 'saml.recipient_mismatch', 'saml.destination_mismatch'],
      ...['saml.conditions_missing', 'saml.confirmation_missing', 'saml.authn_statement_missing'],
      ...['saml.assertion_too_old', 'saml.assertion_from_future', 'saml.assertion_not_encrypted'],
    ] as const
  ).map((code) => [code, 'OTHER_ERROR'] as const),
])

/** By error, as the page about it is written elsewhere. */
const helpOf = new WeakMap<object, Help>()

/** Remembers the identity provider that the refused response came from. Never rejects. */
export async function rememberIdp(error: unknown, provider: SamlProvider, entityId: string | undefined): Promise<void> {
  if (typeof error !== 'object' || error === null) return
  const help = await helpAt(provider, entityId)
  if (help) helpOf.set(error, help)
}

async function helpAt(provider: SamlProvider, entityId: string | undefined): Promise<Help | undefined> {
  const { errorUrl } = await metadataOf(provider, entityId).catch(() => ({ errorUrl: undefined }))
  return errorUrl === undefined ? undefined : { errorUrl, serviceProvider: provider.serviceProvider.entityId }
}

/** Where the identity provider helps with this refusal; undefined if it cannot mend it, or has no such page. */
export function helpWithRefusal(error: FedgateError, occasion: Occasion): string | undefined {
  const code = MENDED_BY_IDP.get(error.code)
  const help = helpOf.get(error)
  // What would have been needed: names of classes and attributes, never a value of the user.
  const context = code === 'AUTHENTICATION_FAILURE' ? error.expected?.replaceAll(' or ', ' ') : error.source
  return code && help && filledIn(help, code, context?.replace(/^Attribute /, '') ?? error.code, occasion)
}

/** The same for a user without roles, whose identity provider may release more. */
export async function helpWithoutRoles(
  gateway: Pick<Gateway, 'providers'>,
  { signIn: { identity } }: Login,
  occasion: Occasion,
): Promise<string | undefined> {
  const provider = providerOf(gateway, identity.provider)
  if (provider.protocol !== 'saml') return undefined
  const help = await helpAt(provider, identity.issuer)
  return help && filledIn(help, 'AUTHORIZATION_FAILURE', 'roles', occasion)
}

/** Errorurl 1.0, 2: each placeholder is replaced wherever it occurs. */
function filledIn(
  { errorUrl, serviceProvider }: Help,
  code: ErrorUrlCode,
  context: string,
  { now, reference }: Occasion,
): string {
  const values: Readonly<Record<string, string>> = {
    CODE: code,
    TS: String(Math.floor(now.getTime() / 1000)),
    RP: serviceProvider,
    TID: reference,
    CTX: context,
  }
  return errorUrl.replaceAll(/ERRORURL_(CODE|TS|RP|TID|CTX)/g, (_, name: string) =>
    encodeURIComponent(values[name] ?? ''),
  )
}
