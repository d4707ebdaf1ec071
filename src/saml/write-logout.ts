import type { LogoutRef } from '../core/identity.ts'
import { newXmlId } from '../core/ids.ts'
import { element, type Markup } from '../xml/write.ts'
import { LOGOUT_LIFETIME_SECONDS } from './logout.ts'
import {
  ASSERTION,
  LOGOUT_BY_USER,
  PROTOCOL,
  STATUS_RESPONDER,
  STATUS_SUCCESS,
  STATUS_UNKNOWN_PRINCIPAL,
} from './names.ts'
import { addSeconds, showTime } from './times.ts'

/** What every message of ours contains. */
export interface LogoutSender {
  /** Our entityID. */
  readonly issuer: string
  readonly destination: string
  readonly now: Date
}

export interface LogoutToSend {
  readonly id: string
  readonly markup: Markup
}

/** The result of the identity provider's request: it ended a session here, or none matched. */
export type LogoutResult = 'ended' | 'ended-nothing'

/** Core 3.2.2.2: Success only if something was done; an unknown principal or session gets the other status. */
const statusOf: Readonly<Record<LogoutResult, readonly Markup[]>> = {
  ended: [element('samlp:StatusCode', { Value: STATUS_SUCCESS })],
  'ended-nothing': [
    element('samlp:StatusCode', { Value: STATUS_RESPONDER }, [
      element('samlp:StatusCode', { Value: STATUS_UNKNOWN_PRINCIPAL }),
    ]),
    element('samlp:StatusMessage', {}, 'No session here has that NameID and SessionIndex.'),
  ],
}

/** Asks the identity provider to end the session that this login came from. Core 3.7.1 */
export function writeLogoutRequest(
  sender: LogoutSender,
  { nameId, sessionIndex, furtherSessionIndexes = [] }: Omit<Extract<LogoutRef, { kind: 'saml' }>, 'kind'>,
): LogoutToSend {
  return writeMessage(
    'samlp:LogoutRequest',
    sender,
    { NotOnOrAfter: showTime(addSeconds(sender.now, LOGOUT_LIFETIME_SECONDS)), Reason: LOGOUT_BY_USER },
    [
      // Exactly as received: the identity provider compares the qualifiers too (Core 3.3.4).
      element(
        'saml:NameID',
        {
          NameQualifier: nameId.nameQualifier,
          SPNameQualifier: nameId.spNameQualifier,
          Format: nameId.format,
        },
        nameId.value,
      ),
      ...[sessionIndex, ...furtherSessionIndexes].map((index) =>
        index === undefined ? undefined : element('samlp:SessionIndex', {}, index),
      ),
    ],
  )
}

function writeMessage(
  name: string,
  { issuer, destination, now }: LogoutSender,
  attributes: Readonly<Record<string, string>>,
  children: readonly (Markup | undefined)[],
): LogoutToSend {
  const id = newXmlId()
  const markup = element(
    name,
    {
      'xmlns:samlp': PROTOCOL,
      'xmlns:saml': ASSERTION,
      ID: id,
      Version: '2.0',
      IssueInstant: showTime(now),
      Destination: destination,
      ...attributes,
    },
    [element('saml:Issuer', {}, issuer), ...children],
  )
  return { id, markup }
}

/** Tells the identity provider the result of its request. Core 3.7.2 */
export function writeLogoutResponse(sender: LogoutSender, inResponseTo: string, result: LogoutResult): LogoutToSend {
  return writeMessage('samlp:LogoutResponse', sender, { InResponseTo: inResponseTo }, [
    element('samlp:Status', {}, statusOf[result]),
  ])
}
