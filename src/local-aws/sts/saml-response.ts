/**
 * A SAML response as AWS reads it (aws-facts B.4, B.5). The rules differ from the gateway's: AWS accepts unsolicited
 * responses, requires its own Audience and Recipient, and allows five minutes.
 */

import { samlRedemptionSeconds } from '../../aws/facts/limits.ts'
import { isAwsSamlAudience, partitionById } from '../../aws/facts/partitions.ts'
import { parseArn } from '../../core/arn.ts'
import type { Attributes, NameId } from '../../core/identity.ts'
import type { IdpMetadata } from '../../saml/metadata.ts'
import { ASSERTION, BEARER, PROTOCOL, STATUS_SUCCESS } from '../../saml/names.ts'
import { parseTime } from '../../saml/times.ts'
import { decodeBase64, decodeUtf8 } from '../../xml/base64.ts'
import { decryptElement, readEncrypted } from '../../xml/encryption.ts'
import { XmlError } from '../../xml/errors.ts'
import { attributeOf, childrenNamed, isNamed, onlyChild, optionalChild, textOf } from '../../xml/navigate.ts'
import { parseXml } from '../../xml/parse.ts'
import { decryptedFrom, isSigned, type SignedElement, signedChild, verifySignature } from '../../xml/signature.ts'
import type { XmlElement } from '../../xml/tree.ts'
import { expiredToken, invalidToken, notAuthorized, texts } from '../aws-errors.ts'
import type { SamlProvider } from '../state.ts'

export interface SamlResponse {
  readonly response: XmlElement
  /** The one Assertion or EncryptedAssertion, as it is in the Response. */
  readonly content: XmlElement
}

/** With the decrypted assertion. */
interface OpenResponse extends SamlResponse {
  readonly assertion: XmlElement
}

/** What AWS uses from a verified assertion. */
export interface AwsAssertion {
  readonly id: string
  readonly issuer: string
  readonly nameId: NameId
  readonly recipient: string
  readonly attributes: Attributes
  readonly sessionNotOnOrAfter: Date | undefined
}

/** Base64 of the whole Response. Throws InvalidIdentityToken. */
export function parseSamlResponse(base64: string, requestId: string): SamlResponse {
  const text = decodeText(base64)
  if (text === undefined) throw invalidToken(texts.invalidBase64(requestId), 'neither base64 nor UTF-8')
  return readable(requestId, () => {
    const response = parseXml(text)
    if (!isNamed(response, PROTOCOL, 'Response'))
      throw invalidToken(texts.invalidBase64(requestId), `the root is ${response.local}`)
    return { response, content: onlyContent(response) }
  })
}

function decodeText(base64: string): string | undefined {
  const octets = decodeBase64(base64)
  return octets && decodeUtf8(octets)
}

/** AWS has one error for anything but a Response with one Assertion: undecodable. */
function readable<Result>(requestId: string, read: () => Result): Result {
  try {
    return read()
  } catch (error) {
    if (error instanceof XmlError) throw invalidToken(texts.invalidBase64(requestId), error.message)
    throw error
  }
}

function onlyContent(response: XmlElement): XmlElement {
  const encrypted = optionalChild(response, ASSERTION, 'EncryptedAssertion')
  if (!encrypted) return onlyChild(response, ASSERTION, 'Assertion')
  if (childrenNamed(response, ASSERTION, 'Assertion').length === 0) return encrypted
  throw new XmlError('element_repeated', { expected: 'at most one', source: 'Response/Assertion' })
}

/**
 * In AWS's order: issuer, audience, signature, times. Issuer and audience are checked before the signature only to
 * refuse with AWS's message; the tree cannot change in between, and what is returned is read from signed elements.
 */
export function verifySamlResponse(
  message: SamlResponse,
  provider: SamlProvider,
  now: Date,
  requestId: string,
): AwsAssertion {
  return readable(requestId, () => {
    checkStatus(message.response)
    const opened = { ...message, assertion: openAssertion(message, provider) }
    const verify = (): SignedElement => verifySigned(opened, provider.metadata, now)
    // Decrypted content must not be used before it verified: the message of a refusal would reveal the plaintext.
    const decrypted = opened.assertion === message.content ? undefined : verify()
    checkIssuer(opened, provider.metadata, requestId)
    checkAudience(opened.assertion, provider)
    const signed = decrypted ?? verify()
    checkAge(signed, now)
    const recipient = checkConfirmation(signed, now)
    checkConditions(signed, now)
    return {
      id: attributeOf(signed, 'ID') ?? '',
      issuer: textOf(onlyChild(signed, ASSERTION, 'Issuer')),
      nameId: nameIdOf(signed),
      recipient,
      attributes: attributesOf(signed),
      sessionNotOnOrAfter: sessionEndOf(signed),
    }
  })
}

