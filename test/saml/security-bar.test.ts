/**
 * The bar that this service provider is held to, sections 0 to 6 and the age of section 10, and how each MUST of it is shown: by responses that are
 * refused or taken, by text that stands in a test elsewhere, or by the source itself.
 */
import { createPublicKey } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { assertionChecks } from '../../src/saml/response/checks.ts'
import { signEnveloped } from '../../src/xml/sign.ts'
import { makeKeyPair } from '../xml/keys.ts'
import { assertionOf, codeOf, evaluate, expected, fixture, fixtureNames } from './saml-fixtures.ts'

const root = join(import.meta.dirname, '../..')
const good = fixture('accepted', 'signed-assertion')
const unsigned = fixture('refused', 'unsigned')

/** Every requirement by its number in the bar, and what it is about. Section 6 has no numbers of its own. */
const requirements = {
  '0.1': 'one parser for everything',
  '0.2': 'signature before claims, and no step skipped',
  '0.3': 'what is not signed can only refuse',
  '0.4': 'only what was signed is read',
  '1.1': 'strict decoding',
  '1.2': 'no DOCTYPE, no entities, no fetching',
  '1.3': 'strict well-formedness and namespaces',
  '1.4': 'bounded work',
  '1.5': 'whole text',
  '1.6': 'names by namespace',
  '2.1': 'a Response and an Assertion of SAML 2.0',
  '2.2': 'exactly one assertion, unique IDs',
  '2.3': 'children in order, one Success',
  '2.4': 'signatures where they may be',
  '3.1': 'something is signed, and every signature verifies',
  '3.2': 'keys from metadata alone',
  '3.3': 'algorithms from a list',
  '3.4': 'the shape of Signature',
  '3.5': 'the Reference is to the parent',
  '3.6': 'two transforms and no others',
  '3.7': 'no truncation',
  '4.1': 'Issuer',
  '4.2': 'Conditions',
  '4.3': 'bearer confirmation',
  '4.4': 'Destination',
  '4.5': 'AuthnStatement',
  '4.6': 'NameID and times',
  '4.7': 'values that hold elements',
  '4.8': 'values are data',
  '5.1': 'the pending request of this browser and provider',
  '5.2': 'unsolicited responses',
  '5.3': 'replay',
  '5.4': 'binding to the browser',
  '5.5': 'sessions',
  '5.6': 'return targets',
  '6.gcm': 'AES-GCM is opened',
  '6.cbc': 'AES-CBC where somebody vouched for it',
  '6.signature': 'decryption replaces no signature',
  '6.again': 'decrypted content passes sections 1 and 2 again',
  '6.algorithms': 'RSA-OAEP, no RSA 1.5 and no Triple DES',
  '6.oracle': 'one answer for every failure',
  '6.reference': 'nothing is fetched or searched for',
  '10.4': 'age',
  '10.6': 'the requested authentication context',
} as const
type Requirement = keyof typeof requirements

const shown = new Set<Requirement>()
const show = (requirement: Requirement, sentence: string, check: () => unknown): void => {
  shown.add(requirement)
  it(`${requirement} ${sentence}`, check)
}

const refuses = (requirement: Requirement, ...names: readonly string[]): void => {
  for (const name of names) {
    show(requirement, `refuses ${name}`, () => expect(codeOf(evaluate(fixture('refused', name)))).not.toBe('accepted'))
  }
}

const takes = (requirement: Requirement, ...names: readonly string[]): void => {
  for (const name of names) {
    show(requirement, `takes ${name}`, () => expect(codeOf(evaluate(fixture('accepted', name)))).toBe('accepted'))
  }
}

type Edit = readonly [from: string | RegExp, to: string]

const edited = (xml: string, [from, to]: Edit): string => {
  const result = xml.replace(from, () => to)
  if (result === xml) throw new Error(`nothing to replace: ${from}`)
  return result
}

