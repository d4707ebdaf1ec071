import type { KeyObject } from 'node:crypto'
import type { NameId } from '../core/identity.ts'
import { type Check, firstFailure, pass, runChecks } from '../core/verdict.ts'
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

/** What a message without NotOnOrAfter is good for, and what ours get: seconds from IssueInstant. */
export const LOGOUT_LIFETIME_SECONDS = 300

/** What every logout message says of itself. */
interface Envelope {
  readonly id: string
  readonly issuer: string | undefined
  readonly destination: string | undefined
  readonly issueInstant: Date
  /** NotOnOrAfter, or where there is none, some minutes from IssueInstant. */
  readonly endsAt: Date
}

export interface LogoutRequest {
  readonly id: string
  readonly nameId: NameId
  /** Empty: every session of that subject is meant. Core 3.7.3 */
  readonly sessionIndexes: readonly string[]
  readonly issueInstant: Date
  /** From then on it is no longer taken; plus clock skew. */
  readonly endsAt: Date
}

/** What became of a logout that we asked for. */
export interface LogoutResponse {
  readonly inResponseTo: string
  /** `partial`: some application did not take part. `failed`: the identity provider says that it did not happen. */
  readonly outcome: 'complete' | 'partial' | 'failed'
}

export interface ExpectedLogout {
  /** The identity provider's entityID. */
  readonly issuer: string
  /** Our single logout service. */
  readonly sloUrl: string
  readonly clockSkewSeconds: number
  /** What opens an EncryptedID; missing or empty: none is taken. */
  readonly decryptionKeys?: readonly KeyObject[]
}
type ExpectedNow = ExpectedLogout & { readonly now: Date }

type LogoutCheck = Check<Envelope, ExpectedNow>

/** Core 3.7.1 with Profiles 4.4.4.1: the issuer must be named. */
const logoutIssuerIsTheIdp: LogoutCheck = ({ issuer }, expected) =>
  issuer === expected.issuer ? pass : { expected: expected.issuer, found: issuer ?? 'none', source: 'Issuer' }

/** Every message here is signed, and a signed one must say where it goes. Bindings 3.4.5.2, 3.5.5.2 */
const logoutIsForUs: LogoutCheck = ({ destination }, { sloUrl }) =>
  destination === sloUrl ? pass : { expected: sloUrl, found: destination ?? 'none', source: '@Destination' }

const logoutHasBegun: LogoutCheck = ({ issueInstant }, { now, clockSkewSeconds }) => {
  const latest = addSeconds(now, clockSkewSeconds)
  return issueInstant <= latest
    ? pass
    : { expected: `until ${showTime(latest)}`, found: showTime(issueInstant), source: '@IssueInstant' }
}

const logoutIsCurrent: LogoutCheck = ({ endsAt }, { now, clockSkewSeconds }) => {
  const earliest = addSeconds(now, -clockSkewSeconds)
  return endsAt > earliest
    ? pass
    : { expected: `after ${showTime(earliest)}`, found: showTime(endsAt), source: '@NotOnOrAfter' }
}

/** What is asked of every logout message, once its signature held. */
export const logoutChecks = { logoutIssuerIsTheIdp, logoutIsForUs, logoutHasBegun, logoutIsCurrent }

const checkCodes: Readonly<Record<keyof typeof logoutChecks, SamlErrorCode>> = {
  logoutIssuerIsTheIdp: 'saml.logout_issuer_mismatch',
  logoutIsForUs: 'saml.logout_destination_mismatch',
  logoutHasBegun: 'saml.logout_not_yet_valid',
  logoutIsCurrent: 'saml.logout_expired',
}

/** The children that both messages begin with; a redirect's message has no Signature. */
const HEAD = '(saml:Issuer )?(ds:Signature )?(samlp:Extensions )?'
const REQUEST_ORDER = new RegExp(`^${HEAD}(saml:(BaseID|NameID|EncryptedID) )(samlp:SessionIndex )*$`)
const RESPONSE_ORDER = new RegExp(`^${HEAD}samlp:Status $`)

const PREFIXES: ReadonlyMap<string, string> = new Map([
  [ASSERTION, 'saml:'],
  [PROTOCOL, 'samlp:'],
  [XMLDSIG, 'ds:'],
])

/** What the identity provider asks. Core 3.7.1. Throws SamlError. Whether it was seen before is the caller's to ask. */
export function readLogoutRequest(message: AuthenticMessage, expected: ExpectedLogout, now: Date): LogoutRequest {
  return asSamlError(() => {
    mustBeShaped(message, 'LogoutRequest', REQUEST_ORDER)
    const envelope = readEnvelope(message)
    judge(envelope, { ...expected, now })
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

function judge(envelope: Envelope, expected: ExpectedNow): void {
  const verdict = runChecks<Envelope, ExpectedNow>(logoutChecks, envelope, expected)
  const failure = firstFailure(verdict)
  if (!failure) return
  const { name, expected: wanted = '', found = '', source = '' } = failure
  throw new SamlError(checkCodes[name as keyof typeof checkCodes], { expected: wanted, found, source, verdict })
}

/** The message is signed around it, so that nobody changed the ciphertext on its way. */
function readSubject(root: AuthenticMessage, { decryptionKeys = [] }: ExpectedLogout): NameId | undefined {
  const encrypted = optionalChild(root, ASSERTION, 'EncryptedID')
  if (!encrypted) return readNameId(root)
  return nameIdIn(openEncryptedId(encrypted, { root, keys: decryptionKeys, isVouchedFor: true, acceptsBareCbc: false }))
}

/** What the identity provider answers. Core 3.7.2. Throws SamlError. Whether we asked is the caller's to find out. */
export function readLogoutResponse(message: AuthenticMessage, expected: ExpectedLogout, now: Date): LogoutResponse {
  return asSamlError(() => {
    mustBeShaped(message, 'LogoutResponse', RESPONSE_ORDER)
    judge(readEnvelope(message), { ...expected, now })
    return { inResponseTo: requiredAttribute(message, 'InResponseTo'), outcome: outcomeOf(message) }
  })
}

/** PartialLogout stands inside Success or inside Responder, depending on who reads Core 3.2.2.2 */
function outcomeOf(message: AuthenticMessage): LogoutResponse['outcome'] {
  const code = onlyChild(onlyChild(message, PROTOCOL, 'Status'), PROTOCOL, 'StatusCode')
  const detail = optionalChild(code, PROTOCOL, 'StatusCode')
  if (detail && attributeOf(detail, 'Value') === STATUS_PARTIAL_LOGOUT) return 'partial'
  return attributeOf(code, 'Value') === STATUS_SUCCESS ? 'complete' : 'failed'
}
