import { describe, expect, it } from 'vitest'
import type { AccessRule } from '../../src/config/types.ts'
import { readsAttribute, requestedAttributes } from '../../src/gateway/published/requested-attributes.ts'

const rule = (provider: string, attribute: string): AccessRule => ({
  when: { provider: [provider], conditions: [{ attribute, anyOf: [] }] },
  roles: [],
  line: 1,
})

const settings = {
  access: [rule('corp', 'groups'), rule('corp', 'subject'), rule('other', 'department')],
  operators: [rule('corp', 'team')],
  sessionName: '{mail}',
  sourceIdentity: '{uid}',
  sessionTags: new Map([
    ['CostCenter', '{provider}/{costCenter}'],
    ['Gateway', 'fedgate'],
  ]),
}

const provider = (evidence: 'reissued' | 'original') => {
  const exchange = { via: 'saml', evidence, provider: 'corp', stsDecrypts: false } as const
  return { id: 'corp', subject: { kind: 'nameId' }, rolesFromAssertion: false, exchange } as const
}

describe('what the metadata asks an identity provider for', () => {
  it("what the metadata requests is what rules and templates make use of, by the standard's name; a source identity's parts are required", () => {
    expect(requestedAttributes(settings, provider('reissued'))).toEqual([
      { name: 'groups', isRequired: false },
      { name: 'team', isRequired: false },
      { name: 'urn:oid:0.9.2342.19200300.100.1.3', friendlyName: 'mail', isRequired: false },
      { name: 'costCenter', isRequired: false },
      { name: 'urn:oid:0.9.2342.19200300.100.1.1', friendlyName: 'uid', isRequired: true },
    ])
  })

  it.each(['pairwise-id', 'subject-id'])(
    'what the metadata requests is the subject %s by the name that the profile gives it',
    (friendlyName) => {
      const name = `urn:oasis:names:tc:SAML:attribute:${friendlyName}`
      const named = { ...provider('reissued'), subject: { kind: 'attribute', name } as const }
      expect(requestedAttributes(settings, named)).toContainEqual({ name, friendlyName, isRequired: true })
    },
  )

  it('what the metadata requests is another subject by its very name', () => {
    const named = { ...provider('reissued'), subject: { kind: 'attribute', name: 'uid' } as const }
    expect(requestedAttributes(settings, named)).toContainEqual({ name: 'uid', isRequired: true })
  })

  it('what the metadata requests is nothing of the session where the identity provider makes it: role and name are required then', () => {
    const names = requestedAttributes(settings, provider('original')).map(({ name, isRequired }) => [name, isRequired])
    expect(names).toEqual([
      ['groups', false],
      ['team', false],
      ['https://aws.amazon.com/SAML/Attributes/Role', true],
      ['https://aws.amazon.com/SAML/Attributes/RoleSessionName', true],
    ])
  })
})

describe('what is read of an answer', () => {
  const reads = (evidence: 'reissued' | 'original', name: string): boolean =>
    readsAttribute(settings, provider(evidence), name)

  it('what is read of a response is what is asked for, by any name of the same thing', () => {
    for (const name of ['groups', 'mail', 'urn:oid:0.9.2342.19200300.100.1.3', 'email', 'uid', 'costCenter'])
      expect([name, reads('reissued', name)]).toEqual([name, true])
    for (const name of ['department', 'photo', 'https://aws.amazon.com/SAML/Attributes/PrincipalTag:Team'])
      expect([name, reads('reissued', name)]).toEqual([name, false])
  })

  it('what is read of a response is all that AWS reads where AWS is shown it', () => {
    expect(reads('original', 'https://aws.amazon.com/SAML/Attributes/PrincipalTag:Team')).toBe(true)
    expect(reads('original', 'photo')).toBe(false)
  })
})