function checkStatus(response: XmlElement): void {
  const code = attributeOf(onlyChild(onlyChild(response, PROTOCOL, 'Status'), PROTOCOL, 'StatusCode'), 'Value')
  if (code !== STATUS_SUCCESS) throw invalidToken(texts.statusNotSuccess, `status ${code}`)
}

/**
 * The decrypted assertion. AWS's message for a failed decryption is not known; here it is that of an invalid signature,
 * so the difference reveals nothing about a plaintext.
 */
function openAssertion({ response, content }: SamlResponse, provider: SamlProvider): XmlElement {
  const { privateKeys, assertionEncryptionMode } = provider
  if (content.local === 'Assertion') {
    if (assertionEncryptionMode === 'Required')
      throw invalidToken(texts.assertionNotEncrypted, 'AssertionEncryptionMode is Required')
    return content
  }
  try {
    const keys = privateKeys.map(({ key }) => key)
    const assertion = decryptElement(content, { root: response, encrypted: readEncrypted(content), keys })
    if (isNamed(assertion, ASSERTION, 'Assertion')) return assertion
  } catch (error) {
    if (!(error instanceof XmlError)) throw error
    throw invalidToken(texts.responseSignatureInvalid, `${error.code}: ${privateKeys.length} private keys`)
  }
  throw invalidToken(texts.responseSignatureInvalid, 'the decrypted element is not an Assertion')
}

/**
 * Signed on the Response, on the Assertion or on both; every signature that is present must verify, with one of the
 * certificates of metadata that is still valid.
 */
function verifySigned(
  { response, content, assertion }: OpenResponse,
  { signingCertificates, validUntil }: IdpMetadata,
  now: Date,
): SignedElement {
  if (validUntil && validUntil <= now)
    throw invalidToken(texts.responseSignatureInvalid, `the metadata ended at ${validUntil.toISOString()}`)
  const keys = signingCertificates.map(({ key }) => key)
  try {
    const around = isSigned(response) ? verifySignature(response, keys) : undefined
    const own = isSigned(assertion) ? verifySignature(assertion, keys) : undefined
    const signed = own ?? (around && insideOf(around, content, assertion))
    if (signed) return signed
  } catch (error) {
    if (!(error instanceof XmlError)) throw error
    throw invalidToken(texts.responseSignatureInvalid, `${error.code}: ${error.message}`)
  }
  throw invalidToken(texts.responseSignatureInvalid, 'neither the Response nor the Assertion is signed')
}

function insideOf(around: SignedElement, content: XmlElement, assertion: XmlElement): SignedElement {
  const signed = signedChild(around, content)
  return content === assertion ? signed : decryptedFrom(signed, assertion)
}

function checkIssuer({ response, assertion }: OpenResponse, { entityId }: IdpMetadata, requestId: string): void {
  const issuers = [optionalChild(response, ASSERTION, 'Issuer'), onlyChild(assertion, ASSERTION, 'Issuer')]
  const wrong = issuers
    .map((issuer) => issuer && textOf(issuer))
    .find((issuer) => issuer !== undefined && issuer !== entityId)
  if (wrong !== undefined) throw invalidToken(texts.issuerUnknown(requestId), `expected ${entityId}, found ${wrong}`)
}

/**
 * Every AudienceRestriction must contain AWS's audience for the partition; an assertion without one is refused. SAML
 * Core 2.5.1.4
 */
function checkAudience(assertion: XmlElement, { arn }: SamlProvider): void {
  const { partition = '' } = parseArn(arn) ?? {}
  const isAws = (audience: string): boolean => isAwsSamlAudience(audience, partition)
  const conditions = onlyChild(assertion, ASSERTION, 'Conditions')
  const restrictions = childrenNamed(conditions, ASSERTION, 'AudienceRestriction').map((restriction) =>
    childrenNamed(restriction, ASSERTION, 'Audience').map(textOf),
  )
  if (restrictions.length > 0 && restrictions.every((audiences) => audiences.some(isAws))) return
  const expected = partitionById(partition)?.audience
  throw invalidToken(texts.audienceMissing, `expected ${expected}, found ${restrictions.flat().join(', ') || 'none'}`)
}

