import { spawnSync } from 'node:child_process'
import { createPublicKey, verify } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { deflateRawSync, inflateRawSync } from 'node:zlib'
import samlify from 'samlify'
import { describe, expect, it, vi } from 'vitest'
import { type AuthnRequestOptions, buildAuthnRequest, parseAuthnRequest } from '../../src/saml/authn-request.ts'
import { attributeOf, childElements } from '../../src/xml/navigate.ts'
import { parseXml } from '../../src/xml/parse.ts'
import { requireTool } from '../tools.ts'
import { makeKeyPair } from '../xml/keys.ts'
import { errorOf, idp, now } from './saml-fixtures.ts'

const keys = await makeKeyPair()
const sp = { entityId: 'https://gateway.example.org/metadata?a=1&b=2', acsUrl: 'https://gateway.example.org/acs', keys }
const message = (changes: Partial<AuthnRequestOptions> = {}) =>
  buildAuthnRequest({ idp, sp, relayState: 'r/ +&=é', now, newId: () => '_id', ...changes })
const build = async (changes: Partial<AuthnRequestOptions> = {}) => {
  const request = await message(changes)
  if (request.binding !== 'redirect') throw new Error('not by redirect')
  return request
}
const SSO = 'https://idp.example.org/sso'
const byPost = { ...idp, singleSignOn: { post: SSO } }
const post = async (changes: Partial<AuthnRequestOptions> = {}) => {
  const request = await message({ idp: byPost, ...changes })
  if (request.binding !== 'post') throw new Error('not by POST')
  return request
}
const posted = async (changes: Partial<AuthnRequestOptions> = {}) =>
  Buffer.from((await post(changes)).fields.SAMLRequest ?? '', 'base64').toString()
const requestIn = (url: string) =>
  parseXml(inflateRawSync(Buffer.from(new URL(url).searchParams.get('SAMLRequest') ?? '', 'base64')).toString())
const parametersOf = (url: string) => Object.fromEntries(new URL(url).searchParams)