/** Refused with that code when a good response is edited after it was signed. */
const refusesEdit = (requirement: Requirement, what: string, code: string, ...edit: Edit): void =>
  show(requirement, `refuses ${what}`, () => expect(codeOf(evaluate(edited(good, edit)))).toBe(code))

const keys = await makeKeyPair()
const signingCertificates = [
  { key: createPublicKey(keys.certificate), notAfter: new Date('2099-01-01'), pem: keys.certificate },
]

/** The judgement of a response that was edited first and signed then. */
const judgeSigned = async (...edit: Edit) =>
  evaluate(await signEnveloped(edited(unsigned, edit), { id: '_assertion', after: 'Issuer', signer: keys }), {
    idp: { ...expected.idp, signingCertificates },
  })

const refusesSigned = (requirement: Requirement, what: string, code: string, ...edit: Edit): void =>
  show(requirement, `refuses ${what}, signed`, async () => expect(codeOf(await judgeSigned(...edit))).toBe(code))

/** What the test with that text shows, where it takes a browser, a store or a whole gateway. */
const elsewhere = (requirement: Requirement, file: string, ...texts: readonly string[]): void => {
  for (const text of texts) {
    show(requirement, `is shown in ${file}: ${text}`, () =>
      expect(readFileSync(join(root, 'test', file), 'utf8')).toContain(text),
    )
  }
}

const sources = (): readonly (readonly [string, string])[] =>
  readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .map((file) => [file, readFileSync(join(root, 'src', file), 'utf8')])

describe('0 the design rule', () => {
  show('0.1', 'has one place that parses', () => {
    const parsers = /from '(saxes|@xmldom\/xmldom|fast-xml-parser|libxml2-wasm|xml-encryption)'/
    expect(sources().flatMap(([file, text]) => (parsers.test(text) ? [file] : []))).toEqual(['xml/parse.ts'])
  })
  for (const name of ['stranger', 'changed-after-signing', 'unsigned', 'encrypted-changed']) {
    show('0.2', `judges no claim of ${name}`, () => {
      const claims = evaluate(fixture('refused', name)).verdict.filter((finding) => finding.name in assertionChecks)
      expect(new Set(claims.map(({ outcome }) => outcome))).toEqual(new Set(['not-run']))
    })
  }
  refuses('0.3', 'response-issuer-wrong', 'destination-wrong', 'response-answers-another', 'status-requester')
  show('0.3', 'takes no claim from the Response', () => {
    const louder = edited(good, [
      '<samlp:Status>',
      '<samlp:Extensions><x Name="groups">admins</x></samlp:Extensions><samlp:Status>',
    ])
    expect(assertionOf(evaluate(louder))).toEqual(assertionOf(evaluate(good)))
  })
  elsewhere('0.4', 'fuzz/half.ts', 'holds the property for every edited response that is accepted')
  refuses('0.4', ...fixtureNames('refused').filter((name) => name.startsWith('xsw')))
})

