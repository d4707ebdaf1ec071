import type { NameId } from '../core/identity.ts'
import { newXmlId } from '../core/ids.ts'
import type { Signer } from '../core/keys.ts'
import { signEnveloped } from '../xml/sign.ts'
import { element, type Markup, render } from '../xml/write.ts'
import { ASSERTION, AUTHN_CONTEXT_UNSPECIFIED, BEARER, PROTOCOL, STATUS_SUCCESS } from './names.ts'
import { addSeconds, showTime } from './times.ts'

export interface AttributeToIssue {
  readonly name: string
  readonly nameFormat?: string
  readonly friendlyName?: string
  readonly values: readonly string[]
}

/** The contents of one assertion, and its recipient. */
export interface ResponseToIssue {
  readonly id?: string
  readonly assertionId?: string
  readonly issuer: string
  /** The ACS URL: Destination, and Recipient of the one bearer confirmation. */
  readonly recipient: string
  /** One audience, or several, one of which must be the receiver. */
  readonly audience: string | readonly string[]
  /** Without it the response is unsolicited. */
  readonly inResponseTo?: string
  readonly nameId: NameId
  readonly attributes: readonly AttributeToIssue[]
  readonly authnInstant: Date
  readonly sessionIndex?: string
  readonly sessionNotOnOrAfter?: Date
  /** How long the assertion may be presented. */
  readonly lifetimeSeconds: number
  readonly sign: 'assertion' | 'response' | 'both'
  readonly authnContextClassRef?: string
}

/** Tolerance for a receiver whose clock is behind ours. */
const NOT_BEFORE_ALLOWANCE_SECONDS = 60

interface Ids {
  readonly response: string
  readonly assertion: string
}

/** A signed Response with one assertion and one bearer confirmation, as XML text. Profiles 4.1.4.2 */
export async function issueResponse(response: ResponseToIssue, signer: Signer, now: Date): Promise<string> {
  const ids = { response: response.id ?? newXmlId(), assertion: response.assertionId ?? newXmlId() }
  const plain = render(responseMarkup(response, ids, now))
  // The assertion first: the response's digest covers the assertion's signature.
  const sealed =
    response.sign === 'response' ? plain : await signEnveloped(plain, { id: ids.assertion, after: 'Issuer', signer })
  return response.sign === 'assertion' ? sealed : signEnveloped(sealed, { id: ids.response, after: 'Issuer', signer })
}

function responseMarkup(response: ResponseToIssue, ids: Ids, now: Date): Markup {
  return element(
    'samlp:Response',
    {
      'xmlns:samlp': PROTOCOL,
      'xmlns:saml': ASSERTION,
      ID: ids.response,
      Version: '2.0',
      IssueInstant: showTime(now),
      Destination: response.recipient,
      InResponseTo: response.inResponseTo,
    },
    [
      element('saml:Issuer', {}, response.issuer),
      element('samlp:Status', {}, [element('samlp:StatusCode', { Value: STATUS_SUCCESS })]),
      assertionMarkup(response, ids.assertion, now),
    ],
  )
}

function assertionMarkup(response: ResponseToIssue, id: string, now: Date): Markup {
  return element('saml:Assertion', { 'xmlns:saml': ASSERTION, ID: id, Version: '2.0', IssueInstant: showTime(now) }, [
    element('saml:Issuer', {}, response.issuer),
    subjectMarkup(response, now),
    conditionsMarkup(response, now),
    authnStatementMarkup(response),
    response.attributes.length === 0
      ? undefined
      : element('saml:AttributeStatement', {}, response.attributes.map(attributeMarkup)),
  ])
}

function subjectMarkup(response: ResponseToIssue, now: Date): Markup {
  return element('saml:Subject', {}, [
    element(
      'saml:NameID',
      {
        NameQualifier: response.nameId.nameQualifier,
        SPNameQualifier: response.nameId.spNameQualifier,
        Format: response.nameId.format,
      },
      response.nameId.value,
    ),
    element('saml:SubjectConfirmation', { Method: BEARER }, [
      element('saml:SubjectConfirmationData', {
        NotOnOrAfter: notOnOrAfter(response, now),
        Recipient: response.recipient,
        InResponseTo: response.inResponseTo,
      }),
    ]),
  ])
}

function notOnOrAfter({ lifetimeSeconds }: ResponseToIssue, now: Date): string {
  return showTime(addSeconds(now, lifetimeSeconds))
}

function conditionsMarkup(response: ResponseToIssue, now: Date): Markup {
  return element(
    'saml:Conditions',
    {
      NotBefore: showTime(addSeconds(now, -NOT_BEFORE_ALLOWANCE_SECONDS)),
      NotOnOrAfter: notOnOrAfter(response, now),
    },
    [
      element(
        'saml:AudienceRestriction',
        {},
        [response.audience].flat().map((audience) => element('saml:Audience', {}, audience)),
      ),
    ],
  )
}

function authnStatementMarkup(response: ResponseToIssue): Markup {
  return element(
    'saml:AuthnStatement',
    {
      AuthnInstant: showTime(response.authnInstant),
      SessionIndex: response.sessionIndex,
      SessionNotOnOrAfter: response.sessionNotOnOrAfter && showTime(response.sessionNotOnOrAfter),
    },
    [
      element('saml:AuthnContext', {}, [
        element('saml:AuthnContextClassRef', {}, response.authnContextClassRef ?? AUTHN_CONTEXT_UNSPECIFIED),
      ]),
    ],
  )
}

function attributeMarkup({ name, nameFormat, friendlyName, values }: AttributeToIssue): Markup {
  return element(
    'saml:Attribute',
    { Name: name, NameFormat: nameFormat, FriendlyName: friendlyName },
    values.map((value) => element('saml:AttributeValue', {}, value)),
  )
}
