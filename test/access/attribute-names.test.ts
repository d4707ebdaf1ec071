import { describe, expect, it } from 'vitest'
import { valuesOf } from '../../src/access/attribute-names.ts'

describe('an attribute', () => {
  it.each([
    ['mail', 'urn:oid:0.9.2342.19200300.100.1.3'],
    ['email', 'mail'],
    ['eduPersonAffiliation', 'urn:oid:1.3.6.1.4.1.5923.1.1.1.1'],
    ['groups', 'http://schemas.microsoft.com/ws/2008/06/identity/claims/groups'],
    ['urn:oid:2.5.4.42', 'given_name'],
  ])('asked for as %s is found as %s', (asked, sent) => {
    expect(valuesOf(new Map([[sent, ['value']]]), asked)).toEqual(['value'])
  })

  it('is the one of that very name where several synonyms were sent', () => {
    const sent = new Map([
      ['mail', ['a@example.com']],
      ['email', ['b@example.com']],
    ])
    expect(valuesOf(sent, 'email')).toEqual(['b@example.com'])
    expect(valuesOf(sent, 'mail')).toEqual(['a@example.com'])
  })

  it('is not found by what every object has', () => {
    expect(valuesOf(new Map(), 'constructor')).toEqual([])
  })
})
