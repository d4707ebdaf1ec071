import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { accessKeyId, newTemporaryKey, uniqueId } from '../../src/local-aws/access-keys.ts'
import { holds } from '../held/holds.ts'

/** The published way to read the account out of a key id (aws-facts A.6), written apart from the making. */
const accountOf = (keyId: string): string => {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'
  const bits = [...keyId.slice(4)].map((letter) => alphabet.indexOf(letter).toString(2).padStart(5, '0')).join('')
  const head = BigInt(`0b${bits.slice(0, 48)}`)
  return String((head & 0x7fffffffff80n) >> 7n).padStart(12, '0')
}

describe('An access key id', () => {
  it.each([
    ['ASIAY34FZKBOKMUTVV7A', '609629065308'],
    ['ASIAQNZGKIQY56JQ7WML', '029608264753'],
  ])('%s is of account %s (A.6), by the way this test reads them', (keyId, account) => {
    expect(accountOf(keyId)).toBe(account)
  })

  it('holds its account, whatever the chance', holds('A.6 key ids', 'A.6 account in the key'), () => {
    const account = fc.integer({ min: 0, max: 999_999_999_999 }).map((number) => String(number).padStart(12, '0'))
    fc.assert(
      fc.property(account, fc.uint8Array({ minLength: 5, maxLength: 5 }), (number, chance) => {
        const keyId = accessKeyId('ASIA', number, chance)
        expect(keyId).toMatch(/^ASIA[Q-Z2-7][A-Z2-7]{15}$/)
        expect(accountOf(keyId)).toBe(number)
      }),
    )
  })

  it('an access key id is another one each time', () => {
    expect(newTemporaryKey('111122223333', 320).accessKeyId).not.toBe(newTemporaryKey('111122223333', 320).accessKeyId)
  })

  it.each([240, 320, 321, 4095, 4096])('a session token of %i octets has that size', (size) => {
    expect(newTemporaryKey('111122223333', size).sessionToken.reveal()).toMatch(new RegExp(`^[\\w+/=]{${size}}$`))
  })
})

it('The id of a role is the same for the same ARN and another for another', () => {
  const dev = uniqueId('AROA', '111122223333', 'arn:aws:iam::111122223333:role/Dev')
  expect(dev).toMatch(/^AROA[A-Z2-7]{17}$/)
  expect(uniqueId('AROA', '111122223333', 'arn:aws:iam::111122223333:role/Dev')).toBe(dev)
  expect(uniqueId('AROA', '111122223333', 'arn:aws:iam::111122223333:role/Ops')).not.toBe(dev)
})
