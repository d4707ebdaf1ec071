import { describe, expect, it } from 'vitest'
import { runChecks } from '../../src/core/verdict.ts'
import type { SamlErrorCode } from '../../src/saml/errors.ts'
import { parseIdpMetadata } from '../../src/saml/metadata.ts'
import { type AssertionCheckName, assertionChecks, checkCodes } from '../../src/saml/response/checks.ts'
import { responseSteps } from '../../src/saml/response/open.ts'
import {
  assertionOf,
  codeOf,
  evaluate,
  expected,
  failuresOf,
  fixture,
  fixtureNames,
  now,
  weakMetadataXml,
} from './saml-fixtures.ts'

type Asked = AssertionCheckName | (typeof responseSteps)[number]

/** Each refused fixture, the code it is refused with, and everything in its verdict that fails. */
const refused: Readonly<Record<string, readonly [SamlErrorCode, ...Asked[]]>> = {
  'answers-another': ['saml.in_response_to_mismatch', 'answersOurRequest'],
  'assertion-in-advice': ['saml.assertion_misplaced', 'holdsOneAssertion'],
  'assertion-namespaced-id': ['saml.id_missing', 'holdsOneAssertion'],
  'assertion-version-1.1': ['saml.version', 'holdsOneAssertion'],
  'audience-element-inside': ['saml.text_expected', 'assertionIsReadable'],
  'audience-in-two-lines': ['saml.audience_mismatch', 'audienceIsUs'],
  'audience-with-slash': ['saml.audience_mismatch', 'audienceIsUs'],
  'audience-with-space-inside': ['saml.audience_mismatch', 'audienceIsUs'],
  'audience-wrong': ['saml.audience_mismatch', 'audienceIsUs'],
  'authn-context-declared-only': ['saml.authn_context_mismatch', 'contextIsAsAsked'],
  'authn-context-other': ['saml.authn_context_mismatch', 'contextIsAsAsked'],
  'bare-assertion': ['saml.not_a_response', 'isAResponse'],
  'both-assertion-broken': ['saml.signature_digest', 'responseSignatureVerifies'],
  'both-assertion-by-stranger': ['saml.signature_invalid', 'assertionSignatureVerifies'],
  'both-response-by-stranger': ['saml.signature_invalid', 'responseSignatureVerifies'],
  'both-response-broken': ['saml.signature_digest', 'responseSignatureVerifies'],
  'c14n11-both': ['saml.signature_canonicalization', 'assertionSignatureVerifies'],
  'c14n11-signed-info': ['saml.signature_canonicalization', 'assertionSignatureVerifies'],
  'c14n11-transform': ['saml.signature_transforms', 'assertionSignatureVerifies'],
  'changed-after-signing': ['saml.signature_digest', 'assertionSignatureVerifies'],
  'comment-changes-nothing-but-text-does': ['saml.signature_digest', 'assertionSignatureVerifies'],
  'comment-in-digest-value': ['saml.signature_shape', 'isStrictXml'],
  'confirmation-endless': ['saml.confirmation_expired', 'confirmationHasNotExpired'],
  'confirmation-expired': ['saml.confirmation_expired', 'confirmationHasNotExpired'],
  'confirmation-not-yet': ['saml.confirmation_not_yet_valid', 'confirmationHasBegun'],
  'confirmation-without-data': [
    'saml.confirmation_missing',
    'hasBearerConfirmation',
    'recipientIsOurAcs',
    'isSolicited',
    'answersOurRequest',
    'confirmationHasNotExpired',
  ],
  'confirmations-do-not-add-up': ['saml.recipient_mismatch', 'recipientIsOurAcs'],
  'control-character': ['saml.malformed', 'isStrictXml'],
  'declared-latin1-not-ascii': ['saml.encoding', 'isStrictXml'],
  'declared-us-ascii-not-ascii': ['saml.encoding', 'isStrictXml'],
  'declared-utf-16': ['saml.encoding', 'isStrictXml'],
  deep: ['saml.too_deep', 'isStrictXml'],
  'destination-wrong': ['saml.destination_mismatch', 'destinationIsOurAcs'],
  'digest-empty': ['saml.signature_encoding', 'assertionSignatureVerifies'],
  'digest-not-base64': ['saml.signature_encoding', 'assertionSignatureVerifies'],
  'digest-sha1': ['saml.signature_digest_algorithm', 'assertionSignatureVerifies'],
  'digest-truncated': ['saml.signature_invalid', 'assertionSignatureVerifies'],
  doctype: ['saml.doctype', 'isStrictXml'],
  'double-hyphen-in-comment': ['saml.malformed', 'isStrictXml'],
  'duplicate-attribute': ['saml.malformed', 'isStrictXml'],
  'duplicate-id': ['saml.duplicate_id', 'isStrictXml'],
  'ecdsa-zero': ['saml.signature_invalid', 'assertionSignatureVerifies'],
  'element-in-digest-value': ['saml.text_expected', 'assertionSignatureVerifies'],
  'empty-id': ['saml.duplicate_id', 'isStrictXml'],
  'encrypted-3des': ['saml.encryption_algorithm', 'isDecrypted'],
  'encrypted-aes128-called-aes256': ['saml.decryption_failed', 'isDecrypted'],
  'encrypted-and-plain': ['saml.assertion_repeated', 'holdsOneAssertion'],
  'encrypted-around-another': ['saml.assertion_misplaced', 'isDecrypted'],
  'encrypted-assertion-beside': ['saml.assertion_misplaced', 'holdsOneAssertion'],
  'encrypted-assertion-for-name-id': ['saml.decryption_failed', 'assertionIsReadable'],
  'encrypted-broken-response-signature': ['saml.signature_digest', 'responseSignatureVerifies'],
  'encrypted-broken-signature': ['saml.signature_digest', 'assertionSignatureVerifies'],
  'encrypted-by-stranger': ['saml.signature_invalid', 'assertionSignatureVerifies'],
  'encrypted-cbc-changed-then-signed': ['saml.decryption_failed', 'isDecrypted'],
  'encrypted-cbc-cut-then-signed': ['saml.decryption_failed', 'isDecrypted'],
  'encrypted-cbc-in-unsigned-response': ['saml.encryption_cbc_unsigned', 'isDecrypted'],
  'encrypted-changed': ['saml.decryption_failed', 'isDecrypted'],
  'encrypted-cipher-reference': ['saml.encryption_shape', 'isDecrypted'],
  'encrypted-cipher-value-and-reference': ['saml.encryption_shape', 'isDecrypted'],
  'encrypted-content-only': ['saml.encryption_shape', 'isDecrypted'],
  'encrypted-cut-short': ['saml.decryption_failed', 'isDecrypted'],
  'encrypted-doctype': ['saml.decryption_failed', 'isDecrypted'],
  'encrypted-element-in-value': ['saml.text_expected', 'isDecrypted'],
  'encrypted-empty-value': ['saml.decryption_failed', 'isDecrypted'],
  'encrypted-for-stranger': ['saml.decryption_failed', 'isDecrypted'],
  'encrypted-gcm-called-cbc': ['saml.decryption_failed', 'isDecrypted'],
  'encrypted-id-cbc-in-unsigned-response': ['saml.encryption_cbc_unsigned', 'assertionIsReadable'],
  'encrypted-id-of-the-response': ['saml.decryption_failed', 'isDecrypted'],
  'encrypted-in-extensions': ['saml.assertion_misplaced', 'holdsOneAssertion'],
  'encrypted-key-elsewhere': ['saml.encryption_shape', 'isDecrypted'],
  'encrypted-key-elsewhere-and-beside': ['saml.encryption_shape', 'isDecrypted'],
  'encrypted-key-wrap': ['saml.encryption_algorithm', 'isDecrypted'],
  'encrypted-method-constructor': ['saml.encryption_algorithm', 'isDecrypted'],
  'encrypted-name-id-for-assertion': ['saml.decryption_failed', 'isDecrypted'],
  'encrypted-not-base64': ['saml.encryption_shape', 'isDecrypted'],
  'encrypted-not-utf8': ['saml.decryption_failed', 'isDecrypted'],
  'encrypted-not-xml': ['saml.decryption_failed', 'isDecrypted'],
  'encrypted-nothing': ['saml.element_missing', 'isDecrypted'],
  'encrypted-oaep-digest-unknown': ['saml.encryption_algorithm', 'isDecrypted'],
  'encrypted-oaep-md5': ['saml.encryption_algorithm', 'isDecrypted'],
  'encrypted-oaep-mgf1-mixture': ['saml.decryption_failed', 'isDecrypted'],
  'encrypted-oaep-mgf1p-with-mgf': ['saml.encryption_algorithm', 'isDecrypted'],
  'encrypted-oaep-mixture': ['saml.decryption_failed', 'isDecrypted'],
  'encrypted-oaep-other-label': ['saml.decryption_failed', 'isDecrypted'],
  'encrypted-oaep-parameters': ['saml.encryption_algorithm', 'isDecrypted'],
  'encrypted-oaep-sha512': ['saml.decryption_failed', 'isDecrypted'],
  'encrypted-processing-instruction': ['saml.decryption_failed', 'isDecrypted'],
  'encrypted-rsa-1_5': ['saml.encryption_algorithm', 'isDecrypted'],
  'encrypted-signature-inside': ['saml.signature_misplaced', 'holdsOneAssertion'],
  'encrypted-text-beside': ['saml.elements_expected', 'isDecrypted'],
  'encrypted-twice': ['saml.decryption_failed', 'isDecrypted'],
  'encrypted-two-assertions': ['saml.decryption_failed', 'isDecrypted'],
  'encrypted-two-data': ['saml.element_repeated', 'isDecrypted'],
  'encrypted-unbound-prefix': ['saml.decryption_failed', 'isDecrypted'],
  'encrypted-unsigned': ['saml.signature_missing', 'isSignedAsRequired'],
  'encrypted-version-1.1': ['saml.version', 'isDecrypted'],
  'encrypted-with-five-keys': ['saml.encryption_shape', 'isDecrypted'],
  'encrypted-without-key': ['saml.encryption_shape', 'isDecrypted'],
  'encrypted-without-response-issuer': ['saml.response_issuer_mismatch', 'responseIssuerIsTheIdp'],
  'entity-bomb': ['saml.doctype', 'isStrictXml'],
  'entity-undeclared': ['saml.malformed', 'isStrictXml'],
  'evil-with-same-id': ['saml.duplicate_id', 'isStrictXml'],
  'exclusive-only': ['saml.signature_transforms', 'assertionSignatureVerifies'],
  expired: ['saml.expired', 'hasNotExpired'],
  'foreign-condition': ['saml.condition_unknown', 'conditionsAreUnderstood'],
  'friendly-value-with-element-inside': ['saml.text_expected', 'attributesInUseAreText'],
  'hmac-output-length': ['saml.signature_shape', 'assertionSignatureVerifies'],
  'hmac-with-the-certificate': ['saml.signature_algorithm', 'assertionSignatureVerifies'],
  'holder-of-key-only': [
    'saml.confirmation_missing',
    'hasBearerConfirmation',
    'recipientIsOurAcs',
    'isSolicited',
    'answersOurRequest',
    'confirmationHasNotExpired',
  ],
  'idp-session-ended': ['saml.idp_session_ended', 'idpSessionIsOpen'],
  'inclusive-both': ['saml.signature_transforms', 'assertionSignatureVerifies'],
  'inclusive-moved-into-another-language': ['saml.signature_invalid', 'assertionSignatureVerifies'],
  'inclusive-moved-into-other-namespaces': ['saml.signature_invalid', 'assertionSignatureVerifies'],
  'inclusive-transform': ['saml.signature_transforms', 'assertionSignatureVerifies'],
  'issue-instant-unparsable': ['saml.time_malformed', 'assertionIsReadable'],
  'issued-in-the-future': ['saml.assertion_from_future', 'isIssued'],
  'issued-too-long-ago': ['saml.assertion_too_old', 'isRecent'],
  'issuer-element-inside': ['saml.text_expected', 'assertionIsReadable'],
  'issuer-with-slash': ['saml.issuer_mismatch', 'issuerIsTheIdp'],
  'issuer-wrong': ['saml.issuer_mismatch', 'issuerIsTheIdp'],
  'logout-response': ['saml.not_a_response', 'isAResponse'],
  manifest: ['saml.signature_shape', 'assertionSignatureVerifies'],
  'many-attributes': ['saml.too_many_attributes', 'isStrictXml'],
  'method-constructor': ['saml.signature_algorithm', 'assertionSignatureVerifies'],
  'method-none': ['saml.signature_algorithm', 'assertionSignatureVerifies'],
  'name-id-blank': ['saml.subject_missing', 'hasSubject'],
  'name-id-element-inside': ['saml.text_expected', 'assertionIsReadable'],
  'name-id-missing': ['saml.subject_missing', 'hasSubject'],
  'no-assertion': ['saml.assertion_missing', 'holdsOneAssertion'],
  'no-audience-restriction': ['saml.audience_missing', 'hasAudience', 'audienceIsUs'],
  'no-authn-statement': ['saml.authn_statement_missing', 'hasAuthnStatement', 'contextIsAsAsked'],
  'no-conditions': ['saml.conditions_missing', 'hasConditions', 'hasAudience', 'audienceIsUs'],
  'no-subject': [
    'saml.subject_missing',
    'hasSubject',
    'hasBearerConfirmation',
    'recipientIsOurAcs',
    'isSolicited',
    'answersOurRequest',
    'confirmationHasNotExpired',
  ],
  'no-transforms': ['saml.signature_shape', 'assertionSignatureVerifies'],
  'not-yet-valid': ['saml.not_yet_valid', 'hasBegun'],
  object: ['saml.signature_shape', 'assertionSignatureVerifies'],
  'other-namespace': ['saml.not_a_response', 'isAResponse'],
  'padded-namespace': ['saml.namespace', 'isStrictXml'],
  'processing-instruction': ['saml.processing_instruction', 'isStrictXml'],
  'raw-ampersand': ['saml.malformed', 'isStrictXml'],
  'recipient-wrong': ['saml.recipient_mismatch', 'recipientIsOurAcs'],
  'response-answers-another': ['saml.response_request_mismatch', 'responseAnswersOurRequest'],
  'response-answers-nobody': ['saml.response_request_mismatch', 'responseAnswersOurRequest'],
  'response-issuer-wrong': ['saml.response_issuer_mismatch', 'responseIssuerIsTheIdp'],
  'response-version-1.1': ['saml.version', 'isAResponse'],
  'role-value-with-element-inside': ['saml.text_expected', 'attributesInUseAreText'],
  'rsa-sha1': ['saml.signature_algorithm', 'assertionSignatureVerifies'],
  'rsa-signature-called-ecdsa': ['saml.signature_invalid', 'assertionSignatureVerifies'],
  'second-restriction-excludes-us': ['saml.audience_mismatch', 'audienceIsUs'],
  'signature-in-attribute': ['saml.signature_misplaced', 'holdsOneAssertion'],
  'signature-last': ['saml.child_order', 'holdsOneAssertion'],
  'signature-of-another-assertion': ['saml.signature_digest', 'assertionSignatureVerifies'],
  'signature-on-both-nodes': ['saml.child_order', 'holdsOneAssertion'],
  'signature-value-cut': ['saml.signature_invalid', 'assertionSignatureVerifies'],
  'signed-by-weak-key': ['saml.signature_invalid', 'assertionSignatureVerifies'],
  'signed-response-without-destination': ['saml.destination_mismatch', 'destinationIsOurAcs'],
  'signed-response-without-issuer': ['saml.response_issuer_mismatch', 'responseIssuerIsTheIdp'],
  'status-after-assertion': ['saml.child_order', 'isAResponse'],
  'status-authn-failed': ['saml.authn_failed', 'isSuccess'],
  'status-missing': ['saml.status_missing', 'isSuccess'],
  'status-nested-success': ['saml.idp_refused', 'isSuccess'],
  'status-no-passive': ['saml.no_passive', 'isSuccess'],
  'status-request-denied': ['saml.request_denied', 'isSuccess'],
  'status-requester': ['saml.idp_refused', 'isSuccess'],
  'status-two-codes': ['saml.element_repeated', 'isSuccess'],
  'stranger-with-own-key-info': ['saml.signature_invalid', 'assertionSignatureVerifies'],
  stranger: ['saml.signature_invalid', 'assertionSignatureVerifies'],
  'text-after-root': ['saml.malformed', 'isStrictXml'],
  'text-in-signed-info': ['saml.elements_expected', 'assertionSignatureVerifies'],
  'three-transforms': ['saml.signature_transforms', 'assertionSignatureVerifies'],
  'time-empty': ['saml.time_malformed', 'assertionIsReadable'],
  'time-of-no-calendar': ['saml.time_malformed', 'assertionIsReadable'],
  'time-unparsable': ['saml.time_malformed', 'assertionIsReadable'],
  'time-without-zone': ['saml.time_malformed', 'assertionIsReadable'],
  'transforms-swapped': ['saml.signature_transforms', 'assertionSignatureVerifies'],
  'two-byte-order-marks': ['saml.malformed', 'isStrictXml'],
  'two-conditions': ['saml.child_order', 'holdsOneAssertion'],
  'two-issuers': ['saml.child_order', 'holdsOneAssertion'],
  'two-name-ids': ['saml.child_order', 'holdsOneAssertion'],
  'two-references': ['saml.signature_shape', 'assertionSignatureVerifies'],
  'two-roots': ['saml.malformed', 'isStrictXml'],
  'two-signature-values': ['saml.signature_shape', 'assertionSignatureVerifies'],
  'two-signed-assertions': ['saml.assertion_repeated', 'holdsOneAssertion'],
  'two-signed-infos': ['saml.signature_shape', 'assertionSignatureVerifies'],
  'two-subjects': ['saml.child_order', 'holdsOneAssertion'],
  'unbound-prefix': ['saml.malformed', 'isStrictXml'],
  'unknown-condition': ['saml.condition_unknown', 'conditionsAreUnderstood'],
  unsigned: ['saml.signature_missing', 'isSignedAsRequired'],
  unsolicited: ['saml.unsolicited', 'isSolicited', 'responseAnswersOurRequest', 'answersOurRequest'],
  'uri-elsewhere': ['saml.signature_reference', 'assertionSignatureVerifies'],
  'uri-empty': ['saml.signature_reference', 'assertionSignatureVerifies'],
  'uri-missing': ['saml.signature_reference', 'assertionSignatureVerifies'],
  'uri-of-the-response': ['saml.signature_reference', 'assertionSignatureVerifies'],
  'uri-xpointer': ['saml.signature_reference', 'assertionSignatureVerifies'],
  'xpath-transform': ['saml.signature_transforms', 'assertionSignatureVerifies'],
  'xslt-transform': ['saml.signature_transforms', 'assertionSignatureVerifies'],
  'xsw-in-status-detail': ['saml.assertion_misplaced', 'holdsOneAssertion'],
  'xsw1-response-in-signature': ['saml.assertion_misplaced', 'holdsOneAssertion'],
  'xsw2-response-beside-signature': ['saml.child_order', 'isAResponse'],
  'xsw3-evil-after': ['saml.assertion_repeated', 'holdsOneAssertion'],
  'xsw3-evil-before': ['saml.assertion_repeated', 'holdsOneAssertion'],
  'xsw4-original-inside-evil': ['saml.assertion_misplaced', 'holdsOneAssertion'],
  'xsw5-signature-moved': ['saml.assertion_repeated', 'holdsOneAssertion'],
  'xsw6-original-in-signature': ['saml.assertion_misplaced', 'holdsOneAssertion'],
  'xsw7-evil-in-extensions': ['saml.assertion_misplaced', 'holdsOneAssertion'],
  'xsw8-original-in-object': ['saml.assertion_misplaced', 'holdsOneAssertion'],
}

