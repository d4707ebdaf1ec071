import { describe, expect, it } from 'vitest'
import type { SamlError } from '../../src/saml/errors.ts'
import type { ExpectedResponse } from '../../src/saml/response/checks.ts'
import type { ResponseEvaluation } from '../../src/saml/response/validate.ts'
import { holds } from '../held/holds.ts'
import { assertionOf, codeOf, decryptionKeys, evaluate, fixture, fixtureNames } from './saml-fixtures.ts'

const plain = fixture('accepted', 'signed-assertion')
const gcm = fixture('accepted', 'encrypted-aes128-gcm')
const bareCbc = fixture('refused', 'encrypted-cbc-in-unsigned-response')
const CIPHER_VALUE = /(?<=<xenc:CipherValue>)[^<]*(?=<\/xenc:CipherValue><\/xenc:CipherData><\/xenc:EncryptedData>)/

const withCiphertext = (xml: string, edit: (octets: Buffer) => Buffer): string =>
  xml.replace(CIPHER_VALUE, (value) => edit(Buffer.from(value, 'base64')).toString('base64'))

const flipped = (octets: Buffer, at: number): Buffer => {
  const copy = Buffer.from(octets)
  copy.writeUInt8(copy.readUInt8(at) ^ 1, at)
  return copy
}

/** All that whoever sent the response gets to see of a refusal, and all that is logged of it. */
const answerOf = (evaluation: ResponseEvaluation) => {
  if (!('error' in evaluation)) throw new Error('it was accepted')
  const { code, message, hint, expected, found, source }: SamlError = evaluation.error
  return { code, message, hint, expected, found, source, verdict: evaluation.verdict }
}

describe('a provider that wants assertions encrypted', () => {
  it('refuses a plain one', () => {
    expect(codeOf(evaluate(plain, { wantAssertionsEncrypted: true }))).toBe('saml.assertion_not_encrypted')
  })
  it('takes an encrypted one', () => {
    expect(codeOf(evaluate(gcm, { wantAssertionsEncrypted: true }))).toBe('accepted')
  })
})

describe('decryption keys', () => {
  const keys = (decryptionKeys: ExpectedResponse['decryptionKeys'] = []) => ({ decryptionKeys })
  const [first, second] = decryptionKeys

  it('decryption keys that are missing are named as the reason', () => {
    expect(codeOf(evaluate(gcm, keys()))).toBe('saml.assertion_encrypted')
    expect(codeOf(evaluate(fixture('accepted', 'encrypted-id'), keys()))).toBe('saml.assertion_encrypted')
  })

  it('decryption keys are all tried, so a rotation interrupts no user', () => {
    const old = fixture('accepted', 'encrypted-for-second-key')
    expect(codeOf(evaluate(old, keys(second && [second])))).toBe('accepted')
    expect(codeOf(evaluate(old, keys(first && [first])))).toBe('saml.decryption_failed')
  })
})

describe('a RetrievalMethod', () => {
  const beside = fixture('accepted', 'encrypted-key-beside')
  const pointing = (method: string, id = ' Id="_key"') =>
    beside
      .replace('<xenc:EncryptedKey ', `<xenc:EncryptedKey${id} `)
      .replace(
        /(<xenc:EncryptedData[^>]*>\s*<xenc:EncryptionMethod[^>]*\/>)/,
        `$1<ds:KeyInfo xmlns:ds="http://www.w3.org/2000/09/xmldsig#">${method}</ds:KeyInfo>`,
      )

  it('a RetrievalMethod of OpenSAML for the key beside was refused', () => {
    const type = 'http://www.w3.org/2001/04/xmlenc#EncryptedKey'
    expect(codeOf(evaluate(pointing(`<ds:RetrievalMethod Type="${type}" URI="#_key"/>`)))).toBe('accepted')
  })

  it.each([
    ['elsewhere', '<ds:RetrievalMethod URI="#_other"/>', undefined],
    ['to a URL', '<ds:RetrievalMethod URI="http://127.0.0.1/key"/>', undefined],
    ['nowhere', '<ds:RetrievalMethod/>', ''],
    ['to no ID', '<ds:RetrievalMethod URI="#"/>', ' Id=""'],
    ['through transforms', '<ds:RetrievalMethod URI="#_key"><ds:Transforms/></ds:RetrievalMethod>', undefined],
  ])('a RetrievalMethod that points %s is refused', (_, method, id) => {
    expect(codeOf(evaluate(pointing(method, id)))).toBe('saml.encryption_shape')
  })
})

