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

/** What a signed assertion says, taken down and not yet judged. Core 2.3 to 2.7 */
export interface AssertionContent extends ReadAttributes {
  readonly id: string
  readonly issueInstant: Date
  readonly issuer: string | undefined
  readonly nameId: NameId | undefined
  /** Bearer confirmations only: the others are not for the browser profile and do not count. */
  readonly confirmations: readonly Confirmation[]
  /** How many there are of every method: AWS accepts one only. */
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
  /** Each restriction must be met by itself; within one, any audience will do. */
  readonly audienceRestrictions: readonly (readonly string[])[]
  readonly unknown: readonly string[]
}

export interface Authentication {
  readonly instant: Date
  readonly sessionIndex: string | undefined
  readonly sessionNotOnOrAfter: Date | undefined
  readonly contextClassRef: string | undefined
}

/** The NameID that an EncryptedID holds; throws where it cannot be opened. */
export type OpenId = (encryptedId: XmlElement) => XmlElement

/** OneTimeUse asks for what is done anyway, ProxyRestriction for what is never done: issuing on its strength. */
const KNOWN_CONDITIONS = ['AudienceRestriction', 'OneTimeUse', 'ProxyRestriction']

/** Takes nothing but a signed element. Throws SamlError or XmlError for what cannot be read in one way only. */
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
      // Of type anyURI, where white space around it is none of the value; the comparison is exact. Core 2.5.1.4
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

/** Only for explaining what somebody says: nobody vouches for it. Throws as readAssertion. */
export function readUnverified(assertion: XmlElement): { readonly unverified: AssertionContent } {
  return {
    unverified: claimsIn(assertion, undefined),
  }
}