const developers = ['developers', 'staff']

/** Each accepted fixture and what its groups (or another telling attribute) have to say. */
const accepted: Readonly<Record<string, readonly [attribute: string, values: readonly string[]]>> = {
  'attribute-without-name': ['groups', developers],
  'audience-padded': ['groups', developers],
  'byte-order-mark': ['groups', developers],
  'carriage-return': ['motto', ['one\rtwo\nthree']],
  'cdata-references-emoji': ['name', ['Zoë 😀 <&> <b>&amp;</b>', 'tab\tand\u00a0more']],
  'comment-in-text': ['groups', developers],
  'declared-latin1': ['groups', developers],
  'declared-us-ascii': ['groups', developers],
  'default-namespaces': ['groups', developers],
  'ecdsa-p256': ['groups', developers],
  'ecdsa-p384': ['groups', developers],
  'ecdsa-p521': ['groups', developers],
  'encrypted-aes128-cbc-signed-response': ['groups', developers],
  'encrypted-aes128-gcm': ['groups', developers],
  'encrypted-aes192-cbc-signed-response': ['groups', developers],
  'encrypted-aes192-gcm': ['groups', developers],
  'encrypted-aes256-cbc-signed-response': ['groups', developers],
  'encrypted-aes256-gcm': ['groups', developers],
  'encrypted-for-others-too': ['groups', developers],
  'encrypted-for-second-key': ['groups', developers],
  'encrypted-id': ['groups', developers],
  'encrypted-id-in-encrypted': ['groups', developers],
  'encrypted-in-context': ['groups', developers],
  'encrypted-key-beside': ['groups', developers],
  'encrypted-oaep-by-default': ['groups', developers],
  'encrypted-oaep-mgf1p-sha256': ['groups', developers],
  'encrypted-oaep-mgf1p-sha384-of-xmlenc': ['groups', developers],
  'encrypted-oaep-mgf1p-sha512': ['groups', developers],
  'encrypted-oaep-sha256': ['groups', developers],
  'encrypted-oaep11-sha384-mgf1-sha256': ['groups', developers],
  'encrypted-oaep11-sha512': ['groups', developers],
  'encrypted-response-signed': ['groups', developers],
  'name-id-padded': ['groups', developers],
  'no-destination-no-issuer': ['groups', developers],
  'odd-prefixes': ['groups', developers],
  'offset-times': ['groups', developers],
  'one-time-use': ['groups', developers],
  'own-key-info-ignored': ['groups', developers],
  'prefix-list': ['groups', developers],
  'prefix-list-default': ['groups', developers],
  'pretty-printed': ['groups', developers],
  'roles-300': [
    'https://aws.amazon.com/SAML/Attributes/Role',
    Array.from({ length: 300 }, (_, i) => {
      const account = 100000000000 + i
      return `arn:aws:iam::${account}:role/Role${i},arn:aws:iam::${account}:saml-provider/idp`
    }),
  ],
  'rsa-pss-sha256': ['groups', developers],
  'rsa-pss-sha384': ['groups', developers],
  'rsa-pss-sha512': ['groups', developers],
  'rsa-sha384': ['groups', developers],
  'rsa-sha512': ['groups', developers],
  'second-certificate': ['groups', developers],
  'second-confirmation-is-ours': ['groups', developers],
  'signed-assertion': ['groups', developers],
  'signed-both': ['groups', developers],
  'signed-info-inclusive': ['groups', developers],
  'signed-info-inclusive-in-context': ['groups', developers],
  'signed-info-inclusive-with-comments': ['groups', developers],
  'signed-response': ['groups', developers],
  'targeted-id': ['urn:oid:1.3.6.1.4.1.5923.1.1.1.10', ['targeted']],
  'two-attribute-statements': ['groups', developers],
  'with-comments-method': ['groups', developers],
}

