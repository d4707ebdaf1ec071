import { describe, expect, it } from 'vitest'
import { returnPath } from '../../src/gateway/login/return-to.ts'

describe('where a login returns to', () => {
  it.each([
    ['/roles', '/roles'],
    ['/roles?q=a%20b#x', '/roles?q=a%20b#x'],
    ['/a/../roles', '/roles'],
    ['/%2F%2Fevil.example', '/%2F%2Fevil.example'],
    ['/@evil.example', '/@evil.example'],
    [undefined, '/fallback'],
    ['', '/fallback'],
  ])('the return path of a login is %s inside the gateway', (target, path) => {
    expect(returnPath(target, '/fallback')).toBe(path)
  })

  it.each([
    'https://evil.example',
    'http://gateway.invalid',
    '//evil.example',
    '///evil.example',
    '/\\evil.example',
    '\\\\evil.example',
    '/\t/evil.example',
    '/\n/evil.example',
    ' //evil.example',
    'javascript:alert(1)',
    'roles',
    '?q=1',
    '/roles\u0000',
    ['/roles'],
    { path: '/roles' },
    7,
  ])('the return path of a login is refused as %j', (target) => {
    expect(() => returnPath(target, '/fallback')).toThrow(
      expect.objectContaining({ code: 'login.return_to_refused', source: 'return_to' }),
    )
  })

  // At 15,000 characters it cost 29 kB for fifteen minutes, for each login that anyone started.
  it('the return path of a login has at most 2048 characters, as sent and as browsers write it', () => {
    const longest = `/${'x'.repeat(2047)}`
    expect(returnPath(longest, '/fallback')).toBe(longest)
    const refusal = expect.objectContaining({ code: 'login.return_to_refused' })
    expect(() => returnPath(`${longest}x`, '/fallback')).toThrow(refusal)
    expect(() => returnPath(`/${'ä'.repeat(400)}`, '/fallback')).toThrow(refusal)
    expect(() => returnPath(`/${'x'.repeat(15_000)}`, '/fallback')).toThrow(refusal)
  })

  it('the return path of a login is never another path that a browser takes for another site', () => {
    // What is left after dot segments are removed is judged again by the browser.
    for (const target of ['/.//evil.example', '/x/..//evil.example', '/%2e//evil.example']) {
      let path = '/refused'
      try {
        path = returnPath(target, '/fallback')
      } catch {}
      expect(new URL(path, 'https://gateway.example').origin).toBe('https://gateway.example')
    }
  })
})
