/**
 * A SAML response as AWS looks at it (aws-sts-semantics B.4, B.5). Not the gateway's own rules: AWS takes responses
 * that nobody asked for, wants Audience and Recipient of its own, and gives five minutes.
 */

import { samlRedemptionSeconds } from '../../aws/facts/limits.ts'
import { isAwsSamlAudience } from '../../aws/facts/partitions.ts'
import type { Attributes, NameId } from '../../core/identity.ts'
import type { IdpMetadata } from '../../saml/metadata.ts'
import { ASSERTION, BEARER, PROTOCOL, STATUS_SUCCESS } from '../../saml/names.ts'
import { parseTime } from '../../saml/times.ts'
import { decodeBase64 } from '../../xml/base64.ts'
import { XmlError } from '../../xml/errors.ts'
import { attributeOf, childrenNamed, isNamed, onlyChild, optionalChild, textOf } from '../../xml/navigate.ts'
import { parseXml } from '../../xml/parse.ts'
import { isSigned, type SignedElement, signedChild, verifySignature } from '../../xml/signature.ts'
import type { XmlElement } from '../../xml/tree.ts'
import { decodeUtf8 } from '../../xml/utf8.ts'
import { expiredToken, invalidToken, notAuthorized, texts } from '../aws-errors.ts'

export interface SamlResponse {
  readonly response: XmlElement
  readonly assertion: XmlElement
}

/** What AWS takes from an assertion that verified. */
export interface AwsAssertion {
  readonly id: string
  readonly issuer: string
  readonly nameId: NameId
  readonly recipient: string
  readonly attributes: Attributes
  readonly sessionNotOnOrAfter: Date | undefined
}

/** Anything but a Response with one Assertion reads as one error at AWS: undecodable. */
const readable = <Result>(requestId: string, read: () => Result): Result => {
  try {
    return read()
  } catch (error) {
    if (error instanceof XmlError) throw invalidToken(texts.invalidBase64(requestId), error.message)
    throw error
  }
}

const decodeText = (base64: string): string | undefined => {
  const octets = decodeBase64(base64)
  return octets && decodeUtf8(octets)
}

/** Base64 of the whole Response. Throws InvalidIdentityToken. */
export const parseSamlResponse = (base64: string, requestId: string): SamlResponse => {
  const text = decodeText(base64)
  if (text === undefined) throw invalidToken(texts.invalidBase64(requestId), 'neither base64 nor UTF-8')
  return readable(requestId, () => {
    const response = parseXml(text)
    if (!isNamed(response, PROTOCOL, 'Response'))
      throw invalidToken(texts.invalidBase64(requestId), `the root is ${response.local}`)
    return { response, assertion: onlyChild(response, ASSERTION, 'Assertion') }
  })
}

/**
 * In AWS's order: issuer, audience, signature, times. Issuer and audience are looked at before the signature only to
 * refuse with the right words; the tree cannot change in between, and what is returned is read from signed elements.
 */
export const verifySamlResponse = (
  { response, assertion }: SamlResponse,
  provider: IdpMetadata,
  now: Date,
  requestId: string,
): AwsAssertion =>
  readable(requestId, () => {
    checkStatus(response)
    checkIssuer(response, assertion, provider, requestId)
    checkAudience(assertion)
    const signed = verifySigned(response, assertion, provider)
    const recipient = checkConfirmation(signed, now)
    checkAge(signed, now)
    return {
      issuer: textOf(onlyChild(signed, ASSERTION, 'Issuer')),
      nameId: nameIdOf(signed),
      recipient,
      attributes: attributesOf(signed),
      id: attributeOf(signed, 'ID') ?? '',
      sessionNotOnOrAfter: sessionEndOf(signed),
    }
  })

const checkStatus = (response: XmlElement): void => {
  const code = attributeOf(onlyChild(onlyChild(response, PROTOCOL, 'Status'), PROTOCOL, 'StatusCode'), 'Value')
  if (code !== STATUS_SUCCESS) throw invalidToken(texts.statusNotSuccess, `status ${code}`)
}

const checkIssuer = (
  response: XmlElement,
  assertion: XmlElement,
  { entityId }: IdpMetadata,
  requestId: string,
): void => {
  const issuers = [optionalChild(response, ASSERTION, 'Issuer'), onlyChild(assertion, ASSERTION, 'Issuer')]
  const wrong = issuers
    .map((issuer) => issuer && textOf(issuer))
    .find((issuer) => issuer !== undefined && issuer !== entityId)
  if (wrong !== undefined) throw invalidToken(texts.issuerUnknown(requestId), `expected ${entityId}, found ${wrong}`)
}