describe('responses made by xmlsec1', () => {
  it('are all in one of the two tables', () => {
    expect(Object.keys(refused).sort()).toEqual([...fixtureNames('refused')].sort())
    expect(Object.keys(accepted).sort()).toEqual([...fixtureNames('accepted')].sort())
  })

  it.each(Object.entries(refused))('%s is refused', (name, [code, ...fails]) => {
    const judgement = evaluate(fixture('refused', name))
    expect({ code: codeOf(judgement), fails: failuresOf(judgement) }).toEqual({ code, fails })
  })

  it.each(Object.entries(accepted))('%s is accepted with every value whole', (name, [attribute, values]) => {
    const assertion = assertionOf(evaluate(fixture('accepted', name)))
    expect(assertion.attributes.get(attribute)).toEqual(values)
    expect(assertion.subject).toBe(name === 'comment-in-text' ? 'alice@example.org.evil.example' : 'alice@example.org')
  })

  it('are refused for at least 25 different reasons', () => {
    expect(new Set(Object.values(refused).map(([code]) => code)).size).toBeGreaterThanOrEqual(25)
  })

  it('that pass have passed every check and every step that has something to do', () => {
    const { verdict } = evaluate(fixture('accepted', 'signed-assertion'))
    expect(verdict).toEqual(
      [...responseSteps, ...Object.keys(assertionChecks)].map((name) => ({
        name,
        outcome: name === 'responseSignatureVerifies' || name === 'isDecrypted' ? 'not-run' : 'pass',
      })),
    )
  })

  it('that fail a step have no check run', () => {
    const { verdict } = evaluate(fixture('refused', 'stranger'))
    const outcomes = Object.keys(assertionChecks).map(
      (name) => verdict.find((finding) => finding.name === name)?.outcome,
    )
    expect(new Set(outcomes)).toEqual(new Set(['not-run']))
  })
})

