import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { inflateRawSync } from 'node:zlib'
import { XmlDocument, XsdValidator } from 'libxml2-wasm'
import { xmlRegisterFsInputProviders } from 'libxml2-wasm/lib/nodejs.mjs'
import { describe, expect, it } from 'vitest'
import { buildAuthnRequest } from '../../src/saml/authn-request.ts'
import { buildIdpMetadata } from '../../src/saml/idp-metadata.ts'
import { issueResponse, type ResponseToIssue } from '../../src/saml/issue.ts'
import { parseIdpMetadata } from '../../src/saml/metadata.ts'
import { evaluateResponse } from '../../src/saml/response/validate.ts'
import { signInFromAssertion } from '../../src/saml/sign-in.ts'
import { buildSignedSpMetadata, buildSpMetadata } from '../../src/saml/sp-metadata.ts'
import { signEnveloped } from '../../src/xml/sign.ts'
import { requireTool } from '../tools.ts'
import { makeKeyPair } from '../xml/keys.ts'
import { acs, assertionOf, codeOf, form, now, request, sp } from './saml-fixtures.ts'

const keys = await makeKeyPair()
const metadata = buildIdpMetadata({
  entityId: 'https://issuer.example.org',
  signer: keys,
  ssoUrl: 'https://issuer.example.org/sso',
  sloUrl: 'https://issuer.example.org/slo',
})
const idp = parseIdpMetadata(metadata, { now })
const expected = {
  idp,
  spEntityId: sp,
  acsUrl: acs,
  inResponseTo: request,
  clockSkewSeconds: 0,
  maxAssertionAgeSeconds: 600,
  remembersSince: undefined,
  authnContext: [],
  signature: 'any',
  subject: 'nameId',
} as const
const hostile = 'a<b>&"\'\r\n\t😀 ]]> {x} {y}'
const alice: ResponseToIssue = {
  issuer: 'https://issuer.example.org',
  recipient: acs,
  audience: sp,
  inResponseTo: request,
  nameId: {
    value: 'alice',
    format: 'urn:oasis:names:tc:SAML:2.0:nameid-format:persistent',
    nameQualifier: 'n',
    spNameQualifier: 's',
  },
  attributes: [
    { name: `https://aws.amazon.com/SAML/Attributes/PrincipalTag:${hostile}`, values: [hostile, '', 'second'] },
    {
      name: 'urn:oid:0.9',
      nameFormat: 'urn:oasis:names:tc:SAML:2.0:attrname-format:uri',
      friendlyName: 'mail',
      values: ['alice@example.org'],
    },
  ],
  authnInstant: new Date('2026-11-22T10:00:00Z'),
  sessionIndex: '_s',
  sessionNotOnOrAfter: new Date('2026-11-22T18:00:00Z'),
  lifetimeSeconds: 300,
  sign: 'assertion',
}
const places = ['assertion', 'response', 'both'] as const