describe('1 XML intake', () => {
  elsewhere('1.1', 'saml/validate.test.ts', 'the form field (security-requirements 1.1)', 'does not inflate')
  refuses('1.1', 'declared-latin1-not-ascii', 'declared-us-ascii-not-ascii', 'declared-utf-16', 'two-byte-order-marks')
  takes('1.1', 'byte-order-mark', 'declared-latin1', 'declared-us-ascii')
  refuses('1.2', 'doctype', 'entity-bomb', 'entity-undeclared')
  refusesEdit(
    '1.2',
    'an external entity',
    'saml.doctype',
    '<samlp:Response',
    '<!DOCTYPE r SYSTEM "https://attacker.example/"><samlp:Response',
  )
  refusesEdit('1.2', 'a DOCTYPE in lower case', 'saml.malformed', '<samlp:Response', '<!doctype r><samlp:Response')
  show('1.2', 'leaves XInclude alone', async () => {
    const judgement = await judgeSigned(
      'developers',
      '<x:include xmlns:x="http://www.w3.org/2001/XInclude" href="/etc/passwd"/>',
    )
    expect(assertionOf(judgement).attributes.get('groups')).toEqual(['staff'])
  })
  refuses('1.3', 'text-after-root', 'two-roots', 'unbound-prefix', 'duplicate-attribute', 'raw-ampersand')
  refuses('1.3', 'control-character', 'double-hyphen-in-comment', 'padded-namespace')
  const malformed: readonly (readonly [string, ...Edit])[] = [
    ['text before the root', '<?xml', 'text<?xml'],
    ['an unquoted attribute', 'Version="2.0"', 'Version=2.0'],
    ['an attribute without a value', 'Version="2.0"', 'Version="2.0" a'],
    ['two attributes without a space', 'Version="2.0" ', 'Version="2.0"'],
    ['< in an attribute', 'Version="2.0"', 'Version="2.0" a="<"'],
    [']]> in text', 'developers', 'dev]]>elopers'],
    ['a reference to NUL', 'developers', 'dev&#0;'],
    ['a reference to a control character', 'developers', 'dev&#x1F;'],
    ['a reference to half a character', 'developers', 'dev&#xD800;'],
    ['a reference beyond Unicode', 'developers', 'dev&#x110000;'],
    ['a reference that overflows', 'developers', 'dev&#99999999999999999999;'],
    ['a reference that does not end', 'developers', 'dev&amp'],
    ['a noncharacter', 'developers', 'dev\uffff'],
    ['another end tag', '</samlp:Status>', '</samlp:status>'],
    ['a prefix unbound again', '<samlp:Status>', '<samlp:Status xmlns:x="">'],
    ['the prefix xmlns bound', '<samlp:Status>', '<samlp:Status xmlns:xmlns="urn:x">'],
    ['the prefix xml bound elsewhere', '<samlp:Status>', '<samlp:Status xmlns:xml="urn:x">'],
    [
      'a namespace of one attribute twice',
      '<samlp:Status>',
      '<samlp:Status xmlns:x="urn:x" xmlns:y="urn:x" x:a="" y:a="">',
    ],
    ['two colons in a name', '<samlp:Status>', '<samlp:Status a:b:c="">'],
    ['no prefix before the colon', '<samlp:Status>', '<samlp:Status :a="">'],
    ['a comment that does not end', '<samlp:Status>', '<!-- <samlp:Status>'],
    ['a CDATA section that does not end', '<samlp:Status>', '<![CDATA[<samlp:Status>'],
    ['an XML declaration inside', '<samlp:Status>', '<?xml version="1.0"?><samlp:Status>'],
    ['XML 1.1', '<?xml version="1.0"', '<?xml version="1.1"'],
  ]
  for (const [what, ...edit] of malformed) {
    const code = what.startsWith('an XML declaration') ? /malformed|processing/ : /malformed|namespace/
    show('1.3', `refuses ${what}`, () => expect(codeOf(evaluate(edited(good, edit)))).toMatch(code))
  }
  refuses('1.4', 'deep', 'many-attributes', 'two-references', 'three-transforms', 'signature-on-both-nodes')
  const many = (count: number, text: string): string => text.repeat(count)
  refusesEdit(
    '1.4',
    '20,001 elements',
    'saml.too_many_elements',
    '<samlp:Status>',
    `<samlp:Status>${many(20_001, '<a/>')}`,
  )
  refusesEdit(
    '1.4',
    '40,001 attributes',
    'saml.too_many_attributes',
    '<samlp:Status>',
    `<samlp:Status>${many(13_334, '<a b="" c="" d=""/>')}`,
  )
  refusesEdit(
    '1.4',
    '200,000 unclosed tags',
    'saml.too_deep',
    '<samlp:Status>',
    `<samlp:Status>${many(200_000, '<a>')}`,
  )
  refusesEdit('1.4', 'a megabyte', 'saml.too_large', 'developers', many(1_048_576, 'x'))
  refusesEdit(
    '1.4',
    '5,000 transforms',
    'saml.signature_transforms',
    '<ds:Transforms>',
    `<ds:Transforms>${many(5000, '<ds:Transform Algorithm="x"/>')}`,
  )
  takes('1.5', 'comment-in-text', 'cdata-references-emoji', 'carriage-return')
  refuses(
    '1.5',
    'processing-instruction',
    'name-id-element-inside',
    'audience-element-inside',
    'issuer-element-inside',
    'role-value-with-element-inside',
    'friendly-value-with-element-inside',
    'comment-changes-nothing-but-text-does',
  )
  refuses('1.6', 'assertion-namespaced-id', 'other-namespace')
  for (const name of ['Id', 'id', 'iD', 'xml:id'])
    refusesEdit('1.6', `${name} for ID`, 'saml.id_missing', 'ID="_response"', `${name}="_response"`)
  refusesSigned(
    '1.6',
    'an Audience of another namespace',
    'saml.audience_mismatch',
    /<saml:Audience>(.*?)<\/saml:Audience>/,
    `<Audience xmlns="urn:x">${expected.spEntityId}</Audience>`,
  )
  refusesSigned(
    '1.6',
    'a Recipient of another namespace',
    'saml.recipient_mismatch',
    ' Recipient=',
    ' xmlns:x="urn:x" x:Recipient=',
  )
})