/** Where one thing is absent, everything that is asked of it fails with it. */
const failTogether: Readonly<Partial<Record<AssertionCheckName, readonly AssertionCheckName[]>>> = {
  hasConditions: ['hasAudience', 'audienceIsUs'],
  hasAudience: ['audienceIsUs'],
  hasBearerConfirmation: ['recipientIsOurAcs', 'isSolicited', 'answersOurRequest', 'confirmationHasNotExpired'],
  isSolicited: ['responseAnswersOurRequest', 'answersOurRequest'],
  hasAuthnStatement: ['contextIsAsAsked'],
}

describe('every check', () => {
  const names = Object.keys(assertionChecks) as AssertionCheckName[]

  const needOtherExpectations: readonly AssertionCheckName[] = ['requestIsKnown', 'replayIsRemembered']
  it.each(names.filter((name) => !needOtherExpectations.includes(name)))(
    '%s has a fixture that only it refuses',
    (name) => {
      const fails = [name, ...(failTogether[name] ?? [])]
      expect(Object.values(refused)).toContainEqual([checkCodes[name], ...fails])
    },
  )

  it('requestIsKnown refuses a good response when no login is pending', () => {
    const judgement = evaluate(fixture('accepted', 'signed-assertion'), { inResponseTo: undefined })
    expect(codeOf(judgement)).toBe('saml.request_unknown')
    expect(failuresOf(judgement)).toEqual(['requestIsKnown', 'responseAnswersOurRequest', 'answersOurRequest'])
  })

  it('replayIsRemembered refuses what answers nobody and may have been used before the start', () => {
    const since = (remembersSince: Date) =>
      evaluate(fixture('refused', 'unsolicited'), { inResponseTo: undefined, allowsUnsolicited: true, remembersSince })
    const issued = new Date('2026-11-22T11:59:30Z')
    const judgement = since(new Date(issued.getTime() + 1))
    expect(codeOf(judgement)).toBe('saml.assertion_before_start')
    expect(failuresOf(judgement)).toEqual(['replayIsRemembered'])
    expect(codeOf(since(issued))).toBe('accepted')
    // An answer to a request is used up with that: what was remembered of it ended with the process, too.
    const solicited = evaluate(fixture('accepted', 'signed-assertion'), {
      allowsUnsolicited: true,
      remembersSince: now,
    })
    expect(codeOf(solicited)).toBe('accepted')
  })

  it('has a code of its own', () => {
    expect(new Set(Object.values(checkCodes)).size).toBe(names.length)
  })

  it('fails or passes an assertion that says nothing, without throwing', () => {
    const nothing = {
      response: {
        isSigned: true,
        isEncrypted: false,
        issuer: undefined,
        destination: undefined,
        inResponseTo: undefined,
      },
      assertion: {
        id: '_a',
        issueInstant: now,
        issuer: undefined,
        nameId: undefined,
        confirmations: [],
        confirmationCount: 0,
        conditions: undefined,
        authentications: [],
        attributes: new Map(),
        unreadableAttributes: new Set<string>(),
      },
      confirmation: undefined,
    }
    const fails = runChecks(assertionChecks, nothing, { ...expected, now, inResponseTo: undefined })
      .filter(({ outcome }) => outcome === 'fail')
      .map(({ name }) => name)
    // What has nothing to say about an absent thing is what another check requires to be there.
    const silent = [
      'conditionsAreUnderstood',
      'attributesInUseAreText',
      'responseAnswersOurRequest',
      'confirmationHasBegun',
      'hasNotExpired',
      'hasBegun',
      'isIssued',
      'isRecent',
      'replayIsRemembered',
      'idpSessionIsOpen',
    ]
    expect(fails).toEqual(names.filter((name) => !silent.includes(name)))
  })
})