describe('an issued response', () => {
  it.each(places)('signed as %s is accepted by the validator, every value as it went in', async (sign) => {
    const xml = await issueResponse({ ...alice, sign }, keys, now)
    const assertion = assertionOf(evaluateResponse(form(xml), { ...expected, signature: sign }, now))
    expect(assertion).toMatchObject({
      subject: 'alice',
      nameId: alice.nameId,
      authnInstant: alice.authnInstant,
      sessionIndex: '_s',
      sessionNotOnOrAfter: alice.sessionNotOnOrAfter,
    })
    expect([...assertion.attributes]).toEqual([
      [`https://aws.amazon.com/SAML/Attributes/PrincipalTag:${hostile}`, [hostile, '', 'second']],
      ['urn:oid:0.9', ['alice@example.org']],
      ['mail', ['alice@example.org']],
    ])
  })

  it('a response without InResponseTo is unsolicited', async () => {
    const { inResponseTo: _, ...unsolicited } = alice
    expect(codeOf(evaluateResponse(form(await issueResponse(unsolicited, keys, now)), expected, now))).toBe(
      'saml.unsolicited',
    )
  })

  it('speaks of the session of every statement', async () => {
    const id = '_assertion'
    const issued = await issueResponse({ ...alice, assertionId: id, sign: 'assertion' }, keys, now)
    const plain = issued.replace(/<ds:Signature .*<\/ds:Signature>/s, '')
    const another = (statement: string) => `${statement}${statement.replace('"_s"', '"_t"')}`
    const twice = plain.replace(/<saml:AuthnStatement .*<\/saml:AuthnStatement>/s, another)
    const xml = await signEnveloped(twice, { id, after: 'Issuer', signer: keys })
    const assertion = assertionOf(evaluateResponse(form(xml), expected, now))
    const { logoutRef } = signInFromAssertion('corp', assertion, 'response', now)
    expect(logoutRef).toMatchObject({ sessionIndex: '_s', furtherSessionIndexes: ['_t'] })
  })

  it('an assertion that met the class by one statement had the time of another', async () => {
    const [id, mfa] = ['_assertion', 'https://refeds.org/profile/mfa']
    const issued = await issueResponse({ ...alice, assertionId: id, sign: 'assertion' }, keys, now)
    const plain = issued.replace(/<ds:Signature .*<\/ds:Signature>/s, '')
    const stronger = (statement: string) =>
      statement
        .replace('"_s"', '"_t"')
        .replace(/AuthnInstant="[^"]*"/, 'AuthnInstant="2026-11-22T08:00:00Z"')
        .replace(/(?<=<saml:AuthnContextClassRef>)[^<]*/, ` ${mfa}\n`)
    const both = plain.replace(/<saml:AuthnStatement .*<\/saml:AuthnStatement>/s, (one) => one + stronger(one))
    const xml = form(await signEnveloped(both, { id, after: 'Issuer', signer: keys }))
    const asked = assertionOf(evaluateResponse(xml, { ...expected, authnContext: [mfa] }, now))
    expect(asked).toMatchObject({
      authnContextClassRef: mfa,
      authnInstant: new Date('2026-11-22T08:00:00Z'),
      sessionIndex: '_t',
      furtherSessionIndexes: ['_s'],
    })
    expect(assertionOf(evaluateResponse(xml, expected, now)).sessionIndex).toBe('_s')
  })

  it('ends with its lifetime and takes a receiver a minute behind', async () => {
    const xml = form(await issueResponse(alice, keys, now))
    const skewed = { ...expected, clockSkewSeconds: 60 }
    const at = (seconds: number) => codeOf(evaluateResponse(xml, skewed, new Date(now.getTime() + seconds * 1000)))
    expect([-121, -61, -60, 359, 360].map(at)).toEqual([
      'saml.not_yet_valid',
      'saml.assertion_from_future',
      'accepted',
      'accepted',
      'saml.confirmation_expired',
    ])
  })

  it('an issued response has IDs of its own each time, unless they are given', async () => {
    const id = async (changes: Partial<ResponseToIssue> = {}) =>
      assertionOf(evaluateResponse(form(await issueResponse({ ...alice, ...changes }, keys, now)), expected, now)).id
    expect(await id()).not.toBe(await id())
    expect(await id({ assertionId: '_mine' })).toBe('_mine')
  })

  it('an issued response cannot be made from text that XML cannot carry', async () => {
    await expect(issueResponse({ ...alice, nameId: { value: 'a\u0000' } }, keys, now)).rejects.toMatchObject({
      code: 'xml.unwritable',
    })
  })
})

const IDS = ['assertion:Assertion', 'protocol:Response'].flatMap((name) => [
  '--id-attr:ID',
  `urn:oasis:names:tc:SAML:2.0:${name}`,
])

describe.skipIf(!requireTool('/usr/bin/xmlsec1'))('xmlsec1 verifies what is issued', () => {
  it.each(places)('signed as %s', async (sign) => {
    const folder = mkdtempSync(join(tmpdir(), 'fedgate-issue-'))
    const [certificate, response] = [join(folder, 'certificate'), join(folder, 'response')]
    writeFileSync(certificate, keys.certificate)
    writeFileSync(response, await issueResponse({ ...alice, sign }, keys, now))
    const parents = sign === 'both' ? ['Assertion', 'Response'] : [sign === 'assertion' ? 'Assertion' : 'Response']
    try {
      for (const parent of parents) {
        const at = `//*[local-name()='${parent}']/*[local-name()='Signature']`
        const verify = ['--verify', ...IDS, '--node-xpath', at, '--pubkey-cert-pem', certificate, response]
        expect(() => execFileSync('/usr/bin/xmlsec1', verify, { stdio: 'pipe' })).not.toThrow()
      }
    } finally {
      rmSync(folder, { recursive: true })
    }
  })
})

const schemas = '/usr/share/simplesamlphp/schemas'

