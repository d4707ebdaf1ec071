import { Secret } from 'otpauth'
import { describe, expect, it } from 'vitest'
import { decodeBase32, totpDevice } from '../../src/local-aws/mfa.ts'

/** RFC 6238 appendix B, SHA-1: its eight digits without the first two. */
const KEY = Secret.fromLatin1('12345678901234567890')
const at = (seconds: number): Date => new Date(seconds * 1000)
const device = () => totpDevice('arn:aws:iam::111122223333:mfa/dora', KEY)

describe('A code of an MFA device', () => {
  it.each([
    [59, '287082'],
    [1_111_111_109, '081804'],
    [1_111_111_111, '050471'],
    [1_234_567_890, '005924'],
    [2_000_000_000, '279037'],
    [20_000_000_000, '353130'],
  ])('a code of an MFA device at %d seconds is %s', (seconds, code) => {
    expect(device().accepts(code, at(seconds))).toBe(true)
    expect(device().accepts(String((Number(code) + 1) % 1_000_000).padStart(6, '0'), at(seconds))).toBe(false)
  })

  it('a code of an MFA device is accepted one step early and one step late, not more', () => {
    const seconds = [1_111_111_049, 1_111_111_050, 1_111_111_109, 1_111_111_139, 1_111_111_140]
    expect(seconds.map((second) => device().accepts('081804', at(second)))).toEqual([false, true, true, true, false])
  })

  it('a code of an MFA device is accepted once', () => {
    const one = device()
    expect(one.accepts('287082', at(59))).toBe(true)
    expect(one.accepts('287082', at(60))).toBe(false)
  })
})

describe('Base32', () => {
  it('is RFC 4648, with blanks and small letters as authenticators show it', () => {
    expect(decodeBase32('mzxw 6ytb oi======')?.utf8).toBe('foobar')
  })

  it.each(['', ' - ', '0189', 'MZXW!', 'MZ=XW'])('is not %j', (text) => {
    expect(decodeBase32(text)).toBeUndefined()
  })
})