describe('what has to be signed', () => {
  const cases = [
    ['any', 'signed-assertion', 'accepted'],
    ['any', 'signed-response', 'accepted'],
    ['assertion', 'signed-assertion', 'accepted'],
    ['assertion', 'signed-response', 'saml.assertion_unsigned'],
    ['assertion', 'signed-both', 'accepted'],
    ['response', 'signed-assertion', 'saml.response_unsigned'],
    ['response', 'signed-response', 'accepted'],
    ['both', 'signed-assertion', 'saml.response_unsigned'],
    ['both', 'signed-response', 'saml.assertion_unsigned'],
    ['both', 'signed-both', 'accepted'],
  ] as const
  it.each(cases)('%s: %s is %s', (signature, name, code) => {
    expect(codeOf(evaluate(fixture('accepted', name), { signature }))).toBe(code)
  })

  it('an RSA key of 1024 bits fits no signature', () => {
    const idp = parseIdpMetadata(weakMetadataXml, { now })
    expect(codeOf(evaluate(fixture('refused', 'signed-by-weak-key'), { idp }))).toBe('saml.signature_key_unfit')
  })

  it('a provider without keys accepts nothing', () => {
    const idp = { entityId: expected.idp.entityId, signingCertificates: [] }
    expect(codeOf(evaluate(fixture('accepted', 'signed-assertion'), { idp }))).toBe('saml.signature_key_unfit')
  })
})