describe('2 shape of the Response', () => {
  refuses(
    '2.1',
    'logout-response',
    'bare-assertion',
    'other-namespace',
    'response-version-1.1',
    'assertion-version-1.1',
  )
  refusesEdit('2.1', 'no version', 'saml.version', ' Version="2.0"', '')
  refuses(
    '2.2',
    'no-assertion',
    'two-signed-assertions',
    'assertion-in-advice',
    'xsw7-evil-in-extensions',
    'xsw-in-status-detail',
    'xsw8-original-in-object',
  )
  refuses(
    '2.2',
    'duplicate-id',
    'empty-id',
    'evil-with-same-id',
    'encrypted-and-plain',
    'encrypted-in-extensions',
    'encrypted-id-of-the-response',
  )
  refuses('2.3', 'signature-last')
  refuses('2.3', 'status-after-assertion', 'two-issuers', 'two-subjects', 'two-name-ids', 'two-conditions')
  refuses(
    '2.3',
    'status-missing',
    'status-nested-success',
    'status-two-codes',
    'status-authn-failed',
    'status-request-denied',
    'status-no-passive',
  )
  refusesEdit('2.3', 'Success in other letters', 'saml.idp_refused', 'status:Success', 'status:success')
  refusesEdit('2.3', 'text between the children', 'saml.elements_expected', '<samlp:Status>', 'text<samlp:Status>')
  refuses(
    '2.4',
    'signature-in-attribute',
    'object',
    'manifest',
    'xsw5-signature-moved',
    'xsw6-original-in-signature',
    'encrypted-signature-inside',
  )
  refusesEdit(
    '2.4',
    'a Signature in Status',
    'saml.signature_misplaced',
    '<samlp:Status>',
    '<samlp:Status><Signature xmlns="http://www.w3.org/2000/09/xmldsig#"/>',
  )
})