describe.skipIf(!requireTool(`${schemas}/saml-schema-protocol-2.0.xsd`))('the schemas of SAML 2.0 admit', () => {
  xmlRegisterFsInputProviders()
  const validator = (name: string) => {
    const url = `${schemas}/saml-schema-${name}-2.0.xsd`
    return XsdValidator.fromDoc(XmlDocument.fromBuffer(readFileSync(url), { url }))
  }
  const validate = (name: string, xml: string) => () => validator(name).validate(XmlDocument.fromString(xml))

  it.each(places)('an issued response signed as %s', async (sign) => {
    expect(validate('protocol', await issueResponse({ ...alice, sign }, keys, now))).not.toThrow()
  })

  it('identity provider metadata', () => {
    expect(validate('metadata', metadata)).not.toThrow()
  })

  it('service provider metadata, with and without logout', () => {
    const plain = { entityId: sp, acsUrl: `${acs}?a=1&b=2`, keys }
    const options = { signsRequests: false }
    const withLogout = { ...plain, sloUrl: 'https://gateway.example.org/slo' }
    expect(validate('metadata', buildSpMetadata(plain, options))).not.toThrow()
    expect(validate('metadata', buildSpMetadata(withLogout, options))).not.toThrow()
  })

  it('service provider metadata with all that it can say, signed', async () => {
    const xml = await buildSignedSpMetadata(
      {
        entityId: sp,
        name: 'gateway.example.org',
        acsUrl: acs,
        sloUrl: 'https://gateway.example.org/slo',
        keys,
        furtherKeys: [keys],
        decryptionKeys: [keys, keys],
      },
      {
        signsRequests: true,
        nameIdFormat: 'urn:oasis:names:tc:SAML:2.0:nameid-format:persistent',
        requestedAttributes: [
          { name: 'urn:oid:0.9.2342.19200300.100.1.3', friendlyName: 'mail', isRequired: true },
          { name: 'groups', isRequired: false },
        ],
      },
    )
    expect(validate('metadata', xml)).not.toThrow()
  })

  it.each(['redirect', 'post'] as const)('an AuthnRequest by %s, with all that it can say', async (binding) => {
    const request = await buildAuthnRequest({
      idp: { ...idp, singleSignOn: { [binding]: 'https://idp.example.org/sso' } },
      sp: { entityId: sp, name: 'gateway.example.org', acsUrl: acs, keys },
      relayState: 'r',
      now,
      forceAuthn: true,
      isPassive: true,
      signRequests: 'always',
      nameIdFormat: 'urn:oasis:names:tc:SAML:2.0:nameid-format:persistent',
      authnContext: ['urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport'],
    })
    const packed =
      request.binding === 'post' ? request.fields.SAMLRequest : new URL(request.url).searchParams.get('SAMLRequest')
    const octets = Buffer.from(packed ?? '', 'base64')
    const xml = (binding === 'post' ? octets : inflateRawSync(octets)).toString()
    expect(validate('protocol', xml)).not.toThrow()
  })

  it('the schema accepts the response and would refuse another order of children', () => {
    const wrong = metadata.replace(/(<md:NameIDFormat>.*<\/md:NameIDFormat>)(.*)(<\/md:IDPSSODescriptor>)/s, '$2$1$3')
    expect(wrong).not.toBe(metadata)
    expect(validate('metadata', wrong)).toThrow()
  })
})

describe('a sign-in', () => {
  const signInOf = (SAMLResponse: string, at = now) =>
    signInFromAssertion('corp', assertionOf(evaluateResponse({ SAMLResponse }, expected, at)), SAMLResponse, at)

  it('a sign-in is what an assertion says, without the protocol', async () => {
    const { SAMLResponse } = form(await issueResponse(alice, keys, now))
    const signIn = signInOf(SAMLResponse)
    expect(signIn.identity).toMatchObject({
      provider: 'corp',
      protocol: 'saml',
      issuer: 'https://issuer.example.org',
      subject: 'alice',
      subjectFormat: 'urn:oasis:names:tc:SAML:2.0:nameid-format:persistent',
      authenticatedAt: new Date('2026-11-22T10:00:00Z'),
    })
    expect(signIn.evidence).toMatchObject({ kind: 'saml', issuedAt: now, expiresAt: new Date('2026-11-22T12:05:00Z') })
    expect(signIn.logoutRef).toEqual({ kind: 'saml', nameId: alice.nameId, sessionIndex: '_s' })
    expect(signIn.sessionEndsAt).toEqual(new Date('2026-11-22T18:00:00Z'))
    expect(JSON.stringify(signIn)).not.toContain(SAMLResponse)
  })

  it('a sign-in has evidence for no longer than STS accepts it', async () => {
    const { SAMLResponse } = form(await issueResponse({ ...alice, lifetimeSeconds: 3600 }, keys, now))
    const signIn = signInOf(SAMLResponse)
    expect(signIn.evidence.expiresAt).toEqual(new Date('2026-11-22T12:05:00Z'))
  })

  it('a sign-in is dated no later than it arrived, whatever the provider says', async () => {
    const authnInstant = new Date(now.getTime() + 86_400_000)
    const { SAMLResponse } = form(await issueResponse({ ...alice, authnInstant }, keys, now))
    expect(signInOf(SAMLResponse).identity.authenticatedAt).toEqual(now)
  })
})
