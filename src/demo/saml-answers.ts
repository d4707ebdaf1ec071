import { nameIdFormats } from '../core/identity.ts'
import { newXmlId } from '../core/ids.ts'
import type { KeyPair } from '../core/keys.ts'
import { type AttributeToIssue, issueResponse } from '../saml/issue.ts'
import { ASSERTION, PROTOCOL, STATUS_AUTHN_FAILED, STATUS_NO_AUTHN_CONTEXT, STATUS_NO_PASSIVE } from '../saml/names.ts'
import { signEnveloped } from '../xml/sign.ts'
import { element, render } from '../xml/write.ts'
import type { DemoUser } from './users.ts'

/** A service provider that the demo IdP knows. Responses are sent only to this ACS. */
export interface KnownServiceProvider {
  readonly entityId: string
  readonly acsUrl: string
}

/** A user who is signed in at the demo IdP. */
export interface IdpSession {
  readonly user: DemoUser
  readonly authnInstant: Date
  readonly sessionIndex: string
}

/** The request to answer, the issuer and the receiver. */
export interface Exchange {
  readonly entityId: string
  readonly serviceProvider: KnownServiceProvider
  readonly inResponseTo: string
}

const STATUS_RESPONDER = 'urn:oasis:names:tc:SAML:2.0:status:Responder'
/** How users sign in here. */
export const PASSWORD_OVER_TLS = 'urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport'
const ATTRNAME_BASIC = 'urn:oasis:names:tc:SAML:2.0:attrname-format:basic'
const LIFETIME_SECONDS = 300

/**
 * Why the user is not signed in: the request allowed no page (Core 3.4.1), they cancelled, or another authentication
 * context was requested (Core 3.3.2.2.1).
 */
const refusals = { passive: STATUS_NO_PASSIVE, cancelled: STATUS_AUTHN_FAILED, context: STATUS_NO_AUTHN_CONTEXT }
export type Refusal = keyof typeof refusals

/** The signed Response that identifies the user, as XML. */
export function assertUser(exchange: Exchange, session: IdpSession, keys: KeyPair, now: Date): Promise<string> {
  return issueResponse(
    {
      issuer: exchange.entityId,
      recipient: exchange.serviceProvider.acsUrl,
      audience: exchange.serviceProvider.entityId,
      inResponseTo: exchange.inResponseTo,
      nameId: { value: session.user.username, format: nameIdFormats.persistent },
      attributes: attributesOf(session.user),
      authnInstant: session.authnInstant,
      sessionIndex: session.sessionIndex,
      lifetimeSeconds: LIFETIME_SECONDS,
      sign: 'both',
      authnContextClassRef: PASSWORD_OVER_TLS,
    },
    keys,
    now,
  )
}

/** What this provider asserts about a user, by the attribute names that the gateway's rules use. */
export function attributesOf(user: DemoUser): readonly AttributeToIssue[] {
  return [
    { name: 'mail', values: [user.mail] },
    { name: 'displayName', values: [user.name] },
    { name: 'eduPersonAffiliation', values: [user.affiliation] },
    { name: 'groups', values: user.groups },
    { name: 'costCenter', values: [user.costCenter] },
  ]
    .filter(({ values }) => values.length > 0)
    .map((attribute) => ({ ...attribute, nameFormat: ATTRNAME_BASIC }))
}

/** The signed Response without an assertion. Core 3.2.2.2 */
export function refuse(exchange: Exchange, refusal: Refusal, keys: KeyPair, now: Date): Promise<string> {
  const id = newXmlId()
  const response = element(
    'samlp:Response',
    {
      'xmlns:samlp': PROTOCOL,
      'xmlns:saml': ASSERTION,
      ID: id,
      Version: '2.0',
      IssueInstant: now.toISOString(),
      Destination: exchange.serviceProvider.acsUrl,
      InResponseTo: exchange.inResponseTo,
    },
    [
      element('saml:Issuer', {}, exchange.entityId),
      element('samlp:Status', {}, [
        element('samlp:StatusCode', { Value: STATUS_RESPONDER }, [
          element('samlp:StatusCode', { Value: refusals[refusal] }),
        ]),
      ]),
    ],
  )
  return signEnveloped(render(response), { id, after: 'Issuer', signer: keys })
}