describe('3 signature', () => {
  takes('3.1', 'signed-assertion', 'signed-response', 'signed-both')
  refuses(
    '3.1',
    'unsigned',
    'both-assertion-broken',
    'both-assertion-by-stranger',
    'both-response-by-stranger',
    'both-response-broken',
  )
  elsewhere('3.1', 'saml/fixtures.test.ts', "describe('what has to be signed'")
  takes('3.2', 'second-certificate', 'own-key-info-ignored')
  refuses('3.2', 'stranger', 'stranger-with-own-key-info')
  takes(
    '3.3',
    'rsa-sha384',
    'rsa-sha512',
    'ecdsa-p256',
    'ecdsa-p384',
    'ecdsa-p521',
    'rsa-pss-sha256',
    'rsa-pss-sha384',
    'rsa-pss-sha512',
  )
  refuses('3.3', 'rsa-sha1', 'digest-sha1', 'method-none', 'method-constructor', 'hmac-with-the-certificate')
  refuses('3.3', 'rsa-signature-called-ecdsa', 'ecdsa-zero', 'signed-by-weak-key')
  const method = 'http://www.w3.org/2001/04/xmldsig-more#rsa-sha256'
  for (const name of [
    `${method} `,
    method.toUpperCase(),
    '__proto__',
    'http://www.w3.org/2001/04/xmldsig-more#rsa-md5',
    'http://www.w3.org/2000/09/xmldsig#dsa-sha1',
  ]) {
    refusesEdit('3.3', `the method "${name}"`, 'saml.signature_algorithm', method, name)
  }
  refusesEdit(
    '3.3',
    'MD5 as digest',
    'saml.signature_digest_algorithm',
    'http://www.w3.org/2001/04/xmlenc#sha256',
    'http://www.w3.org/2001/04/xmldsig-more#md5',
  )
  refusesEdit(
    '3.3',
    'RSA-PSS for RSA',
    'saml.signature_invalid',
    method,
    'http://www.w3.org/2007/05/xmldsig-more#sha256-rsa-MGF1',
  )
  refuses(
    '3.4',
    'two-signed-infos',
    'two-signature-values',
    'comment-in-digest-value',
    'element-in-digest-value',
    'text-in-signed-info',
  )
  for (const name of [
    'DigestValue',
    'SignatureValue',
    'SignedInfo',
    'Signature xmlns:ds="http://www.w3.org/2000/09/xmldsig#"',
  ]) {
    refusesEdit(
      '3.4',
      `a comment in ${name.split(' ')[0]}`,
      'saml.signature_shape',
      `<ds:${name}>`,
      `<ds:${name}><!-- -->`,
    )
  }
  refusesEdit('3.4', 'KeyInfo first', 'saml.signature_shape', '<ds:SignedInfo>', '<ds:KeyInfo/><ds:SignedInfo>')
  refusesEdit(
    '3.4',
    'two digests',
    'saml.signature_shape',
    '</ds:DigestValue>',
    '</ds:DigestValue><ds:DigestValue>AAAA</ds:DigestValue>',
  )
  refuses(
    '3.5',
    'uri-empty',
    'uri-missing',
    'uri-xpointer',
    'uri-of-the-response',
    'uri-elsewhere',
    'evil-with-same-id',
  )
  refusesEdit('3.5', 'the ID without #', 'saml.signature_reference', 'URI="#_assertion"', 'URI="_assertion"')
  refusesEdit('3.5', 'the ID percent-encoded', 'saml.signature_reference', 'URI="#_assertion"', 'URI="#%5Fassertion"')
  takes('3.6', 'with-comments-method', 'prefix-list', 'prefix-list-default')
  takes('3.6', 'signed-info-inclusive', 'signed-info-inclusive-in-context', 'signed-info-inclusive-with-comments')
  refuses(
    '3.6',
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
  )
  refusesEdit(
    '3.6',
    'base64 as a transform',
    'saml.signature_transforms',
    /xmldsig#enveloped-signature/,
    'xmldsig#base64',
  )
  refusesEdit(
    '3.6',
    'enveloped-signature twice',
    'saml.signature_transforms',
    /http:\/\/www.w3.org\/2001\/10\/xml-exc-c14n#(?="\/?>\s*(<\/ds:Transform>)?<\/ds:Transforms>)/,
    'http://www.w3.org/2000/09/xmldsig#enveloped-signature',
  )
  refuses('3.7', 'digest-truncated', 'digest-empty', 'hmac-output-length', 'signature-value-cut')
})

