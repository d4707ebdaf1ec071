/** Reads a file with the claims of a provider. Nothing is verified: the result never signs anyone in. */

import { rolePairs } from '../../access/role-attribute.ts'
import { samlRedemptionSeconds } from '../../aws/facts/limits.ts'
import { FedgateError, reasonOf } from '../../core/errors.ts'
import type { Attributes } from '../../core/identity.ts'
import { isObject } from '../../core/json.ts'
import { type Claims, type OriginalAssertion, type OriginalToken, readToken } from '../../evidence/original-evidence.ts'
import { ASSERTION, PROTOCOL } from '../../saml/names.ts'
import { readUnverified } from '../../saml/response/assertion.ts'
import { decodeBase64, decodeUtf8 } from '../../xml/base64.ts'
import { attributeOf, isNamed, optionalChild, textOf } from '../../xml/navigate.ts'
import { parseXml } from '../../xml/parse.ts'
import type { XmlElement } from '../../xml/tree.ts'
import { ExplainError } from '../errors.ts'

/** Claims without a protocol message around them. */
export interface PlainClaims {
  readonly kind: 'plain'
  readonly nameId: { readonly value: string; readonly format?: string } | undefined
  readonly attributes: Attributes
}

export type ClaimsInFile = OriginalAssertion | OriginalToken | PlainClaims

/** Whether the configuration uses the attribute of that Name or FriendlyName. */
type IsRead = (name: string) => boolean

/**
 * The claims as they are in the file. Throws ExplainError, also if a login could not read an attribute that it
 * `isRead`.
 */
export function claimsIn(text: string, file: string, isRead: IsRead): ClaimsInFile {
  const trimmed = text.replace(/^\uFEFF/, '').trim()
  if (trimmed.startsWith('<')) return reading(file, () => assertionFrom(trimmed, undefined, isRead))
  if (trimmed.startsWith('{')) return reading(file, () => fromJson(JSON.parse(trimmed), file))
  if (/^[\w-]+\.[\w-]+\.[\w-]*$/.test(trimmed)) return reading(file, () => fromToken(trimmed, file))
  return reading(file, () => fromForm(trimmed, file, isRead))
}

/** Runs a step of reading; the message of what it throws is the reason in the sentence. */
function reading<Result>(file: string, step: () => Result): Result {
  try {
    return step()
  } catch (cause) {
    if (cause instanceof ExplainError) throw cause
    const detail = cause instanceof FedgateError ? (reasonOf(cause) ?? '') : ''
    const reason = `${cause instanceof Error ? cause.message : cause} ${detail}`.trim()
    throw unreadable(file, reason.replace(/\.$/, ''), cause)
  }
}

function unreadable(file: string, found: string, cause?: unknown): ExplainError {
  return new ExplainError('explain.claims_unreadable', {
    sentence: `The claims in ${file} cannot be read: ${found}.`,
    ...(cause === undefined ? {} : { cause }),
  })
}

/** `length`: of the base64, where it is known. */
function assertionFrom(xml: string, length: number | undefined, isRead: IsRead): OriginalAssertion {
  const root = parseXml(xml)
  const { unverified } = readUnverified(assertionIn(root))
  const unreadable = [...unverified.unreadableAttributes].find(isRead)
  if (unreadable !== undefined) throw new TypeError(`the attribute ${unreadable} has elements in its text`)
  const { issuer = '', issueInstant, nameId, confirmations, confirmationCount, conditions, attributes } = unverified
  const isResponse = isNamed(root, PROTOCOL, 'Response')
  const encoded = length ?? (isResponse ? Buffer.from(xml).toString('base64').length : undefined)
  return {
    kind: 'saml',
    issuer,
    recipient: confirmations[0]?.recipient,
    audiences: conditions?.audienceRestrictions.flat() ?? [],
    nameId,
    attributes,
    rolePairs: rolePairs(attributes),
    confirmationCount,
    isConfirmed: confirmations.some(({ recipient, notOnOrAfter }) => recipient && notOnOrAfter),
    isEncrypted: false,
    isKept: true,
    unverified: {
      issuer,
      responseIssuer: isResponse ? issuerIn(root) : undefined,
      status: isResponse ? statusIn(root) : undefined,
      audienceRestrictions: conditions?.audienceRestrictions ?? [],
    },
    life: { issuedAt: issueInstant, expiresAt: new Date(issueInstant.getTime() + samlRedemptionSeconds * 1000) },
    ...(encoded === undefined ? {} : { length: encoded }),
  }
}

