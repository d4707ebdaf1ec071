import type { NameId } from '../../core/identity.ts'
import {
  attributeOf,
  childElements,
  childrenNamed,
  collapsedTextOf,
  isNamed,
  onlyChild,
  optionalChild,
  textOf,
} from '../../xml/navigate.ts'
import type { SignedElement } from '../../xml/signature.ts'
import type { XmlElement } from '../../xml/tree.ts'
import { ASSERTION, BEARER } from '../names.ts'
import { nameIdIn, optionalTime, readNameId, requiredAttribute, requiredTime } from '../values.ts'
import { type ReadAttributes, readAttributes } from './attributes.ts'

/** The contents of a signed assertion, not checked yet. Core 2.3 to 2.7 */
export interface AssertionContent extends ReadAttributes {
  readonly id: string
  readonly issueInstant: Date
  readonly issuer: string | undefined
  readonly nameId: NameId | undefined
  /** Only bearer confirmations: the browser profile does not use others. */
  readonly confirmations: readonly Confirmation[]
  /** The number of confirmations, of every method: AWS accepts exactly one. */
  readonly confirmationCount: number
  readonly conditions: Conditions | undefined
  readonly authentications: readonly Authentication[]
}

export interface Confirmation {
  readonly recipient: string | undefined
  readonly inResponseTo: string | undefined
  readonly notBefore: Date | undefined
  readonly notOnOrAfter: Date | undefined
}

export interface Conditions {
  readonly notBefore: Date | undefined
  readonly notOnOrAfter: Date | undefined
  /** Each restriction must be met separately; any of its audiences suffices. */
  readonly audienceRestrictions: readonly (readonly string[])[]
  readonly unknown: readonly string[]
}

export interface Authentication {
  readonly instant: Date
  readonly sessionIndex: string | undefined
  readonly sessionNotOnOrAfter: Date | undefined
  readonly contextClassRef: string | undefined
}

/** The NameID in an EncryptedID; throws if it cannot be decrypted. */
export type OpenId = (encryptedId: XmlElement) => XmlElement

/** OneTimeUse is always enforced; ProxyRestriction limits what is never done: issuing assertions based on it. */
const KNOWN_CONDITIONS = ['AudienceRestriction', 'OneTimeUse', 'ProxyRestriction']

/** Accepts only a signed element. Throws SamlError or XmlError if its content is ambiguous. */
export function readAssertion(assertion: SignedElement, openId?: OpenId): AssertionContent {
  return claimsIn(assertion, openId)
}

function claimsIn(assertion: XmlElement, openId: OpenId | undefined): AssertionContent {
  const issuer = optionalChild(assertion, ASSERTION, 'Issuer')
  const subject = optionalChild(assertion, ASSERTION, 'Subject')
  const conditions = optionalChild(assertion, ASSERTION, 'Conditions')
  return {
    id: requiredAttribute(assertion, 'ID'),
    issueInstant: requiredTime(assertion, 'IssueInstant'),
    issuer: issuer && textOf(issuer),
    nameId: subject && readSubjectId(subject, openId),
    confirmations: subject ? readConfirmations(subject) : [],
    confirmationCount: subject ? childrenNamed(subject, ASSERTION, 'SubjectConfirmation').length : 0,
    conditions: conditions && readConditions(conditions),
    authentications: childrenNamed(assertion, ASSERTION, 'AuthnStatement').map(readAuthentication),
    ...readAttributes(assertion),
  }
}

function readSubjectId(subject: XmlElement, openId: OpenId | undefined): NameId | undefined {
  const encrypted = optionalChild(subject, ASSERTION, 'EncryptedID')
  return encrypted && openId ? nameIdIn(openId(encrypted)) : readNameId(subject)
}

function readConfirmations(subject: XmlElement): readonly Confirmation[] {
  return childrenNamed(subject, ASSERTION, 'SubjectConfirmation')
    .filter((confirmation) => attributeOf(confirmation, 'Method') === BEARER)
    .flatMap((confirmation) => {
      const data = optionalChild(confirmation, ASSERTION, 'SubjectConfirmationData')
      return data ? [readConfirmation(data)] : []
    })
}

function readConfirmation(data: XmlElement): Confirmation {
  return {
    recipient: attributeOf(data, 'Recipient'),
    inResponseTo: attributeOf(data, 'InResponseTo'),
    notBefore: optionalTime(data, 'NotBefore'),
    notOnOrAfter: optionalTime(data, 'NotOnOrAfter'),
  }
}

function readConditions(conditions: XmlElement): Conditions {
  return {
    notBefore: optionalTime(conditions, 'NotBefore'),
    notOnOrAfter: optionalTime(conditions, 'NotOnOrAfter'),
    audienceRestrictions: childrenNamed(conditions, ASSERTION, 'AudienceRestriction').map((restriction) =>
      // The type is anyURI, where surrounding white space is not part of the value; the comparison is exact. Core
      // 2.5.1.4
      childrenNamed(restriction, ASSERTION, 'Audience').map(collapsedTextOf),
    ),
    unknown: childElements(conditions)
      .filter((condition) => !KNOWN_CONDITIONS.some((known) => isNamed(condition, ASSERTION, known)))
      .map(({ name }) => name),
  }
}

function readAuthentication(statement: XmlElement): Authentication {
  const context = onlyChild(statement, ASSERTION, 'AuthnContext')
  const classRef = optionalChild(context, ASSERTION, 'AuthnContextClassRef')
  return {
    instant: requiredTime(statement, 'AuthnInstant'),
    sessionIndex: attributeOf(statement, 'SessionIndex'),
    sessionNotOnOrAfter: optionalTime(statement, 'SessionNotOnOrAfter'),
    contextClassRef: classRef && collapsedTextOf(classRef),
  }
}

/** Only for explaining unverified claims. Throws as readAssertion. */
export function readUnverified(assertion: XmlElement): { readonly unverified: AssertionContent } {
  return {
    unverified: claimsIn(assertion, undefined),
  }
}