describe('AES-CBC in a Response that is not signed', () => {
  const accept = { acceptCbcWithoutSignedResponse: true }

  it('AES-CBC in a Response that is not signed is refused with the name of both switches', () => {
    const { code, hint } = answerOf(evaluate(bareCbc))
    expect(code).toBe('saml.encryption_cbc_unsigned')
    expect(hint).toContain('SamlResponseSignature')
    expect(hint).toContain('acceptCbcWithoutSignedResponse')
  })

  it('AES-CBC in a Response that is not signed is opened where the configuration says so', () => {
    expect(assertionOf(evaluate(bareCbc, accept)).subject).toBe('alice@example.org')
    expect(codeOf(evaluate(fixture('refused', 'encrypted-id-cbc-in-unsigned-response'), accept))).toBe('accepted')
  })

  it('answers whatever is wrong with it alike: padding, XML, shape, signature', holds('6'), () => {
    const octets = Buffer.from(CIPHER_VALUE.exec(bareCbc)?.[0] ?? '', 'base64')
    const places = [0, 16, 20, 100, 900, 1500, octets.length - 17, octets.length - 1]
    const answers = [
      ...places.map((at) => withCiphertext(bareCbc, (value) => flipped(value, at))),
      ...[16, 17, 32, 48, 320].map((length) => withCiphertext(bareCbc, (value) => value.subarray(0, length))),
      // A group with one bit changed: good padding, good XML, and the block before it garbled or not.
      ...Array.from({ length: 64 }, (_, at) => withCiphertext(bareCbc, (value) => flipped(value, 35 * at))),
    ].map((xml) => answerOf(evaluate(xml, accept)))
    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1)
    expect(answers[0]?.code).toBe('saml.decryption_failed')
  })

  it('AES-CBC in a Response that is not signed is not opened when the signature of the Response does not verify', () => {
    const xml = fixture('accepted', 'encrypted-aes128-cbc-signed-response').replace('Version="2.0"', 'Version="2.0" ')
    expect(codeOf(evaluate(xml))).toBe('accepted')
    const changed = xml.replace('IssueInstant="2026-11-22T11:59:30Z"', 'IssueInstant="2026-11-22T11:59:31Z"')
    const evaluation = evaluate(changed)
    expect(codeOf(evaluation)).toBe('saml.signature_digest')
    expect(evaluation.verdict.find(({ name }) => name === 'isDecrypted')?.outcome).toBe('not-run')
  })
})

describe('a decryption that fails', () => {
  const failing = fixtureNames('refused').filter((name) => {
    const evaluation = evaluate(fixture('refused', name))
    const failed = evaluation.verdict.find(({ outcome }) => outcome === 'fail')
    return codeOf(evaluation) === 'saml.decryption_failed' && failed?.name === 'isDecrypted'
  })

  it(
    'a decryption that fails has one answer, whether key, tag, padding, length or content is wrong',
    holds('6'),
    () => {
      expect(failing.length).toBeGreaterThanOrEqual(15)
      const answers = failing.map((name) => {
        const { verdict, ...answer } = answerOf(evaluate(fixture('refused', name)))
        return JSON.stringify({ ...answer, failed: verdict.find(({ outcome }) => outcome === 'fail') })
      })
      expect(new Set(answers).size).toBe(1)
    },
  )

  it('a decryption that fails has the same answer for any octet of the ciphertext that is changed', () => {
    const octets = Buffer.from(CIPHER_VALUE.exec(gcm)?.[0] ?? '', 'base64')
    for (const at of [0, 11, 12, 13, 500, octets.length - 16, octets.length - 1]) {
      expect(codeOf(evaluate(withCiphertext(gcm, (value) => flipped(value, at))))).toBe('saml.decryption_failed')
    }
  })
})

describe('decryption never replaces the signature', () => {
  it('an unsigned encrypted assertion is refused', () => {
    expect(codeOf(evaluate(fixture('refused', 'encrypted-unsigned')))).toBe('saml.signature_missing')
  })

  it.each(['assertion', 'both'] as const)(
    'an unsigned one in a signed Response is refused where %s is to be signed',
    (signature) => {
      expect(codeOf(evaluate(fixture('accepted', 'encrypted-response-signed'), { signature }))).toBe(
        'saml.assertion_unsigned',
      )
    },
  )
})

describe('what a verified assertion says', () => {
  it('what a verified assertion says is the same in clear, encrypted, and encrypted in the namespaces of the Response', () => {
    const { isEncrypted, ...clear } = assertionOf(evaluate(plain))
    expect(isEncrypted).toBe(false)
    for (const name of ['encrypted-aes128-gcm', 'encrypted-in-context', 'encrypted-response-signed']) {
      expect(assertionOf(evaluate(fixture('accepted', name)))).toEqual({ ...clear, isEncrypted: true })
    }
  })

  it('what a verified assertion says includes the format of a NameID that was encrypted', () => {
    expect(assertionOf(evaluate(fixture('accepted', 'encrypted-id'))).nameId).toEqual({
      value: 'alice@example.org',
      format: 'urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress',
    })
  })
})