function assertionIn(root: XmlElement): XmlElement {
  if (isNamed(root, ASSERTION, 'Assertion')) return root
  const isResponse = isNamed(root, PROTOCOL, 'Response')
  if (isResponse && optionalChild(root, ASSERTION, 'EncryptedAssertion'))
    throw new ExplainError('explain.claims_encrypted')
  const assertion = isResponse ? optionalChild(root, ASSERTION, 'Assertion') : undefined
  if (!assertion) throw new TypeError(`a ${root.local} without an Assertion`)
  return assertion
}

function issuerIn(response: XmlElement): string | undefined {
  const issuer = optionalChild(response, ASSERTION, 'Issuer')
  return issuer && textOf(issuer).trim()
}

/** Without its namespace, such as `Success`. */
function statusIn(response: XmlElement): string {
  const status = optionalChild(response, PROTOCOL, 'Status')
  const code = status && optionalChild(status, PROTOCOL, 'StatusCode')
  return ((code && attributeOf(code, 'Value')) ?? 'none').replace('urn:oasis:names:tc:SAML:2.0:status:', '')
}

function fromJson(value: unknown, file: string): OriginalToken | PlainClaims {
  if (!isObject(value)) throw unreadable(file, 'it is not a JSON object')
  return 'nameId' in value || 'attributes' in value ? plainClaims(value, file) : tokenFrom(value, file)
}

function plainClaims({ nameId, attributes = {}, ...rest }: Claims, file: string): PlainClaims {
  const [stray] = Object.keys(rest)
  if (stray !== undefined) throw unreadable(file, `beside nameId and attributes it has ${JSON.stringify(stray)}`)
  if (!isObject(attributes)) throw unreadable(file, 'attributes is not an object')
  const entries = Object.entries(attributes).map(([name, value]): [string, readonly string[]] => {
    const values = textsOf(value)
    if (!values) throw unreadable(file, `the attribute ${JSON.stringify(name)} is neither a text nor a list of texts`)
    return [name, values]
  })
  return { kind: 'plain', nameId: plainNameId(nameId, file), attributes: new Map(entries) }
}

function textsOf(value: unknown): readonly string[] | undefined {
  const list: unknown[] = Array.isArray(value) ? value : [value]
  return list.every((each) => typeof each === 'string') ? list : undefined
}

function plainNameId(nameId: unknown, file: string): PlainClaims['nameId'] {
  if (nameId === undefined) return undefined
  if (typeof nameId === 'string') return { value: nameId }
  const { value, format } = isObject(nameId) ? nameId : {}
  if (typeof value !== 'string' || (format !== undefined && typeof format !== 'string'))
    throw unreadable(file, 'nameId is neither a text nor {"value", "format"}')
  return { value, ...(format === undefined ? {} : { format }) }
}

/** From the claims of a token alone. */
function tokenFrom(claims: Claims, file: string): OriginalToken {
  if (typeof claims.iss !== 'string' || claims.iss === '') throw unreadable(file, 'the token says no iss')
  const [issuedAt, expiresAt] = [timeOf(claims.iat), timeOf(claims.exp)]
  return {
    kind: 'web-identity',
    claims,
    isKept: true,
    ...(issuedAt && expiresAt ? { life: { issuedAt, expiresAt } } : {}),
  }
}

function timeOf(value: unknown): Date | undefined {
  return typeof value === 'number' && Number.isFinite(value) ? new Date(value * 1000) : undefined
}

function fromToken(token: string, file: string): OriginalToken {
  const facts = readToken(token)
  return { ...facts, ...tokenFrom(facts.claims, file) }
}

function fromForm(text: string, file: string, isRead: IsRead): OriginalAssertion {
  const field = text.startsWith('SAMLResponse=') ? (new URLSearchParams(text).get('SAMLResponse') ?? '') : text
  const base64 = field.replaceAll(/\s/g, '')
  const octets = decodeBase64(base64)
  const xml = octets && decodeUtf8(octets)
  if (xml === undefined || !xml.trimStart().startsWith('<'))
    throw unreadable(file, 'it is neither JSON nor XML nor base64 of XML')
  return assertionFrom(xml, base64.length, isRead)
}