/** Every AudienceRestriction must name AWS; none at all is a refusal. SAML Core 2.5.1.4 */
const checkAudience = (assertion: XmlElement): void => {
  const conditions = onlyChild(assertion, ASSERTION, 'Conditions')
  const restrictions = childrenNamed(conditions, ASSERTION, 'AudienceRestriction').map((restriction) =>
    childrenNamed(restriction, ASSERTION, 'Audience').map(textOf),
  )
  if (restrictions.length === 0 || !restrictions.every((audiences) => audiences.some(isAwsSamlAudience)))
    throw invalidToken(texts.audienceMissing, `found ${restrictions.flat().join(', ') || 'none'}`)
}

/** Signed on the Response, on the Assertion or on both; every signature that is there has to verify. */
const verifySigned = (response: XmlElement, assertion: XmlElement, provider: IdpMetadata): SignedElement => {
  const keys = provider.signingCertificates.map(({ key }) => key)
  try {
    const around = isSigned(response) ? verifySignature(response, keys) : undefined
    const own = isSigned(assertion) ? verifySignature(assertion, keys) : undefined
    const signed = own ?? (around && signedChild(around, assertion))
    if (signed) return signed
  } catch (error) {
    if (!(error instanceof XmlError)) throw error
    throw invalidToken(texts.responseSignatureInvalid, `${error.code}: ${error.message}`)
  }
  throw invalidToken(texts.responseSignatureInvalid, 'neither the Response nor the Assertion is signed')
}

/** Exactly one bearer confirmation with an end and a Recipient. */
const checkConfirmation = (assertion: SignedElement, now: Date): string => {
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

const checkAge = (assertion: SignedElement, now: Date): void => {
  const conditions = onlyChild(assertion, ASSERTION, 'Conditions')
  checkWindow(timeOf(conditions, 'NotBefore'), timeOf(conditions, 'NotOnOrAfter'), now)
  const issued = timeOf(assertion, 'IssueInstant')
  const life = samlRedemptionSeconds * 1000
  if (!issued || now.getTime() - issued.getTime() > life)
    throw expiredToken(texts.redeemWithin5Minutes, `IssueInstant ${issued?.toISOString() ?? 'missing'}`)
  if (issued.getTime() - now.getTime() > life)
    throw invalidToken(texts.notYetValid, `IssueInstant ${issued.toISOString()}`)
}

const checkWindow = (from: Date | undefined, until: Date | undefined, now: Date): void => {
  if (from && now < from) throw invalidToken(texts.notYetValid, `NotBefore ${from.toISOString()}`)
  if (until && now >= until) throw expiredToken(texts.redeemWithin5Minutes, `NotOnOrAfter ${until.toISOString()}`)
}

/** A time that is there but is none makes the message unreadable: it must not pass for an absent one. */
const timeOf = (element: XmlElement, name: string): Date | undefined => {
  const text = attributeOf(element, name)
  if (text === undefined) return undefined
  const time = parseTime(text)
  if (!time) throw new XmlError('xml.malformed', { expected: 'a time', found: text, source: name })
  return time
}

const noSubject = () => notAuthorized('sts:AssumeRoleWithSAML', 'the assertion has no Subject with a NameID')

const subjectOf = (assertion: SignedElement): XmlElement => {
  const subject = optionalChild(assertion, ASSERTION, 'Subject')
  if (!subject) throw noSubject()
  return subject
}

const nameIdOf = (assertion: SignedElement): NameId => {
  const nameId = optionalChild(subjectOf(assertion), ASSERTION, 'NameID')
  const value = nameId && textOf(nameId)
  if (!nameId || !value) throw noSubject()
  const format = attributeOf(nameId, 'Format')
  return { value, ...(format === undefined ? {} : { format }) }
}

/** Attributes of one name add up. */
const attributesOf = (assertion: SignedElement): Attributes => {
  const attributes = new Map<string, readonly string[]>()
  for (const statement of childrenNamed(assertion, ASSERTION, 'AttributeStatement'))
    for (const attribute of childrenNamed(statement, ASSERTION, 'Attribute')) {
      const name = attributeOf(attribute, 'Name') ?? ''
      const values = childrenNamed(attribute, ASSERTION, 'AttributeValue').map(attributeValue)
      attributes.set(name, [...(attributes.get(name) ?? []), ...values])
    }
  return attributes
}

/** eduPersonTargetedID holds a NameID; every other value is text. */
const attributeValue = (value: XmlElement): string => {
  const nested = optionalChild(value, ASSERTION, 'NameID')
  return textOf(nested ?? value)
}

const sessionEndOf = (assertion: SignedElement): Date | undefined => {
  const [statement] = childrenNamed(assertion, ASSERTION, 'AuthnStatement')
  return statement && timeOf(statement, 'SessionNotOnOrAfter')
}