describe('4 claims', () => {
  refuses(
    '4.1',
    'issuer-wrong',
    'issuer-with-slash',
    'response-issuer-wrong',
    'signed-response-without-issuer',
    'encrypted-without-response-issuer',
  )
  refusesSigned(
    '4.1',
    'an Issuer with space around it',
    'saml.issuer_mismatch',
    /(?<=<saml:Assertion.*<saml:Issuer>)([^<]*)/s,
    ` ${expected.idp.entityId} `,
  )
  refuses(
    '4.2',
    'no-conditions',
    'expired',
    'not-yet-valid',
    'audience-wrong',
    'audience-with-slash',
    'second-restriction-excludes-us',
  )
  refuses('4.2', 'no-audience-restriction', 'unknown-condition', 'foreign-condition')
  takes('4.2', 'one-time-use', 'offset-times')
  refusesSigned(
    '4.2',
    'an empty AudienceRestriction',
    'saml.audience_mismatch',
    /<saml:Audience>.*<\/saml:Audience>/,
    '',
  )
  takes('4.2', 'audience-padded')
  refuses('4.2', 'audience-with-space-inside', 'audience-in-two-lines')
  refusesSigned(
    '4.2',
    'an Audience with a space of another kind around it',
    'saml.audience_mismatch',
    /(?<=<saml:Audience>)/,
    '\u00a0',
  )
  refusesSigned(
    '4.2',
    'an Audience in other letters',
    'saml.audience_mismatch',
    '<saml:Audience>https://gateway',
    '<saml:Audience>https://Gateway',
  )
  elsewhere('4.2', 'saml/validate.test.ts', 'clock skew (security-requirements 4.2)')
  refuses(
    '4.3',
    'holder-of-key-only',
    'recipient-wrong',
    'confirmation-expired',
    'confirmation-endless',
    'confirmation-not-yet',
  )
  refuses('4.3', 'confirmation-without-data', 'confirmations-do-not-add-up', 'answers-another')
  takes('4.3', 'second-confirmation-is-ours')
  refusesSigned(
    '4.3',
    'an empty InResponseTo',
    'saml.in_response_to_mismatch',
    /(?<=<saml:SubjectConfirmationData.*)InResponseTo="[^"]*"/,
    'InResponseTo=""',
  )
  refusesSigned('4.3', 'an empty Recipient', 'saml.recipient_mismatch', /Recipient="[^"]*"/, 'Recipient=""')
  refuses('4.4', 'destination-wrong', 'signed-response-without-destination')
  refusesEdit('4.4', 'an empty Destination', 'saml.destination_mismatch', /Destination="[^"]*"/, 'Destination=""')
  elsewhere('4.4', 'journeys/headers.test.ts', 'believes no name that a request gives it')
  refuses('4.5', 'no-authn-statement', 'idp-session-ended')
  elsewhere('4.5', 'journeys/session-end.test.ts', 'ends when the session at the identity provider does')
  refuses(
    '4.6',
    'name-id-blank',
    'name-id-missing',
    'time-unparsable',
    'time-without-zone',
    'time-of-no-calendar',
    'time-empty',
    'issue-instant-unparsable',
  )
  for (const time of [
    '2026-11-22T12:05:00z',
    '2026-11-22 12:05:00Z',
    '+2026-11-22T12:05:00Z',
    '2026-11-22T12:05Z',
    '1795349100',
    '2026-13-01T00:00:00Z',
    '9999999-01-01T00:00:00Z',
    'NaN',
  ]) {
    refusesSigned(
      '4.6',
      `the time ${time}`,
      'saml.time_malformed',
      /(?<=<saml:SubjectConfirmationData.*NotOnOrAfter=")[^"]*/,
      time,
    )
  }
  takes('4.6', 'name-id-padded')
  takes('4.7', 'targeted-id', 'attribute-without-name')
  takes('4.8', 'roles-300', 'two-attribute-statements')
  for (const name of ['__proto__', 'constructor', 'toString']) {
    show('4.8', `keeps an attribute named ${name} as an attribute`, async () => {
      const { attributes } = assertionOf(await judgeSigned('Name="groups"', `Name="${name}"`))
      expect([...attributes]).toEqual([[name, ['developers', 'staff']]])
    })
  }
  show('4.8', 'keeps text as sent', async () => {
    const { attributes } = assertionOf(await judgeSigned('developers', ' a  b\n&#9;&lt;script&gt; '))
    expect(attributes.get('groups')?.[0]).toBe(' a  b\n\t<script> ')
  })
})

