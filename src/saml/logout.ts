import type { KeyObject } from 'node:crypto'
import type { NameId } from '../core/identity.ts'
import { type Check, failed, passed, runChecks, throwFirstFailure } from '../core/verdict.ts'
import { XMLDSIG } from '../xml/algorithms.ts'
import {
  attributeOf,
  childElements,
  childrenNamed,
  isNamed,
  onlyChild,
  optionalChild,
  textOf,
  trimmedTextOf,
} from '../xml/navigate.ts'
import type { XmlElement } from '../xml/tree.ts'
import type { AuthenticMessage } from './bindings.ts'
import { asSamlError, SamlError, type SamlErrorCode } from './errors.ts'
import { ASSERTION, PROTOCOL, STATUS_PARTIAL_LOGOUT, STATUS_SUCCESS } from './names.ts'
import { openEncryptedId } from './response/encrypted.ts'
import { addSeconds, showTime } from './times.ts'
import { nameIdIn, optionalTime, readNameId, requiredAttribute, requiredTime } from './values.ts'

/** The validity of a message without NotOnOrAfter, and of our own messages: seconds from IssueInstant. */
export const LOGOUT_LIFETIME_SECONDS = 300

/** What every logout message contains. */
interface Envelope {
  readonly id: string
  readonly issuer: string | undefined
  readonly destination: string | undefined
  readonly issueInstant: Date
  /** NotOnOrAfter, or without one some minutes after IssueInstant. */
  readonly endsAt: Date
}

export interface LogoutRequest {
  readonly id: string
  readonly nameId: NameId
  /** Empty: every session of that subject is meant. Core 3.7.3 */
  readonly sessionIndexes: readonly string[]
  readonly issueInstant: Date
  /** It is no longer accepted from then on, plus clock skew. */
  readonly endsAt: Date
}

/** The result of a logout that we requested. */
export interface LogoutResponse {
  readonly inResponseTo: string
  /** `partial`: some application did not take part. `failed`: the identity provider reports a failure. */
  readonly outcome: 'complete' | 'partial' | 'failed'
}

export interface ExpectedLogout {
  /** The identity provider's entityID. */
  readonly issuer: string
  /** Our single logout service. */
  readonly sloUrl: string
  readonly clockSkewSeconds: number
  /** Decrypts an EncryptedID; absent or empty: none is accepted. */
  readonly decryptionKeys?: readonly KeyObject[]
}
type ExpectedNow = ExpectedLogout & { readonly now: Date }

type LogoutCheck = Check<Envelope, ExpectedNow>

/** Core 3.7.1 with Profiles 4.4.4.1: the issuer must be named. */
const logoutIssuerIsTheIdp: LogoutCheck = ({ issuer }, expected) =>
  issuer === expected.issuer ? passed() : failed(expected.issuer, issuer ?? 'none', 'Issuer')

/** Every message here is signed, and a signed one must have a Destination. Bindings 3.4.5.2, 3.5.5.2 */
const logoutIsForUs: LogoutCheck = ({ destination }, { sloUrl }) =>
  destination === sloUrl ? passed() : failed(sloUrl, destination ?? 'none', '@Destination')

const logoutHasBegun: LogoutCheck = ({ issueInstant }, { now, clockSkewSeconds }) => {
  const latest = addSeconds(now, clockSkewSeconds)
  return issueInstant <= latest
    ? passed()
    : failed(`until ${showTime(latest)}`, showTime(issueInstant), '@IssueInstant')
}

const logoutIsCurrent: LogoutCheck = ({ endsAt }, { now, clockSkewSeconds }) => {
  const earliest = addSeconds(now, -clockSkewSeconds)
  return endsAt > earliest ? passed() : failed(`after ${showTime(earliest)}`, showTime(endsAt), '@NotOnOrAfter')
}

/** The checks of every logout message, after its signature. */
export const logoutChecks = { logoutIssuerIsTheIdp, logoutIsForUs, logoutHasBegun, logoutIsCurrent }

const checkCodes: Readonly<Record<keyof typeof logoutChecks, SamlErrorCode>> = {
  logoutIssuerIsTheIdp: 'saml.logout_issuer_mismatch',
  logoutIsForUs: 'saml.logout_destination_mismatch',
  logoutHasBegun: 'saml.logout_not_yet_valid',
  logoutIsCurrent: 'saml.logout_expired',
}