describe('an AuthnRequest by redirect', () => {
  it('says where to answer, when it was made and for whom', async () => {
    const request = requestIn((await build()).url)
    expect(Object.fromEntries(request.attributes.map(({ name, value }) => [name, value]))).toEqual({
      ID: '_id',
      Version: '2.0',
      IssueInstant: '2026-11-22T12:00:00.000Z',
      Destination: 'https://idp.example.org/sso',
      ProtocolBinding: 'urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST',
      AssertionConsumerServiceURL: 'https://gateway.example.org/acs',
    })
    const [issuer, policy] = childElements(request)
    expect(issuer?.children).toEqual([sp.entityId])
    expect(policy && attributeOf(policy, 'AllowCreate')).toBe('true')
  })

  it('carries the RelayState as given', async () => {
    expect(new URL((await build()).url).searchParams.get('RelayState')).toBe('r/ +&=é')
  })

  it('keeps a query that the endpoint has', async () => {
    const url = new URL(
      (await build({ idp: { ...idp, singleSignOn: { redirect: 'https://idp.example.org/sso?a=1&b=2' } } })).url,
    )
    expect([...url.searchParams.keys()]).toEqual(['a', 'b', 'SAMLRequest', 'RelayState'])
  })

  it('an AuthnRequest by redirect is unsigned unless the identity provider wants it', async () => {
    expect(new URL((await build()).url).searchParams.has('Signature')).toBe(false)
    expect(
      new URL((await build({ idp: { ...idp, wantAuthnRequestsSigned: true } })).url).searchParams.has('Signature'),
    ).toBe(true)
    expect(new URL((await build({ signRequests: 'always' })).url).searchParams.has('Signature')).toBe(true)
  })

  it('an AuthnRequest by redirect is signed over the exact octets of the query (Bindings 3.4.4.1)', async () => {
    const query = (await build({ signRequests: 'always' })).url.split('?')[1] ?? ''
    const [octets = '', signature = ''] = query.split('&Signature=')
    expect(octets).toMatch(/^SAMLRequest=[^&]+&RelayState=[^&]+&SigAlg=[^&]+$/)
    const value = Buffer.from(decodeURIComponent(signature), 'base64')
    expect(verify('sha256', Buffer.from(octets), createPublicKey(keys.certificate), value)).toBe(true)
  })

  it('an AuthnRequest by redirect may ask for a new sign-in or for none', async () => {
    const { url } = await build({ forceAuthn: true, isPassive: true })
    expect(parseAuthnRequest(parametersOf(url), 'redirect')).toMatchObject({ forceAuthn: true, isPassive: true })
  })

  it('an AuthnRequest by redirect has a new unguessable ID each time', async () => {
    const ids = await Promise.all(
      [1, 2].map(async () => (await buildAuthnRequest({ idp, sp, relayState: 'r', now })).id),
    )
    expect(ids[0]).not.toBe(ids[1])
    // The time, and 160 random bits.
    expect(ids[0]).toMatch(/^_0[0-9a-z]{8}\.[0-9a-f]{40}$/)
  })

  it('makes a samlify party once for each address', async () => {
    const makePeer = vi.spyOn(samlify, 'IdentityProvider')
    const at = (redirect: string) => message({ idp: { ...idp, singleSignOn: { redirect } } })
    await at('https://idp.example.org/first')
    await at('https://idp.example.org/first')
    expect(makePeer).toHaveBeenCalledTimes(1)
    await at('https://idp.example.org/second')
    expect(makePeer).toHaveBeenCalledTimes(2)
  })

  it('an AuthnRequest by redirect cannot be made without an endpoint', async () => {
    await expect(message({ idp: { ...idp, singleSignOn: {} } })).rejects.toMatchObject({
      code: 'saml.sign_on_endpoint_missing',
    })
  })

  it('an AuthnRequest by redirect is preferred where the identity provider offers both', async () => {
    expect((await message({ idp: { ...idp, singleSignOn: { redirect: SSO, post: SSO } } })).binding).toBe('redirect')
  })

  const childNamed = async (name: string, changes: Partial<AuthnRequestOptions>) =>
    childElements(requestIn((await build(changes)).url)).find(({ local }) => local === name)

  it('asks for a NameID format only where one is configured (Core 3.4.1.1)', async () => {
    const policy = await childNamed('NameIDPolicy', {
      nameIdFormat: 'urn:oasis:names:tc:SAML:2.0:nameid-format:persistent',
    })
    expect(policy && attributeOf(policy, 'Format')).toBe('urn:oasis:names:tc:SAML:2.0:nameid-format:persistent')
    const free = await childNamed('NameIDPolicy', {})
    expect(free && attributeOf(free, 'Format')).toBeUndefined()
  })

  it('asks for authentication contexts only where some are configured, in their order (Core 3.3.2.2.1)', async () => {
    const wanted = await childNamed('RequestedAuthnContext', { authnContext: ['urn:a', 'urn:b'] })
    expect(wanted && attributeOf(wanted, 'Comparison')).toBe('exact')
    expect(wanted && childElements(wanted).map(({ children }) => children[0])).toEqual(['urn:a', 'urn:b'])
    expect(await childNamed('RequestedAuthnContext', { authnContext: [] })).toBeUndefined()
  })

  it('says who asks, where that has a name', async () => {
    const { url } = await build({ sp: { ...sp, name: 'aws.example.com' } })
    expect(attributeOf(requestIn(url), 'ProviderName')).toBe('aws.example.com')
  })
})

