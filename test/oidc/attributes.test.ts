import { describe, expect, it } from 'vitest'
import { toAttributes, unverifiedClaims } from '../../src/oidc/attributes.ts'

type Claims = Readonly<Record<string, unknown>>

const attributes = (...claims: readonly Claims[]) => Object.fromEntries(toAttributes(...claims))

describe('claims become attributes', () => {
  it('claims become attributes as text, whether text, number or boolean', () => {
    expect(attributes({ name: 'Alice', level: 3, admin: false })).toEqual({
      name: ['Alice'],
      level: ['3'],
      admin: ['false'],
    })
  })

  it('claims become attributes as several values where they are lists, in their order', () => {
    expect(attributes({ groups: ['b', 'a', 1] })).toEqual({ groups: ['b', 'a', '1'] })
  })

  it('claims become attributes under names with dots where they are objects', () => {
    expect(attributes({ realm_access: { roles: ['dev'], deep: { er: 'x' } } })).toEqual({
      'realm_access.roles': ['dev'],
      'realm_access.deep.er': ['x'],
    })
  })

  it('claims become attributes without those of the protocol, but with amr and acr', () => {
    const protocol = {
      iss: 'i',
      sub: 's',
      aud: 'a',
      exp: 1,
      iat: 1,
      nbf: 1,
      nonce: 'n',
      at_hash: 'h',
      azp: 'z',
      sid: 'd',
    }
    expect(attributes({ ...protocol, amr: ['mfa'], acr: '2' })).toEqual({ amr: ['mfa'], acr: ['2'] })
  })

  it('claims become attributes from the ID token before userinfo', () => {
    expect(attributes({ email: 'a@x' }, { email: 'b@x', phone: '1' })).toEqual({ email: ['a@x'], phone: ['1'] })
  })

  it('claims become attributes, and a nested claim cannot pose as a plain one', () => {
    expect(attributes({ aws: { admin: 'yes' }, 'aws.admin': 'no' })).toEqual({ 'aws.admin': ['no'] })
  })

  it('claims become attributes without null, empty lists and objects inside of lists', () => {
    expect(attributes({ a: null, b: [], c: [{ d: 1 }], e: [null, 'f'] })).toEqual({ e: ['f'] })
  })

  it('claims become attributes even where their names are those of JavaScript', () => {
    const claims = JSON.parse('{"__proto__":"x","constructor":"y"}')
    const result = toAttributes(claims)
    expect([...result]).toEqual([
      ['__proto__', ['x']],
      ['constructor', ['y']],
    ])
  })

  it('claims become attributes and no deeper than anyone would nest them', () => {
    let nested: unknown = 'bottom'
    for (let depth = 0; depth < 10_000; depth++) nested = { a: nested }
    expect(attributes({ nested })).toEqual({})
  })
})

describe('an address that the provider has not verified', () => {
  const mine = { email: 'bob@corp.example', email_verified: false }

  it.each([false, 'false', 'False', 0, 'no'])('an unverified address is left out: %j', (email_verified) => {
    expect(attributes({ email: 'bob@corp.example', name: 'Mallory', email_verified })).not.toHaveProperty('email')
  })

  it.each([true, 'true', undefined, null])(
    'an address is kept where the provider says that it is verified, or nothing: %j',
    (email_verified) => {
      expect(attributes({ email: 'bob@corp.example', email_verified })).toHaveProperty('email', ['bob@corp.example'])
    },
  )

  it('an unverified address is left out of the ID token where userinfo says so, and the other way about', () => {
    const { email, ...flag } = mine
    expect(attributes({ email }, flag)).not.toHaveProperty('email')
    expect(attributes(flag, { email })).not.toHaveProperty('email')
  })

  it('takes nothing else along, and is known for the audit log', () => {
    const claims = { ...mine, phone_number: '+1', phone_number_verified: true }
    expect(attributes(claims)).toEqual({
      email_verified: ['false'],
      phone_number: ['+1'],
      phone_number_verified: ['true'],
    })
    expect(unverifiedClaims(claims)).toEqual([{ attribute: 'email', values: ['bob@corp.example'] }])
  })
})
