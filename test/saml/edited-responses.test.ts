/**
 * A good response with one edit, made after signing or before it, and the code that it is refused with. What xmlsec1 signed is
 * in fixtures.test.ts.
 */
import { createPublicKey } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { assertionChecks } from '../../src/saml/response/checks.ts'
import { signEnveloped } from '../../src/xml/sign.ts'
import { holds } from '../held/holds.ts'
import type { RequirementId } from '../held/requirements.ts'
import { makeKeyPair } from '../xml/keys.ts'
import { assertionOf, codeOf, evaluate, expected, fixture } from './saml-fixtures.ts'

const good = fixture('accepted', 'signed-assertion')
const unsigned = fixture('refused', 'unsigned')

function show(requirement: RequirementId, title: string, check: () => unknown): void {
  it(title, holds(requirement), check)
}

type Edit = readonly [from: string | RegExp, to: string]

const edited = (xml: string, [from, to]: Edit): string => {
  const result = xml.replace(from, () => to)
  if (result === xml) throw new Error(`nothing to replace: ${from}`)
  return result
}

/** Refused with that code when a good response is edited after it was signed. */
const refusesEdit = (requirement: RequirementId, what: string, code: string, ...edit: Edit): void =>
  show(requirement, `a response with ${what} is refused`, () => expect(codeOf(evaluate(edited(good, edit)))).toBe(code))

const keys = await makeKeyPair()
const signingCertificates = [
  { key: createPublicKey(keys.certificate), notAfter: new Date('2099-01-01'), pem: keys.certificate },
]

/** The judgement of a response that was edited first and signed then. */
const judgeSigned = async (...edit: Edit) =>
  evaluate(await signEnveloped(edited(unsigned, edit), { id: '_assertion', after: 'Issuer', signer: keys }), {
    idp: { ...expected.idp, signingCertificates },
  })

const refusesSigned = (requirement: RequirementId, what: string, code: string, ...edit: Edit): void =>
  show(requirement, `a signed response with ${what} is refused`, async () =>
    expect(codeOf(await judgeSigned(...edit))).toBe(code),
  )

describe('0 the design rule', () => {
  for (const name of ['stranger', 'changed-after-signing', 'unsigned', 'encrypted-changed']) {
    show('0.3', `judges no claim of ${name}`, () => {
      const claims = evaluate(fixture('refused', name)).verdict.filter((finding) => finding.name in assertionChecks)
      expect(new Set(claims.map(({ outcome }) => outcome))).toEqual(new Set(['not-run']))
    })
  }
  show('0.4', 'takes no claim from the Response', () => {
    const louder = edited(good, [
      '<samlp:Status>',
      '<samlp:Extensions><x Name="groups">admins</x></samlp:Extensions><samlp:Status>',
    ])
    expect(assertionOf(evaluate(louder))).toEqual(assertionOf(evaluate(good)))
  })
})

describe('1 XML intake', () => {
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
    show('1.3', `a response with ${what} is refused`, () => expect(codeOf(evaluate(edited(good, edit)))).toMatch(code))
  }
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
  refusesEdit('2.1', 'no version', 'saml.version', ' Version="2.0"', '')
  refusesEdit('2.3', 'Success in other letters', 'saml.idp_refused', 'status:Success', 'status:success')
  refusesEdit('2.3', 'text between the children', 'saml.elements_expected', '<samlp:Status>', 'text<samlp:Status>')
  refusesEdit(
    '2.4',
    'a Signature in Status',
    'saml.signature_misplaced',
    '<samlp:Status>',
    '<samlp:Status><Signature xmlns="http://www.w3.org/2000/09/xmldsig#"/>',
  )
})

describe('3 signature', () => {
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
  refusesEdit('3.5', 'the ID without #', 'saml.signature_reference', 'URI="#_assertion"', 'URI="_assertion"')
  refusesEdit('3.5', 'the ID percent-encoded', 'saml.signature_reference', 'URI="#_assertion"', 'URI="#%5Fassertion"')
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
})

describe('4 claims', () => {
  refusesSigned(
    '4.1',
    'an Issuer with space around it',
    'saml.issuer_mismatch',
    /(?<=<saml:Assertion.*<saml:Issuer>)([^<]*)/s,
    ` ${expected.idp.entityId} `,
  )
  refusesSigned(
    '4.2',
    'an empty AudienceRestriction',
    'saml.audience_mismatch',
    /<saml:Audience>.*<\/saml:Audience>/,
    '',
  )
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
  refusesSigned(
    '4.3',
    'an empty InResponseTo',
    'saml.in_response_to_mismatch',
    /(?<=<saml:SubjectConfirmationData.*)InResponseTo="[^"]*"/,
    'InResponseTo=""',
  )
  refusesSigned('4.3', 'an empty Recipient', 'saml.recipient_mismatch', /Recipient="[^"]*"/, 'Recipient=""')
  refusesEdit('4.4', 'an empty Destination', 'saml.destination_mismatch', /Destination="[^"]*"/, 'Destination=""')
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
