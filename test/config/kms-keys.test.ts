/** Keys in AWS KMS, as the configuration names them. */
import { describe, expect, it } from 'vitest'
import { changed, parse, problemsOf } from './sample.ts'

const ARN = 'arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab'
const kms = `{ keyId: "${ARN}", region: eu-west-1 }`
const files = { '/etc/fedgate/a.crt': 'certificate', '/etc/fedgate/i.key': 'key' }
const SIGNING = 'signing:\n  key: ./certs/signing.key\n  certificate: ./certs/signing.crt'

const signing = (text: string): string => changed(SIGNING, `signing: ${text}`)
const issuer = (text: string): string => changed('sessionName:', `issuer: ${text}\nsessionName:`)

describe('a key in AWS KMS', () => {
  it('a key in AWS KMS has a certificate where it signs SAML, and none as issuer', () => {
    const config = parse(signing(`{ kms: ${kms}, certificate: ./a.crt }`), { files })
    expect(config.signing).toEqual([{ kms: { keyId: ARN, region: 'eu-west-1' }, certificate: '/etc/fedgate/a.crt' }])
    const at = 'https://vpce-1.kms.eu-west-1.vpce.amazonaws.com/'
    expect(parse(issuer(`{ kms: { keyId: alias/a, region: eu-west-1, endpoint: "${at}" } }`)).issuer?.keys).toEqual([
      { kms: { keyId: 'alias/a', region: 'eu-west-1', endpoint: at.slice(0, -1) } },
    ])
  })

  it('a key in AWS KMS can be in a list with files, as during a rotation', () => {
    const list = `[{ key: ./certs/signing.key, certificate: ./certs/signing.crt }, { kms: ${kms}, certificate: ./a.crt }]`
    expect(parse(signing(list), { files }).signing?.map((key) => 'kms' in key)).toEqual([false, true])
    expect(parse(issuer(`{ key: [./i.key, { kms: ${kms} }] }`), { files }).issuer?.keys).toEqual([
      { key: '/etc/fedgate/i.key', createIfMissing: false },
      { kms: { keyId: ARN, region: 'eu-west-1' } },
    ])
  })

  it.each([
    [
      'beside a file',
      signing(`{ key: ./i.key, kms: ${kms}, certificate: ./a.crt }`),
      'signing.key: expected either key or kms, found both',
    ],
    ['in no place', signing('{ certificate: ./a.crt }'), 'signing.key: expected either key or kms, found nothing'],
    ['without a region', signing('{ kms: { keyId: alias/a }, certificate: ./a.crt }'), 'signing.kms.region: expected'],
    [
      'of an issuer beside a file',
      issuer(`{ key: ./i.key, kms: ${kms} }`),
      'issuer.key: expected either key or kms, found both',
    ],
    [
      'over plain http',
      issuer('{ kms: { keyId: alias/a, region: eu-west-1, endpoint: "http://kms.example.com" } }'),
      'issuer.kms.endpoint: expected an https URL (http on loopback only)',
    ],
    [
      'for two purposes',
      signing(`{ kms: ${kms}, certificate: ./a.crt }\nissuer: { key: [{ kms: ${kms} }] }`),
      'issuer.key[0].kms.keyId: expected a key with no other use',
    ],
  ])('a key in AWS KMS %s is refused', (_, text, problem) => {
    expect(problemsOf(text, { files }).map((line) => line.replace(/^\S+ /, ''))).toEqual([
      expect.stringContaining(problem),
    ])
  })
})
