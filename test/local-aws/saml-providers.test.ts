/** What the SAML provider in IAM says of a response: its certificates, their end, its private keys, its partition. */
import { generateKeyPairSync, type KeyObject } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { Secret } from '../../src/core/secret.ts'
import { samlTrustStatement, trustPolicy } from '../../src/iam/generate.ts'
import type { LocalAwsState, SamlProviderState } from '../../src/local-aws/state.ts'
import { type Cipher, encryptedAssertion } from '../harness/encrypted-assertion.ts'
import {
  attributesFor,
  base64,
  call,
  metadata,
  newKeys,
  RECIPIENT,
  type ResponseParts,
  responseXml,
  sign,
  start,
  type WireAnswer,
  withLocalAws,
} from './support.ts'

const NOW = new Date('2026-11-22T12:00:00Z')
const keys = await newKeys()
const olderKeys = await newKeys()
const strangersKeys = await newKeys()
const newer = generateKeyPairSync('rsa', { modulusLength: 2048 })
const older = generateKeyPairSync('rsa', { modulusLength: 2048 })
const stranger = generateKeyPairSync('rsa', { modulusLength: 2048 })

const pem = ({ privateKey }: { readonly privateKey: KeyObject }): Secret =>
  new Secret(privateKey.export({ type: 'pkcs8', format: 'pem' }).toString())

const plain = metadata(keys)
const [keyDescriptor = ''] = /<KeyDescriptor[\s\S]*<\/KeyDescriptor>/.exec(metadata(olderKeys)) ?? []
const privateKeys = [pem(older), pem(newer)]
const providers: Readonly<Record<string, Omit<SamlProviderState, 'arn'>>> = {
  plain: { metadata: plain },
  rolling: { metadata: plain.replace('<KeyDescriptor', `${keyDescriptor}<KeyDescriptor`) },
  ending: { metadata: plain.replace(' entityID=', ' validUntil="2026-11-22T12:00:01Z" entityID=') },
  required: { metadata: plain, privateKeys, assertionEncryptionMode: 'Required' },
  allowed: { metadata: plain, privateKeys, assertionEncryptionMode: 'Allowed' },
}

const CHINA = 'https://signin.amazonaws.cn/saml'
const arnsOf = (name: string, partition = 'aws') => ({
  role: `arn:${partition}:iam::111122223333:role/${name}`,
  provider: `arn:${partition}:iam::111122223333:saml-provider/${name}`,
})
const roleOf = (name: string, recipient = RECIPIENT, partition = 'aws') => ({
  arn: arnsOf(name, partition).role,
  trustPolicy: trustPolicy([samlTrustStatement({ providerArn: arnsOf(name, partition).provider, recipient })]),
})

const state: LocalAwsState = {
  accounts: [],
  users: [],
  roles: [...Object.keys(providers).map((name) => roleOf(name)), roleOf('china', CHINA, 'aws-cn')],
  samlProviders: [
    ...Object.entries(providers).map(([name, provider]) => ({ arn: arnsOf(name).provider, ...provider })),
    { arn: arnsOf('china', 'aws-cn').provider, metadata: plain },
  ],
  oidcProviders: [],
}

let now = NOW
const aws = withLocalAws(() => start(state, () => now))

const redeem = (xml: string, name: string, partition = 'aws'): Promise<WireAnswer> => {
  const { role, provider } = arnsOf(name, partition)
  const parameters = { RoleArn: role, PrincipalArn: provider, SAMLAssertion: base64(xml) }
  return call(aws.url, { Action: 'AssumeRoleWithSAML', ...parameters })
}
const responseFor = (name: string, parts: ResponseParts = {}, partition = 'aws'): string => {
  const { role, provider } = arnsOf(name, partition)
  return responseXml(NOW, { attributes: attributesFor(role, provider), ...parts })
}

/** The assertion of a response, encrypted in its place. It must declare what it uses. */
const encryptIn = (xml: string, to: KeyObject, cipher: Cipher = 'gcm'): string =>
  xml.replace(/<a:Assertion [\s\S]*<\/a:Assertion>/, (assertion) =>
    encryptedAssertion(
      assertion.replace('<a:Assertion ', '<a:Assertion xmlns:a="urn:oasis:names:tc:SAML:2.0:assertion" '),
      to,
      cipher,
    ),
  )

const SIGNATURE_INVALID = 'InvalidIdentityToken: Response signature invalid'

describe('The certificates of a SAML provider (B.5)', () => {
  it.each([
    ['the first', olderKeys],
    ['the second', keys],
  ])('the certificates of a SAML provider are all good: %s', async (_, signer) => {
    expect((await redeem(sign(responseFor('rolling'), signer), 'rolling')).status).toBe(200)
  })

  it('the certificates of a SAML provider are the only ones', async () => {
    expect((await redeem(sign(responseFor('rolling'), strangersKeys), 'rolling')).error).toBe(SIGNATURE_INVALID)
  })

  it('the certificates of a SAML provider are good for nothing after the end of the metadata', async () => {
    const xml = sign(responseFor('ending'), keys)
    expect((await redeem(xml, 'ending')).status).toBe(200)
    now = new Date(NOW.getTime() + 1000)
    try {
      expect((await redeem(xml, 'ending')).error).toBe(SIGNATURE_INVALID)
    } finally {
      now = NOW
    }
  })
})

