import { describe, expect, it } from 'vitest'
import { attributeSynonyms, standardName, valuesOf } from '../../src/access/attribute-names.ts'

describe('an attribute', () => {
  it.each([
    ['mail', 'urn:oid:0.9.2342.19200300.100.1.3'],
    ['email', 'mail'],
    ['eduPersonAffiliation', 'urn:oid:1.3.6.1.4.1.5923.1.1.1.1'],
    ['groups', 'http://schemas.microsoft.com/ws/2008/06/identity/claims/groups'],
    ['urn:oid:2.5.4.42', 'given_name'],
    ['mail', 'urn:mace:dir:attribute-def:mail'],
    ['mail', 'http://schemas.xmlsoap.org/claims/EmailAddress'],
    ['employeeNumber', 'urn:oid:2.16.840.1.113730.3.1.3'],
    ['ou', 'urn:oid:2.5.4.11'],
    ['eduPersonEntitlement', 'urn:oid:1.3.6.1.4.1.5923.1.1.1.7'],
    ['schacHomeOrganization', 'urn:oid:1.3.6.1.4.1.25178.1.2.9'],
    ['isMemberOf', 'urn:oid:1.3.6.1.4.1.5923.1.5.1.1'],
    ['upn', 'http://schemas.xmlsoap.org/ws/2005/05/identity/claims/upn'],
    ['objectidentifier', 'http://schemas.microsoft.com/identity/claims/objectidentifier'],
    ['subject-id', 'urn:oasis:names:tc:SAML:attribute:subject-id'],
  ])('asked for as %s is found as %s', (asked, sent) => {
    expect(valuesOf(new Map([[sent, ['value']]]), asked)).toEqual(['value'])
  })

  it('an attribute is the one of that very name where several synonyms were sent', () => {
    const sent = new Map([
      ['mail', ['a@example.com']],
      ['email', ['b@example.com']],
    ])
    expect(valuesOf(sent, 'email')).toEqual(['b@example.com'])
    expect(valuesOf(sent, 'mail')).toEqual(['a@example.com'])
  })

  it('keeps the values of one synonym apart from those of another', () => {
    const sent = new Map([
      ['urn:oid:0.9.2342.19200300.100.1.3', ['oid@example.com']],
      ['http://schemas.xmlsoap.org/ws/2005/05/identity/claims/emailaddress', ['claim@example.com']],
    ])
    expect(valuesOf(sent, 'email')).toEqual(['oid@example.com'])
  })

  it('an attribute is not found by a name that only looks alike', () => {
    expect(valuesOf(new Map([['Mail', ['value']]]), 'mail')).toEqual([])
    expect(valuesOf(new Map([['urn:oid:2.5.4.30', ['value']]]), 'cn')).toEqual([])
  })

  it('goes by no name that another one has', () => {
    const names = attributeSynonyms.flat()
    expect(names.filter((name, index) => names.indexOf(name) < index)).toEqual([])
  })

  it('an attribute is not found by what every object has', () => {
    expect(valuesOf(new Map(), 'constructor')).toEqual([])
  })
})

describe('the name to ask for an attribute by', () => {
  it.each([
    ['mail', { name: 'urn:oid:0.9.2342.19200300.100.1.3', friendlyName: 'mail' }],
    ['email', { name: 'urn:oid:0.9.2342.19200300.100.1.3', friendlyName: 'mail' }],
    ['subject-id', { name: 'urn:oasis:names:tc:SAML:attribute:subject-id', friendlyName: 'subject-id' }],
    ['groups', { name: 'groups' }],
    ['costCenter', { name: 'costCenter' }],
  ])('the name to request for %s is %o', (name, asked) => {
    expect(standardName(name)).toEqual(asked)
  })
})