/** The first children of both messages; a redirect's message has no Signature. */
const HEAD = '(saml:Issuer )?(ds:Signature )?(samlp:Extensions )?'
const REQUEST_ORDER = new RegExp(`^${HEAD}(saml:(BaseID|NameID|EncryptedID) )(samlp:SessionIndex )*$`)
const RESPONSE_ORDER = new RegExp(`^${HEAD}samlp:Status $`)

const PREFIXES: ReadonlyMap<string, string> = new Map([
  [ASSERTION, 'saml:'],
  [PROTOCOL, 'samlp:'],
  [XMLDSIG, 'ds:'],
])

/** The identity provider's request. Core 3.7.1. Throws SamlError. The caller checks whether it is a replay. */
export function readLogoutRequest(message: AuthenticMessage, expected: ExpectedLogout, now: Date): LogoutRequest {
  return asSamlError(() => {
    mustBeShaped(message, 'LogoutRequest', REQUEST_ORDER)
    const envelope = readEnvelope(message)
    mustPassChecks(envelope, { ...expected, now })
    const nameId = readSubject(message, expected)
    if (!nameId || nameId.value.trim() === '')
      throw new SamlError('saml.logout_subject_missing', { expected: 'a NameID', source: 'LogoutRequest' })
    const { id, issueInstant, endsAt } = envelope
    const sessionIndexes = childrenNamed(message, PROTOCOL, 'SessionIndex').map(trimmedTextOf)
    return { id, nameId, sessionIndexes, issueInstant, endsAt }
  })
}

function mustBeShaped(message: XmlElement, local: string, order: RegExp): void {
  if (!isNamed(message, PROTOCOL, local))
    throw new SamlError('saml.not_a_logout', { expected: local, found: `{${message.uri}}${message.local}` })
  const version = attributeOf(message, 'Version')
  if (version !== '2.0')
    throw new SamlError('saml.version', { expected: '2.0', found: version ?? 'none', source: `${local}/@Version` })
  const found = childElements(message).map((child) => `${PREFIXES.get(child.uri) ?? '?:'}${child.local} `)
  if (!order.test(found.join('')))
    throw new SamlError('saml.child_order', {
      expected: 'the order of the schema',
      found: found.join('').slice(0, 200),
      source: local,
    })
}

function readEnvelope(message: AuthenticMessage): Envelope {
  const issuer = optionalChild(message, ASSERTION, 'Issuer')
  const issueInstant = requiredTime(message, 'IssueInstant')
  return {
    id: requiredAttribute(message, 'ID'),
    issuer: issuer && textOf(issuer),
    destination: attributeOf(message, 'Destination'),
    issueInstant,
    endsAt: optionalTime(message, 'NotOnOrAfter') ?? addSeconds(issueInstant, LOGOUT_LIFETIME_SECONDS),
  }
}

function mustPassChecks(envelope: Envelope, expected: ExpectedNow): void {
  const verdict = runChecks<Envelope, ExpectedNow>(logoutChecks, envelope, expected)
  throwFirstFailure(verdict, checkCodes, (code, failure) => new SamlError(code, { ...failure, verdict }))
}

/** The message around it is signed, so the ciphertext was not changed on the way. */
function readSubject(root: AuthenticMessage, { decryptionKeys = [] }: ExpectedLogout): NameId | undefined {
  const encrypted = optionalChild(root, ASSERTION, 'EncryptedID')
  if (!encrypted) return readNameId(root)
  return nameIdIn(openEncryptedId(encrypted, { root, keys: decryptionKeys, isVouchedFor: true, acceptsBareCbc: false }))
}

/** The identity provider's response. Core 3.7.2. Throws SamlError. The caller checks whether we sent the request. */
export function readLogoutResponse(message: AuthenticMessage, expected: ExpectedLogout, now: Date): LogoutResponse {
  return asSamlError(() => {
    mustBeShaped(message, 'LogoutResponse', RESPONSE_ORDER)
    mustPassChecks(readEnvelope(message), { ...expected, now })
    return { inResponseTo: requiredAttribute(message, 'InResponseTo'), outcome: logoutOutcome(message) }
  })
}

/** Implementations put PartialLogout inside Success or inside Responder. Core 3.2.2.2 */
function logoutOutcome(message: AuthenticMessage): LogoutResponse['outcome'] {
  const code = onlyChild(onlyChild(message, PROTOCOL, 'Status'), PROTOCOL, 'StatusCode')
  const detail = optionalChild(code, PROTOCOL, 'StatusCode')
  if (detail && attributeOf(detail, 'Value') === STATUS_PARTIAL_LOGOUT) return 'partial'
  return attributeOf(code, 'Value') === STATUS_SUCCESS ? 'complete' : 'failed'
}
