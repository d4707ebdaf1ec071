/** The fixtures that show a requirement of docs/security-requirements.md. A name without a fixture does not compile. */
import type { RequirementId } from '../held/requirements.ts'
import type { AcceptedFixture, RefusedFixture } from './fixture-verdicts.ts'

interface Shown {
  readonly refused?: readonly RefusedFixture[]
  readonly accepted?: readonly AcceptedFixture[]
}

const fixturesFor: Readonly<Partial<Record<RequirementId, Shown>>> = {
  '0.1': {
    refused: [
      'xsw-in-status-detail',
      'xsw1-response-in-signature',
      'xsw2-response-beside-signature',
      'xsw3-evil-after',
      'xsw3-evil-before',
      'xsw4-original-inside-evil',
      'xsw5-signature-moved',
      'xsw6-original-in-signature',
      'xsw7-evil-in-extensions',
      'xsw8-original-in-object',
    ],
  },
  '0.4': {
    refused: ['response-issuer-wrong', 'destination-wrong', 'response-answers-another', 'status-requester'],
  },
  '1.1': {
    refused: ['declared-latin1-not-ascii', 'declared-us-ascii-not-ascii', 'declared-utf-16', 'two-byte-order-marks'],
    accepted: ['byte-order-mark', 'declared-latin1', 'declared-us-ascii'],
  },
  '1.2': {
    refused: ['doctype', 'entity-bomb', 'entity-undeclared'],
  },
  '1.3': {
    refused: [
      'text-after-root',
      'two-roots',
      'unbound-prefix',
      'duplicate-attribute',
      'raw-ampersand',
      'control-character',
      'double-hyphen-in-comment',
      'padded-namespace',
    ],
  },
  '1.4': {
    refused: ['deep', 'many-attributes', 'two-references', 'three-transforms', 'signature-on-both-nodes'],
  },
  '1.5': {
    refused: [
      'processing-instruction',
      'name-id-element-inside',
      'audience-element-inside',
      'issuer-element-inside',
      'role-value-with-element-inside',
      'friendly-value-with-element-inside',
      'comment-changes-nothing-but-text-does',
    ],
    accepted: ['comment-in-text', 'cdata-references-emoji', 'carriage-return'],
  },
  '1.6': {
    refused: ['assertion-namespaced-id', 'other-namespace'],
  },
  '2.1': {
    refused: ['logout-response', 'bare-assertion', 'other-namespace', 'response-version-1.1', 'assertion-version-1.1'],
  },
  '2.2': {
    refused: [
      'no-assertion',
      'two-signed-assertions',
      'assertion-in-advice',
      'xsw7-evil-in-extensions',
      'xsw-in-status-detail',
      'xsw8-original-in-object',
      'duplicate-id',
      'empty-id',
      'evil-with-same-id',
      'encrypted-and-plain',
      'encrypted-in-extensions',
      'encrypted-id-of-the-response',
    ],
  },
  '2.3': {
    refused: [
      'signature-last',
      'status-after-assertion',
      'two-issuers',
      'two-subjects',
      'two-name-ids',
      'two-conditions',
      'status-missing',
      'status-nested-success',
      'status-two-codes',
      'status-authn-failed',
      'status-request-denied',
      'status-no-passive',
    ],
  },
  '2.4': {
    refused: [
      'signature-in-attribute',
      'object',
      'manifest',
      'xsw5-signature-moved',
      'xsw6-original-in-signature',
      'encrypted-signature-inside',
    ],
  },
  '3.1': {
    refused: [
      'unsigned',
      'both-assertion-broken',
      'both-assertion-by-stranger',
      'both-response-by-stranger',
      'both-response-broken',
    ],
    accepted: ['signed-assertion', 'signed-response', 'signed-both'],
  },
  '3.2': {
    refused: ['stranger', 'stranger-with-own-key-info'],
    accepted: ['second-certificate', 'own-key-info-ignored'],
  },
  '3.3': {
    refused: [
      'rsa-sha1',
      'digest-sha1',
      'method-none',
      'method-constructor',
      'hmac-with-the-certificate',
      'rsa-signature-called-ecdsa',
      'ecdsa-zero',
      'signed-by-weak-key',
    ],
    accepted: [
      'rsa-sha384',
      'rsa-sha512',
      'ecdsa-p256',
      'ecdsa-p384',
      'ecdsa-p521',
      'rsa-pss-sha256',
      'rsa-pss-sha384',
      'rsa-pss-sha512',
    ],
  },
  '3.4': {
    refused: [
      'two-signed-infos',
      'two-signature-values',
      'comment-in-digest-value',
      'element-in-digest-value',
      'text-in-signed-info',
    ],
  },
  '3.5': {
    refused: ['uri-empty', 'uri-missing', 'uri-xpointer', 'uri-of-the-response', 'uri-elsewhere', 'evil-with-same-id'],
  },
  '3.6': {
    refused: [
      'inclusive-transform',
      'inclusive-both',
      'inclusive-moved-into-another-language',
      'inclusive-moved-into-other-namespaces',
      'c14n11-both',
      'c14n11-signed-info',
      'c14n11-transform',
      'xpath-transform',
      'xslt-transform',
      'three-transforms',
      'transforms-swapped',
      'exclusive-only',
      'no-transforms',
    ],
    accepted: [
      'with-comments-method',
      'prefix-list',
      'prefix-list-default',
      'signed-info-inclusive',
      'signed-info-inclusive-in-context',
      'signed-info-inclusive-with-comments',
    ],
  },
  '3.7': {
    refused: ['digest-truncated', 'digest-empty', 'hmac-output-length', 'signature-value-cut'],
  },
  '4.1': {
    refused: [
      'issuer-wrong',
      'issuer-with-slash',
      'response-issuer-wrong',
      'signed-response-without-issuer',
      'encrypted-without-response-issuer',
    ],
  },
  '4.2': {
    refused: [
      'no-conditions',
      'expired',
      'not-yet-valid',
      'audience-wrong',
      'audience-with-slash',
      'second-restriction-excludes-us',
      'no-audience-restriction',
      'unknown-condition',
      'foreign-condition',
      'audience-with-space-inside',
      'audience-in-two-lines',
    ],
    accepted: ['one-time-use', 'offset-times', 'audience-padded'],
  },
  '4.3': {
    refused: [
      'holder-of-key-only',
      'recipient-wrong',
      'confirmation-expired',
      'confirmation-endless',
      'confirmation-not-yet',
      'confirmation-without-data',
      'confirmations-do-not-add-up',
      'answers-another',
    ],
    accepted: ['second-confirmation-is-ours'],
  },
  '4.4': {
    refused: ['destination-wrong', 'signed-response-without-destination'],
  },
  '4.5': {
    refused: ['no-authn-statement', 'idp-session-ended'],
  },
  '4.6': {
    refused: [
      'name-id-blank',
      'name-id-missing',
      'time-unparsable',
      'time-without-zone',
      'time-of-no-calendar',
      'time-empty',
      'issue-instant-unparsable',
    ],
    accepted: ['name-id-padded'],
  },
  '4.7': {
    accepted: ['targeted-id', 'attribute-without-name'],
  },
  '4.8': {
    accepted: ['roles-300', 'two-attribute-statements'],
  },
  '5.1': {
    refused: ['answers-another', 'response-answers-another', 'response-answers-nobody'],
  },
  '5.2': {
    refused: ['unsolicited'],
  },
  '6': {
    refused: [
      'encrypted-cbc-in-unsigned-response',
      'encrypted-id-cbc-in-unsigned-response',
      'encrypted-broken-response-signature',
      'encrypted-unsigned',
      'encrypted-by-stranger',
      'encrypted-broken-signature',
      'encrypted-two-assertions',
      'encrypted-doctype',
      'encrypted-processing-instruction',
      'encrypted-not-utf8',
      'encrypted-unbound-prefix',
      'encrypted-twice',
      'encrypted-around-another',
      'encrypted-version-1.1',
      'encrypted-name-id-for-assertion',
      'encrypted-assertion-for-name-id',
      'encrypted-id-of-the-response',
      'encrypted-rsa-1_5',
      'encrypted-3des',
      'encrypted-oaep-mixture',
      'encrypted-oaep-mgf1-mixture',
      'encrypted-oaep-sha512',
      'encrypted-oaep-md5',
      'encrypted-oaep-other-label',
      'encrypted-oaep-digest-unknown',
      'encrypted-oaep-parameters',
      'encrypted-oaep-mgf1p-with-mgf',
      'encrypted-key-wrap',
      'encrypted-method-constructor',
      'encrypted-cipher-reference',
      'encrypted-cipher-value-and-reference',
      'encrypted-key-elsewhere',
      'encrypted-key-elsewhere-and-beside',
    ],
    accepted: [
      'encrypted-aes128-gcm',
      'encrypted-aes256-gcm',
      'encrypted-id',
      'encrypted-id-in-encrypted',
      'encrypted-in-context',
      'encrypted-aes128-cbc-signed-response',
      'encrypted-aes256-cbc-signed-response',
      'encrypted-response-signed',
      'encrypted-aes192-gcm',
      'encrypted-aes192-cbc-signed-response',
      'encrypted-oaep-sha256',
      'encrypted-oaep-by-default',
      'encrypted-oaep-mgf1p-sha256',
      'encrypted-oaep-mgf1p-sha512',
      'encrypted-oaep11-sha512',
      'encrypted-oaep11-sha384-mgf1-sha256',
    ],
  },
  '10.4': {
    refused: ['issued-too-long-ago', 'issued-in-the-future'],
  },
  '10.6': {
    refused: ['authn-context-other', 'authn-context-declared-only'],
  },
}

/** The requirements that a fixture shows: none for some, which are there for another reason. */
export function requirementsOf(kind: keyof Shown, name: RefusedFixture | AcceptedFixture): readonly RequirementId[] {
  return (Object.keys(fixturesFor) as RequirementId[]).filter((id) => {
    const names: readonly string[] = fixturesFor[id]?.[kind] ?? []
    return names.includes(name)
  })
}