describe('5 request binding, replay, sessions', () => {
  refuses('5.1', 'answers-another', 'response-answers-another', 'response-answers-nobody')
  elsewhere(
    '5.1',
    'journeys/refused-saml.test.ts',
    'an answer under the RelayState of another sign-in',
    'an answer at the address of another provider',
    'an answer under a RelayState that names no sign-in',
  )
  refuses('5.2', 'unsolicited')
  elsewhere('5.2', 'saml/validate.test.ts', 'a response that nobody asked for (security-requirements 5.2)')
  elsewhere(
    '5.3',
    'journeys/refused-saml.test.ts',
    'is refused in another encoding too',
    'makes one session when it is posted ten times at once',
    'is known as used also where the sign-in is not',
  )
  elsewhere(
    '5.4',
    'journeys/finish.test.ts',
    'refuses another browser, and uses the handle up',
    'sees no cookie at the ACS and gives none there',
  )
  elsewhere(
    '5.5',
    'journeys/finish.test.ts',
    'makes the session id from before worthless',
    'takes no session id that the client chose',
  )
  elsewhere('5.5', 'journeys/refused-saml.test.ts', 'leaves an existing session as it was')
  elsewhere('5.6', 'journeys/redirects.test.ts', "describe('return_to'")
})

describe('6 encryption', () => {
  takes(
    '6.gcm',
    'encrypted-aes128-gcm',
    'encrypted-aes256-gcm',
    'encrypted-id',
    'encrypted-id-in-encrypted',
    'encrypted-in-context',
  )
  takes('6.cbc', 'encrypted-aes128-cbc-signed-response', 'encrypted-aes256-cbc-signed-response')
  refuses(
    '6.cbc',
    'encrypted-cbc-in-unsigned-response',
    'encrypted-id-cbc-in-unsigned-response',
    'encrypted-broken-response-signature',
  )
  takes('6.signature', 'encrypted-response-signed')
  refuses('6.signature', 'encrypted-unsigned', 'encrypted-by-stranger', 'encrypted-broken-signature')
  refuses(
    '6.again',
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
  )
  takes('6.gcm', 'encrypted-aes192-gcm')
  takes('6.cbc', 'encrypted-aes192-cbc-signed-response')
  takes(
    '6.algorithms',
    'encrypted-oaep-sha256',
    'encrypted-oaep-by-default',
    'encrypted-oaep-mgf1p-sha256',
    'encrypted-oaep-mgf1p-sha512',
    'encrypted-oaep11-sha512',
    'encrypted-oaep11-sha384-mgf1-sha256',
  )
  refuses(
    '6.algorithms',
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
  )
  elsewhere(
    '6.oracle',
    'saml/encryption.test.ts',
    'has one answer, whether key, tag, padding, length or content is wrong',
    'answers whatever is wrong with it alike',
  )
  refuses(
    '6.reference',
    'encrypted-cipher-reference',
    'encrypted-cipher-value-and-reference',
    'encrypted-key-elsewhere',
    'encrypted-key-elsewhere-and-beside',
  )
})

describe('10 age', () => {
  refuses('10.4', 'issued-too-long-ago', 'issued-in-the-future')
  elsewhere('10.4', 'saml/fixtures.test.ts', 'what answers nobody and may have been used before the start')
  refuses('10.6', 'authn-context-other', 'authn-context-declared-only')
})

it('no requirement of the bar is left out', () => {
  expect(Object.keys(requirements).filter((requirement) => !shown.has(requirement as Requirement))).toEqual([])
})