describe('an AuthnRequest by POST', () => {
  it('goes where the identity provider listens for it, with the RelayState as given', async () => {
    const { action, fields } = await post()
    expect(action).toBe(SSO)
    expect(fields.RelayState).toBe('r/ +&=é')
    expect(parseAuthnRequest(fields, 'post')).toMatchObject({ id: '_id', issuer: sp.entityId, acsUrl: sp.acsUrl })
    expect(attributeOf(parseXml(await posted()), 'Destination')).toBe(SSO)
  })

  it('an AuthnRequest by POST is unsigned unless the identity provider wants it or the configuration says so', async () => {
    expect(await posted()).not.toContain('Signature')
    expect(await posted({ signRequests: 'always' })).toContain('Signature')
    expect(await posted({ idp: { ...byPost, wantAuthnRequestsSigned: true } })).toContain('Signature')
  })

  it.skipIf(!requireTool('/usr/bin/xmlsec1'))(
    'an AuthnRequest by POST is signed inside, after its Issuer: xmlsec1 verifies it',
    async () => {
      const xml = await posted({ signRequests: 'always' })
      expect(childElements(parseXml(xml)).map(({ local }) => local)).toEqual(['Issuer', 'Signature', 'NameIDPolicy'])
      const folder = mkdtempSync(join(tmpdir(), 'fedgate-request-'))
      writeFileSync(join(folder, 'certificate'), keys.certificate)
      const verifies = (text: string): boolean => {
        writeFileSync(join(folder, 'request'), text)
        const id = ['--id-attr:ID', 'urn:oasis:names:tc:SAML:2.0:protocol:AuthnRequest']
        const key = ['--pubkey-cert-pem', join(folder, 'certificate')]
        return spawnSync('/usr/bin/xmlsec1', ['--verify', ...id, ...key, join(folder, 'request')]).status === 0
      }
      expect(verifies(xml)).toBe(true)
      expect(verifies(xml.replace('AllowCreate="true"', 'AllowCreate="false"'))).toBe(false)
      rmSync(folder, { recursive: true })
    },
  )
})

describe('an AuthnRequest at the identity provider', () => {
  const xml =
    '<p:AuthnRequest xmlns:p="urn:oasis:names:tc:SAML:2.0:protocol" ID="_1" Version="2.0"><i:Issuer xmlns:i="urn:oasis:names:tc:SAML:2.0:assertion">sp</i:Issuer></p:AuthnRequest>'
  const deflated = (text: string | Buffer) => ({ SAMLRequest: deflateRawSync(text).toString('base64') })
  const codeOf = (parameters: { SAMLRequest?: unknown }) =>
    errorOf(() => parseAuthnRequest(parameters, 'redirect')).code

  it('an AuthnRequest at the identity provider is read from a redirect', async () => {
    expect(parseAuthnRequest(parametersOf((await build()).url), 'redirect')).toEqual({
      id: '_id',
      issuer: sp.entityId,
      acsUrl: sp.acsUrl,
      forceAuthn: false,
      isPassive: false,
      relayState: 'r/ +&=é',
    })
  })

  it('an AuthnRequest at the identity provider is read from a form, where it is not deflated', async () => {
    const SAMLRequest = Buffer.from(xml).toString('base64')
    expect(parseAuthnRequest({ SAMLRequest, RelayState: ['x'] }, 'post')).toEqual({
      id: '_1',
      issuer: 'sp',
      forceAuthn: false,
      isPassive: false,
      relayState: undefined,
    })
  })

  it.each([
    ['missing', {}],
    ['repeated', { SAMLRequest: ['a', 'b'] }],
    ['not base64', { SAMLRequest: '%%%' }],
    ['not deflated', { SAMLRequest: Buffer.from(xml).toString('base64') }],
    ['a deflate bomb', deflated(Buffer.alloc(100_000_000, 0x20))],
    ['not UTF-8', deflated(Buffer.from([0xff, 0xfe]))],
    ['another message', deflated(xml.replace(/AuthnRequest/g, 'LogoutRequest'))],
    ['of another version', deflated(xml.replace('"2.0"', '"1.1"'))],
    ['without an ID', deflated(xml.replace('ID="_1"', ''))],
  ])('%s is refused', (_, parameters) => {
    expect(codeOf(parameters)).toBe('saml.request_malformed')
  })

  it('metadata with a DOCTYPE is refused as such', async () => {
    expect(codeOf(deflated(`<!DOCTYPE x>${xml}`))).toBe('saml.doctype')
  })
})