describe('An encrypted assertion (B.5)', () => {
  it.each(['gcm', 'cbc'] as const)('an encrypted assertion is opened, with AES-%s', async (cipher) => {
    const answer = await redeem(encryptIn(sign(responseFor('required'), keys), newer.publicKey, cipher), 'required')
    expect([answer.status, answer.element('Subject')]).toEqual([200, 'alice'])
  })

  it('an encrypted assertion is opened with the older of two keys', async () => {
    expect((await redeem(encryptIn(sign(responseFor('allowed'), keys), older.publicKey), 'allowed')).status).toBe(200)
  })

  it('an encrypted assertion is good where the Response around it is signed', async () => {
    const xml = sign(encryptIn(responseFor('allowed'), newer.publicKey), keys, 'Response')
    expect((await redeem(xml, 'allowed')).status).toBe(200)
  })

  it('need not be one where encryption is allowed', async () => {
    expect((await redeem(sign(responseFor('allowed'), keys), 'allowed')).status).toBe(200)
  })

  it('an assertion must be encrypted where encryption is required', async () => {
    expect((await redeem(sign(responseFor('required'), keys), 'required')).error).toMatch(
      /^InvalidIdentityToken: .*encrypted/,
    )
  })

  it.each([
    ['nobody signed', () => encryptIn(responseFor('allowed'), newer.publicKey)],
    ['a stranger signed', () => encryptIn(sign(responseFor('allowed'), strangersKeys), newer.publicKey)],
    ['is for another key', () => encryptIn(sign(responseFor('allowed'), keys), stranger.publicKey)],
    [
      'has a bad padding',
      () =>
        encryptIn(sign(responseFor('allowed'), keys), newer.publicKey, 'cbc').replace(
          /.{24}(<\/e:CipherValue><\/e:CipherData><\/e:EncryptedData>)/,
          `${'A'.repeat(24)}$1`,
        ),
    ],
    [
      'is no XML',
      () =>
        responseFor('allowed').replace(
          /<a:Assertion [\s\S]*<\/a:Assertion>/,
          encryptedAssertion('text', newer.publicKey, 'gcm'),
        ),
    ],
    [
      'is no assertion',
      () =>
        responseFor('allowed').replace(
          /<a:Assertion [\s\S]*<\/a:Assertion>/,
          encryptedAssertion('<a xmlns="urn:x"/>', newer.publicKey, 'gcm'),
        ),
    ],
    [
      'names another issuer, unsigned',
      () =>
        encryptIn(
          responseFor('allowed').replace(/(<a:Assertion .*?<a:Issuer>)[^<]*/, '$1https://other'),
          newer.publicKey,
          'cbc',
        ),
    ],
  ])('metadata that %s is refused in the words of a bad signature', async (_, xml) => {
    expect((await redeem(xml(), 'allowed')).error).toBe(SIGNATURE_INVALID)
  })

  it('an encrypted assertion cannot be opened without a private key', async () => {
    expect((await redeem(encryptIn(sign(responseFor('plain'), keys), newer.publicKey), 'plain')).error).toBe(
      SIGNATURE_INVALID,
    )
  })

  it('an encrypted assertion may not be next to a plain one', async () => {
    const xml = sign(responseFor('allowed'), keys)
    const both = xml.replace('</p:Response>', `${encryptedAssertion('<a/>', newer.publicKey, 'gcm')}</p:Response>`)
    expect((await redeem(both, 'allowed')).error).toMatch(/^InvalidIdentityToken: Invalid base64 SAMLResponse/)
  })
})

describe('AWS by the name of its partition (B.5)', () => {
  const parts = (audience: string): ResponseParts => {
    const { role, provider } = arnsOf('china', 'aws-cn')
    return { audience, recipient: CHINA, attributes: attributesFor(role, provider) }
  }

  it.each(['urn:amazon:webservices:cn-north-1', CHINA])(
    'the entityID of AWS is the audience %s in China',
    async (audience) => {
      const answer = await redeem(sign(responseFor('china', parts(audience), 'aws-cn'), keys), 'china', 'aws-cn')
      expect([answer.status, answer.element('Arn')]).toEqual([
        200,
        'arn:aws-cn:sts::111122223333:assumed-role/china/alice@example.com',
      ])
    },
  )

  it.each(['urn:amazon:webservices', 'urn:amazon:webservices:govcloud'])(
    'the entityID of AWS is not %s there',
    async (audience) => {
      const { error } = await redeem(sign(responseFor('china', parts(audience), 'aws-cn'), keys), 'china', 'aws-cn')
      expect(error).toBe('InvalidIdentityToken: Response does not contain the required audience.')
    },
  )

  it('the entityID of AWS is not the audience of China elsewhere', async () => {
    const xml = responseFor('plain', { audience: 'urn:amazon:webservices:cn-north-1' })
    expect((await redeem(sign(xml, keys), 'plain')).error).toBe(
      'InvalidIdentityToken: Response does not contain the required audience.',
    )
  })
})