/** Before the ends that the assertion states: if both have passed, AWS reports the five minutes. */
function checkAge(assertion: SignedElement, now: Date): void {
  const issued = timeOf(assertion, 'IssueInstant')
  const life = samlRedemptionSeconds * 1000
  if (!issued || now.getTime() - issued.getTime() > life)
    throw expiredToken(texts.redeemWithin5Minutes, `IssueInstant ${issued?.toISOString() ?? 'missing'}`)
  if (issued.getTime() - now.getTime() > life)
    throw invalidToken(texts.notYetValid, `IssueInstant ${issued.toISOString()}`)
}

/** An unreadable time makes the message invalid: it must not count as an absent one. */
function timeOf(element: XmlElement, name: string): Date | undefined {
  const text = attributeOf(element, name)
  if (text === undefined) return undefined
  const time = parseTime(text)
  if (!time) throw new XmlError('malformed', { expected: 'a time', found: text, source: name })
  return time
}

/** Exactly one bearer confirmation with an end and a Recipient. */
function checkConfirmation(assertion: SignedElement, now: Date): string {
  const confirmations = childrenNamed(subjectOf(assertion), ASSERTION, 'SubjectConfirmation')
  const [confirmation] = confirmations
  const data = confirmation && optionalChild(confirmation, ASSERTION, 'SubjectConfirmationData')
  const recipient = data && attributeOf(data, 'Recipient')
  const end = data && timeOf(data, 'NotOnOrAfter')
  if (!confirmation || confirmations.length > 1 || attributeOf(confirmation, 'Method') !== BEARER)
    throw invalidToken(
      texts.confirmationInvalid,
      `${confirmations.length} confirmations, of which one bearer is wanted`,
    )
  if (!data || !recipient || !end) throw invalidToken(texts.confirmationInvalid, 'Recipient or NotOnOrAfter is missing')
  checkWindow(timeOf(data, 'NotBefore'), end, now)
  return recipient
}

function subjectOf(assertion: SignedElement): XmlElement {
  const subject = optionalChild(assertion, ASSERTION, 'Subject')
  if (!subject) throw noSubject()
  return subject
}

function noSubject() {
  return notAuthorized('sts:AssumeRoleWithSAML', 'the assertion has no Subject with a NameID')
}

function checkWindow(from: Date | undefined, until: Date | undefined, now: Date): void {
  if (from && now < from) throw invalidToken(texts.notYetValid, `NotBefore ${from.toISOString()}`)
  if (until && now >= until) throw expiredToken(texts.responseExpired, `NotOnOrAfter ${until.toISOString()}`)
}

function checkConditions(assertion: SignedElement, now: Date): void {
  const conditions = onlyChild(assertion, ASSERTION, 'Conditions')
  checkWindow(timeOf(conditions, 'NotBefore'), timeOf(conditions, 'NotOnOrAfter'), now)
}

function nameIdOf(assertion: SignedElement): NameId {
  const nameId = optionalChild(subjectOf(assertion), ASSERTION, 'NameID')
  const value = nameId && textOf(nameId)
  if (!nameId || !value) throw noSubject()
  const format = attributeOf(nameId, 'Format')
  return { value, ...(format === undefined ? {} : { format }) }
}

/** The values of attributes with the same name are combined. */
function attributesOf(assertion: SignedElement): Attributes {
  const attributes = new Map<string, readonly string[]>()
  for (const statement of childrenNamed(assertion, ASSERTION, 'AttributeStatement'))
    for (const attribute of childrenNamed(statement, ASSERTION, 'Attribute')) {
      const name = attributeOf(attribute, 'Name') ?? ''
      const values = childrenNamed(attribute, ASSERTION, 'AttributeValue').map(attributeValue)
      const before = attributes.get(name)
      attributes.set(name, before === undefined ? values : [...before, ...values])
    }
  return attributes
}

/** eduPersonTargetedID contains a NameID; every other value is text. */
function attributeValue(value: XmlElement): string {
  const nested = optionalChild(value, ASSERTION, 'NameID')
  return textOf(nested ?? value)
}

function sessionEndOf(assertion: SignedElement): Date | undefined {
  const [statement] = childrenNamed(assertion, ASSERTION, 'AuthnStatement')
  return statement && timeOf(statement, 'SessionNotOnOrAfter')
}
