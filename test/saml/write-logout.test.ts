import { execFileSync } from 'node:child_process'
import { createPublicKey, verify } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { inflateRawSync } from 'node:zlib'
import { XmlDocument, XsdValidator } from 'libxml2-wasm'
import { xmlRegisterFsInputProviders } from 'libxml2-wasm/lib/nodejs.mjs'
import { describe, expect, it } from 'vitest'
import { type MessageToSend, packMessage } from '../../src/saml/pack-message.ts'
import { type LogoutResult, writeLogoutRequest, writeLogoutResponse } from '../../src/saml/write-logout.ts'
import { render } from '../../src/xml/write.ts'
import { RESPONDER, SUCCESS, UNKNOWN_PRINCIPAL } from '../harness/logout-messages.ts'
import { requireTool } from '../tools.ts'
import { makeKeyPair } from '../xml/keys.ts'
import { now } from './saml-fixtures.ts'

const keys = await makeKeyPair()
const publicKey = createPublicKey(keys.certificate)
const destination = 'https://idp.example.org/slo?tenant=a&b'
const sender = { issuer: 'https://gateway.example.org/saml/corp/metadata', destination, now }
const nameId = { value: 'a<l>ice', format: 'urn:f', nameQualifier: 'idp', spNameQualifier: 'sp' }
const request = () => writeLogoutRequest(sender, { nameId, sessionIndex: '_s' })
const response = (result: LogoutResult = 'ended') => writeLogoutResponse(sender, '_asked', result)

const message = (changes: Partial<MessageToSend> = {}): MessageToSend => ({
  ...request(),
  parameter: 'SAMLRequest',
  destination,
  ...changes,
})

describe('our LogoutRequest', () => {
  it('names the user and the session as the identity provider did, and ends after five minutes', () => {
    const { id, markup } = request()
    expect(render(markup)).toBe(
      `<samlp:LogoutRequest xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" ID="${id}" Version="2.0" IssueInstant="2026-11-22T12:00:00.000Z" Destination="https://idp.example.org/slo?tenant=a&amp;b" NotOnOrAfter="2026-11-22T12:05:00.000Z" Reason="urn:oasis:names:tc:SAML:2.0:logout:user"><saml:Issuer>https://gateway.example.org/saml/corp/metadata</saml:Issuer><saml:NameID NameQualifier="idp" SPNameQualifier="sp" Format="urn:f">a&lt;l&gt;ice</saml:NameID><samlp:SessionIndex>_s</samlp:SessionIndex></samlp:LogoutRequest>`,
    )
  })

  it('leaves out what the identity provider did not say', () => {
    const { markup } = writeLogoutRequest(sender, { nameId: { value: 'alice' } })
    expect(render(markup)).toContain('<saml:NameID>alice</saml:NameID></samlp:LogoutRequest>')
  })

  it('names every session index that the identity provider gave', () => {
    const { markup } = writeLogoutRequest(sender, { nameId, sessionIndex: '_1', furtherSessionIndexes: ['_2', '_3'] })
    expect(render(markup).match(/(?<=<samlp:SessionIndex>)[^<]*/g)).toEqual(['_1', '_2', '_3'])
  })

  it('our LogoutRequest has an ID of its own each time', () => {
    expect(request().id).not.toBe(request().id)
  })
})

describe('a message by redirect', () => {
  it('a message by redirect is signed over the exact octets of the query, and keeps a query that the address has', async () => {
    const outgoing = await packMessage(message({ relayState: 'r/ +é' }), 'redirect', keys)
    if (outgoing.binding !== 'redirect') throw new Error('not by redirect')
    const [octets = '', signature = ''] = outgoing.url.replace(`${destination}&`, '').split('&Signature=')
    expect(octets).toMatch(/^SAMLRequest=[^&]+&RelayState=r%2F%20%2B%C3%A9&SigAlg=[^&]+$/)
    const value = Buffer.from(decodeURIComponent(signature), 'base64')
    expect(verify('sha256', Buffer.from(octets), publicKey, value)).toBe(true)
    const packed = new URL(outgoing.url).searchParams.get('SAMLRequest') ?? ''
    expect(inflateRawSync(Buffer.from(packed, 'base64')).toString()).toMatch(/^<samlp:LogoutRequest /)
  })

  it('a message by redirect has no RelayState where there is none', async () => {
    const outgoing = await packMessage(message(), 'redirect', keys)
    expect(outgoing).not.toHaveProperty('url', expect.stringContaining('RelayState'))
  })
})

const signedForm = async (changes: Partial<MessageToSend>): Promise<string> => {
  const outgoing = await packMessage(message(changes), 'post', keys)
  if (outgoing.binding !== 'post') throw new Error('not by POST')
  expect(outgoing.action).toBe(destination)
  const { SAMLRequest, SAMLResponse } = outgoing.fields
  return Buffer.from(SAMLRequest ?? SAMLResponse ?? '', 'base64').toString()
}
const both: readonly [string, () => Promise<string>][] = [
  ['LogoutRequest', () => signedForm({})],
  ['LogoutResponse', () => signedForm({ ...response(), parameter: 'SAMLResponse' })],
  ['LogoutResponse', () => signedForm({ ...response('ended-nothing'), parameter: 'SAMLResponse' })],
]

describe('our LogoutResponse', () => {
  it.each([
    ['ended', [SUCCESS]],
    ['ended-nothing', [RESPONDER, UNKNOWN_PRINCIPAL]],
  ] as const)('says Success only where a session ended: %s', (result, codes) => {
    const found = [...render(response(result).markup).matchAll(/StatusCode Value="([^"]*)"/g)].map(([, code]) => code)
    expect(found).toEqual(codes)
  })
})

describe.skipIf(!requireTool('/usr/bin/xmlsec1'))('xmlsec1 verifies what is posted', () => {
  it.each(both)('xmlsec1 verifies what is posted as %s', async (local, signed) => {
    const folder = mkdtempSync(join(tmpdir(), 'fedgate-logout-'))
    const [certificate, file] = [join(folder, 'certificate'), join(folder, 'message')]
    writeFileSync(certificate, keys.certificate)
    writeFileSync(file, await signed())
    const id = ['--id-attr:ID', `urn:oasis:names:tc:SAML:2.0:protocol:${local}`]
    try {
      const verifying = ['--verify', ...id, '--pubkey-cert-pem', certificate, file]
      expect(() => execFileSync('/usr/bin/xmlsec1', verifying, { stdio: 'pipe' })).not.toThrow()
    } finally {
      rmSync(folder, { recursive: true })
    }
  })
})

const schema = '/usr/share/simplesamlphp/schemas/saml-schema-protocol-2.0.xsd'

describe.skipIf(!requireTool(schema))('the schema of SAML 2.0 admits', () => {
  xmlRegisterFsInputProviders()

  it.each(both)('our %s', async (_, signed) => {
    const validator = XsdValidator.fromDoc(XmlDocument.fromBuffer(readFileSync(schema), { url: schema }))
    const document = XmlDocument.fromString(await signed())
    expect(() => validator.validate(document)).not.toThrow()
  })
})
