import { createPublicKey, generateKeyPairSync, sign } from 'node:crypto'
import { deflateRawSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { authenticate, type MessageForm, readPost, readRedirect } from '../../src/saml/bindings.ts'
import { type LogoutRequest, readLogoutRequest, readLogoutResponse } from '../../src/saml/logout.ts'
import {
  base64,
  nameId,
  PARTIAL,
  PERSISTENT,
  packed,
  RESPONDER,
  RSA_SHA256,
  requestXml,
  responseXml,
  type SaidByRequest,
  type SaidByResponse,
  SUCCESS,
  signedQuery,
  signedXml,
} from '../harness/logout-messages.ts'
import { makeKeyPair } from '../xml/keys.ts'
import { decryptionKeys, errorOf, fixture, now } from './saml-fixtures.ts'

const keys = await makeKeyPair()
const next = await makeKeyPair()
const stranger = await makeKeyPair()
const trusted = [next, keys].map(({ certificate }) => createPublicKey(certificate))
const IDP = 'https://idp.example.org/metadata'
const SLO = 'https://gateway.example.org/saml/corp/slo'
const expected = { issuer: IDP, sloUrl: SLO, clockSkewSeconds: 60 }
const said = { issuer: IDP, destination: SLO, issueInstant: '2026-11-22T12:00:00Z' }
const at = (seconds: number): string => new Date(now.getTime() + seconds * 1000).toISOString()

const request = (changes: Partial<SaidByRequest> = {}) => requestXml({ ...said, ...changes })
const response = (changes: Partial<SaidByResponse> = {}) => responseXml({ ...said, inResponseTo: '_asked', ...changes })

const readQuery = (query: string): LogoutRequest =>
  readLogoutRequest(authenticate(readRedirect(query), trusted), expected, now)
const readForm = (form: MessageForm): LogoutRequest =>
  readLogoutRequest(authenticate(readPost(form), trusted), expected, now)
const redirected = (xml: string): LogoutRequest => readQuery(signedQuery(xml, keys.privateKey))
const answered = (xml: string) => {
  const query = signedQuery(xml, keys.privateKey, { parameter: 'SAMLResponse' })
  return readLogoutResponse(authenticate(readRedirect(query), trusted), expected, now)
}
const posted = async (xml: string): Promise<LogoutRequest> =>
  readForm({ SAMLRequest: base64(await signedXml(xml, keys)) })
const escapeAll = (character: string): string => Buffer.from(character).toString('hex').replace(/../g, '%$&')
const packedIn = (query: string): string => /SAMLRequest=([^&]*)/.exec(query)?.[1] ?? ''
const codeOf = (step: () => unknown): string => errorOf(step).code ?? ''

describe('a LogoutRequest', () => {
  const whole = request({ sessionIndexes: ['_one', '_two'], notOnOrAfter: at(240) })
  const read = {
    id: '_message',
    nameId: { value: 'alice', format: PERSISTENT },
    sessionIndexes: ['_one', '_two'],
    issueInstant: now,
    endsAt: new Date(at(240)),
  }

  it('a logout request by redirect names the user and the sessions', () => {
    expect(redirected(whole)).toEqual(read)
  })

  it('a logout request by POST says the same', async () => {
    expect(await posted(whole)).toEqual(read)
  })

  it('a logout request without SessionIndex means all sessions', () => {
    expect(redirected(request()).sessionIndexes).toEqual([])
  })

  it('keeps the qualifiers of the name, and its text whole', () => {
    const subject = nameId('a<!-- x -->b<![CDATA[&]]>', ' NameQualifier="n" SPNameQualifier="s"')
    expect(redirected(request({ subject })).nameId).toEqual({ value: 'ab&', nameQualifier: 'n', spNameQualifier: 's' })
  })

  it('a LogoutRequest with the name and the sessions on lines of their own ended nothing', () => {
    const subject = nameId('\n    alice\n  ')
    expect(redirected(request({ subject, sessionIndexes: ['\n    _one\n  '] }))).toMatchObject({
      nameId: { value: 'alice' },
      sessionIndexes: ['_one'],
    })
  })

  it('a logout request without NotOnOrAfter is good for five minutes', () => {
    expect(redirected(request()).endsAt).toEqual(new Date(at(300)))
  })

  it.each([
    ['from another issuer', { issuer: 'https://other.example.org' }, 'saml.logout_issuer_mismatch'],
    ['from an issuer with a slash more', { issuer: `${IDP}/` }, 'saml.logout_issuer_mismatch'],
    ['from nobody', { issuer: undefined }, 'saml.logout_issuer_mismatch'],
    ['for another address', { destination: `${SLO}/` }, 'saml.logout_destination_mismatch'],
    ['for no address', { destination: undefined }, 'saml.logout_destination_mismatch'],
    ['for an empty address', { destination: '' }, 'saml.logout_destination_mismatch'],
    ['that ended a minute ago', { notOnOrAfter: at(-60) }, 'saml.logout_expired'],
    ['of six minutes ago that names no end', { issueInstant: at(-360) }, 'saml.logout_expired'],
    ['from the future', { issueInstant: at(61) }, 'saml.logout_not_yet_valid'],
    ['with an end that is no time', { notOnOrAfter: 'tomorrow' }, 'saml.time_malformed'],
    ['with a beginning that is no time', { issueInstant: '2026-11-22 12:00' }, 'saml.time_malformed'],
    ['of another version', { version: '1.1' }, 'saml.version'],
    ['without an ID', { id: '' }, 'saml.duplicate_id'],
    ['that names nobody', { subject: '' }, 'saml.child_order'],
    ['that names white space', { subject: nameId(' ') }, 'saml.logout_subject_missing'],
    ['that names two', { subject: nameId('alice') + nameId('bob') }, 'saml.child_order'],
    ['whose name holds an element', { subject: nameId('<b>alice</b>') }, 'saml.text_expected'],
    ['with a BaseID', { subject: '<saml:BaseID/>' }, 'saml.logout_subject_missing'],
    ['with two issuers', { subject: `<saml:Issuer>${IDP}</saml:Issuer>${nameId('alice')}` }, 'saml.child_order'],
    ['with a name in another namespace', { subject: '<samlp:NameID>alice</samlp:NameID>' }, 'saml.child_order'],
  ])('%s is refused', (_, changes, code) => {
    expect(codeOf(() => redirected(request(changes)))).toBe(code)
  })

  it.each([59, 0, -59])('a LogoutRequest is accepted %d seconds before its end', (seconds) => {
    expect(redirected(request({ notOnOrAfter: at(seconds) })).id).toBe('_message')
  })

  it('a message that is a LogoutResponse is refused', () => {
    expect(codeOf(() => redirected(response()))).toBe('saml.not_a_logout')
  })

  it('tells what was expected and found, and what each check said', () => {
    expect(errorOf(() => redirected(request({ destination: 'https://elsewhere' })))).toMatchObject({
      expected: SLO,
      found: 'https://elsewhere',
      source: '@Destination',
      verdict: [{ outcome: 'pass' }, { outcome: 'fail' }, { outcome: 'pass' }, { outcome: 'pass' }],
    })
  })
})

describe('a LogoutRequest with an EncryptedID', () => {
  const [subject = ''] = /<saml:EncryptedID.*<\/saml:EncryptedID>/s.exec(fixture('accepted', 'encrypted-id')) ?? []
  const xml = requestXml({ ...said, subject })
  const read = (message: string, keysToTry = decryptionKeys) =>
    readLogoutRequest(
      authenticate(readRedirect(signedQuery(message, keys.privateKey)), trusted),
      { ...expected, decryptionKeys: keysToTry },
      now,
    )

  it('says it to who has the key', () => {
    expect(read(xml).nameId).toEqual({
      value: 'alice@example.org',
      format: 'urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress',
    })
  })

  it('a LogoutRequest with an EncryptedID is refused where there is no key', () => {
    expect(codeOf(() => read(xml, []))).toBe('saml.assertion_encrypted')
  })

  it('a LogoutRequest with an EncryptedID is refused when it was changed', () => {
    const changed = xml.replace(
      /(CipherValue>)..(?=[^<]*<\/xenc:CipherValue><\/xenc:CipherData><\/xenc:EncryptedData>)/,
      '$1AA',
    )
    expect(changed).not.toBe(xml)
    expect(codeOf(() => read(changed))).toBe('saml.decryption_failed')
  })
})

describe('a signature of the redirect binding', () => {
  const xml = request()
  const query = signedQuery(xml, keys.privateKey, { relayState: 'r/ +é' })

  it('verifies with any key of the metadata', () => {
    expect(readQuery(signedQuery(xml, next.privateKey)).id).toBe('_message')
  })

  it.each([
    ['lower-case escapes', (value: string) => encodeURIComponent(value).replace(/%../g, (hex) => hex.toLowerCase())],
    ['escapes where none is needed', (value: string) => value.replace(/./gu, (c) => escapeAll(c))],
    ['no escapes but those that must be', (value: string) => value.replace(/[%&#]/g, encodeURIComponent)],
  ])('covers the octets as they came: %s', (_, encode) => {
    const received = readRedirect(signedQuery(xml, keys.privateKey, { relayState: 'state', encode }))
    expect(received.relayState).toBe('state')
    expect(authenticate(received, trusted)).toBe(received.root)
  })

  it('a signature of the redirect binding does not mind the order in the query, nor parameters of others', () => {
    const shuffled = ['utm=1', ...query.split('&').toReversed(), 'x'].join('&')
    expect(readQuery(shuffled).id).toBe('_message')
  })

  it('gives RelayState as it was meant', () => {
    expect(readRedirect(query).relayState).toBe('r/ +é')
    expect(readRedirect(query.replace(/RelayState=[^&]*/, 'RelayState=a+b%2Bc')).relayState).toBe('a b+c')
  })

  const without = (name: string) =>
    query
      .split('&')
      .filter((pair) => !pair.startsWith(`${name}=`))
      .join('&')
  const withAlgorithm = (algorithm: string) =>
    signedQuery(xml, keys.privateKey, {
      algorithm,
      signWith: (octets) => sign(algorithm.endsWith('sha1') ? 'sha1' : 'sha256', octets, keys.privateKey),
    })

  it.each([
    ['is missing', without('Signature'), 'saml.logout_unsigned'],
    ['has no algorithm', without('SigAlg'), 'saml.logout_unsigned'],
    ['is a stranger’s', signedQuery(xml, stranger.privateKey), 'saml.signature_invalid'],
    ['covers another RelayState', query.replace('RelayState=r', 'RelayState=q'), 'saml.signature_invalid'],
    ['covers a RelayState that is gone', without('RelayState'), 'saml.signature_invalid'],
    ['covers no RelayState', `${signedQuery(xml, keys.privateKey)}&RelayState=x`, 'saml.signature_invalid'],
    [
      'covers another message',
      query.replace(packedIn(query), encodeURIComponent(packed(request({ id: '_o' })))),
      'saml.signature_invalid',
    ],
    ['covers other escapes', query.replace('%2B', '%2b'), 'saml.signature_invalid'],
    ['is by SHA-1', withAlgorithm('http://www.w3.org/2000/09/xmldsig#rsa-sha1'), 'saml.signature_algorithm'],
    ['is by HMAC', withAlgorithm('http://www.w3.org/2000/09/xmldsig#hmac-sha256'), 'saml.signature_algorithm'],
    ['is by "constructor"', withAlgorithm('constructor'), 'saml.signature_algorithm'],
    ['is by no algorithm', withAlgorithm(''), 'saml.signature_algorithm'],
    [
      'says ECDSA and is RSA',
      withAlgorithm('http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256'),
      'saml.signature_key_unfit',
    ],
    ['is empty', query.replace(/Signature=.*/, 'Signature='), 'saml.signature_encoding'],
    ['is not base64', query.replace(/Signature=.*/, 'Signature=%2A'), 'saml.signature_encoding'],
    ['stands there twice', `${query}&${query.split('&').at(-1)}`, 'saml.message_missing'],
    ['has its algorithm twice', `${query}&SigAlg=${encodeURIComponent(RSA_SHA256)}`, 'saml.message_missing'],
  ])('a logout request that %s is refused', (_, hostile, code) => {
    expect(codeOf(() => readQuery(hostile))).toBe(code)
  })

  it('a signature of a response does not vouch for a request', () => {
    const moved = signedQuery(xml, keys.privateKey, { parameter: 'SAMLResponse' }).replace(
      'SAMLResponse=',
      'SAMLRequest=',
    )
    expect(codeOf(() => readQuery(moved))).toBe('saml.signature_invalid')
  })

  it('a signature of the redirect binding is not replaced by one inside the message', async () => {
    const enveloped = `SAMLRequest=${encodeURIComponent(packed(await signedXml(xml, keys)))}`
    expect(codeOf(() => readQuery(enveloped))).toBe('saml.logout_unsigned')
  })

  it('a signature of the redirect binding does not make good one inside the message that is not', async () => {
    const inside = await signedXml(xml, stranger)
    expect(codeOf(() => readQuery(signedQuery(inside, keys.privateKey)))).toBe('saml.signature_invalid')
    expect(readQuery(signedQuery(await signedXml(xml, keys), keys.privateKey)).id).toBe('_message')
  })

  it('a signature of the redirect binding may be by ECDSA, with r and s side by side', () => {
    const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
    const algorithm = 'http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256'
    const signed = (dsaEncoding: 'ieee-p1363' | 'der') =>
      signedQuery(xml, privateKey, {
        algorithm,
        signWith: (octets) => sign('sha256', octets, { key: privateKey, dsaEncoding }),
      })
    expect(authenticate(readRedirect(signed('ieee-p1363')), [publicKey]).local).toBe('LogoutRequest')
    expect(codeOf(() => authenticate(readRedirect(signed('der')), [publicKey]))).toBe('saml.signature_invalid')
  })
})

describe('a query that is no message', () => {
  const raw = (octets: Buffer) => `SAMLRequest=${encodeURIComponent(octets.toString('base64'))}`

  it.each([
    ['is empty', '', 'saml.message_missing'],
    ['has neither request nor response', 'RelayState=x', 'saml.message_missing'],
    ['has both', `SAMLRequest=${packed('<a/>')}&SAMLResponse=${packed('<a/>')}`, 'saml.message_missing'],
    ['has two requests', 'SAMLRequest=a&SAMLRequest=b', 'saml.message_missing'],
    ['has half an escape', 'SAMLRequest=%E0%A4', 'saml.message_missing'],
    ['says another encoding', `${raw(deflateRawSync('<a/>'))}&SAMLEncoding=urn:none`, 'saml.message_missing'],
    ['is not base64', 'SAMLRequest=*', 'saml.base64'],
    ['is not deflated', raw(Buffer.from('<a/>')), 'saml.deflate'],
    ['unpacks to megabytes', raw(deflateRawSync(Buffer.alloc(50_000_000))), 'saml.too_large'],
    ['unpacks to no UTF-8', raw(deflateRawSync(Buffer.from([0xff, 0xfe]))), 'saml.utf8'],
    ['unpacks to no XML', raw(deflateRawSync('hello')), 'saml.malformed'],
    ['declares a document type', raw(deflateRawSync('<!DOCTYPE a><a/>')), 'saml.doctype'],
  ])('because it %s', (_, query, code) => {
    expect(codeOf(() => readRedirect(query))).toBe(code)
  })
})

describe('a signature of the POST binding', () => {
  const form = async (xml: string) => ({ SAMLRequest: base64(xml) })

  it('a signature that is missing is refused', async () => {
    const plain = await form(request())
    expect(codeOf(() => readForm(plain))).toBe('saml.logout_unsigned')
  })

  it('a signature that is a stranger’s is refused', async () => {
    const signed = await form(await signedXml(request(), stranger))
    expect(codeOf(() => readForm(signed))).toBe('saml.signature_invalid')
  })

  it('covers the whole message', async () => {
    const changed = await form((await signedXml(request(), keys)).replace('>alice<', '>bob<'))
    expect(codeOf(() => readForm(changed))).toBe('saml.signature_digest')
  })

  it('a signature of the POST binding is not that of an element inside', async () => {
    const inner = await signedXml(request({ id: '_inner' }), keys, '_inner')
    const outer = request({ subject: `<samlp:Extensions>${inner}</samlp:Extensions>${nameId('bob')}` })
    const wrapped = await form(outer)
    expect(codeOf(() => readForm(wrapped))).toBe('saml.logout_unsigned')
  })

  it.each([
    ['two requests', { SAMLRequest: ['a', 'b'] }],
    ['a request that is an object', { SAMLRequest: {} }],
    ['both a request and a response', { SAMLRequest: 'a', SAMLResponse: 'b' }],
    ['nothing', {}],
  ])('a signature of the POST binding is not looked for in %s', (_, hostile) => {
    expect(codeOf(() => readForm(hostile))).toBe('saml.message_missing')
  })

  it('a signature of the POST binding is not looked for in two RelayStates', async () => {
    const signed = base64(await signedXml(request(), keys))
    expect(codeOf(() => readForm({ SAMLRequest: signed, RelayState: ['a', 'b'] }))).toBe('saml.message_missing')
  })
})

describe('a LogoutResponse', () => {
  it.each([
    ['complete', [SUCCESS]],
    ['partial', [SUCCESS, PARTIAL]],
    ['partial', [RESPONDER, PARTIAL]],
    ['failed', [RESPONDER]],
    ['failed', [RESPONDER, SUCCESS]],
  ] as const)('a LogoutResponse is %s when its status is %j', (outcome, status) => {
    expect(answered(response({ status }))).toEqual({ inResponseTo: '_asked', outcome })
  })

  it.each([
    ['that answers nothing', { inResponseTo: undefined }, 'saml.attribute_missing'],
    ['without a status', { status: [] }, 'saml.element_missing'],
    ['from another issuer', { issuer: 'https://other.example.org' }, 'saml.logout_issuer_mismatch'],
    ['for another address', { destination: `${SLO}?` }, 'saml.logout_destination_mismatch'],
    ['of six minutes ago', { issueInstant: at(-360) }, 'saml.logout_expired'],
    ['from the future', { issueInstant: at(61) }, 'saml.logout_not_yet_valid'],
  ])('%s is refused', (_, changes, code) => {
    expect(codeOf(() => answered(response(changes)))).toBe(code)
  })

  it('a message that is a LogoutRequest is refused', () => {
    expect(codeOf(() => answered(request()))).toBe('saml.not_a_logout')
  })
})
