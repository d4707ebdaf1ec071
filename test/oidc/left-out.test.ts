import { describe, expect, it } from 'vitest'
import { signInWarnings } from '../../src/access/sign-in-warnings.ts'
import { describeUser } from '../../src/oidc/left-out.ts'
import { sent, signInAt } from './provider-in-memory.ts'
import type { Json } from './tampering-provider.ts'

const strictly = (...sources: readonly Json[]) => {
  const { attributes, leftOut } = describeUser({ requireVerifiedEmail: true }, ...sources)
  return { email: attributes.get('email'), leftOut }
}
const ALICE = 'alice@example.com'

describe('where an address must be verified, it', () => {
  it.each([true, 'true', 'True'])('the address is there where the provider says that it is: %j', (email_verified) => {
    expect(strictly({ email: ALICE, email_verified })).toEqual({ email: [ALICE], leftOut: [] })
  })

  it.each([undefined, null, '', 1, ['true'], {}])(
    'the address is left out where it says nothing, or nonsense: %j',
    (flag) => {
      expect(strictly({ email: ALICE, email_verified: flag }).email).toBeUndefined()
    },
  )

  it('only the address is left out, with its values and the reason', () => {
    const { attributes, leftOut } = describeUser({ requireVerifiedEmail: true }, { email: ALICE, groups: ['dev'] })
    expect(leftOut).toEqual([{ attribute: 'email', values: [ALICE], reason: 'not said to be verified' }])
    expect([...attributes]).toEqual([['groups', ['dev']]])
  })

  it('the address may be vouched for at userinfo, or the other way about', () => {
    expect(strictly({ email: ALICE }, { email_verified: true }).email).toEqual([ALICE])
    expect(strictly({ email: ALICE }, { email: ALICE, email_verified: true }).email).toEqual([ALICE])
    expect(strictly({ email_verified: true }, { email: ALICE }).email).toEqual([ALICE])
  })

  it('the address is not vouched for by what is said of another address', () => {
    const claimed = { email: 'ceo@example.com' }
    expect(strictly(claimed, { email: ALICE, email_verified: true }).email).toBeUndefined()
    expect(
      strictly({ email: [ALICE, 'ceo@example.com'] }, { email: ALICE, email_verified: true }).email,
    ).toBeUndefined()
  })

  it('the address is left out once where the provider says that it is not verified', () => {
    expect(strictly({ email: ALICE, email_verified: false })).toEqual({
      email: undefined,
      leftOut: [{ attribute: 'email', values: [ALICE], reason: 'not verified' }],
    })
  })

  it('need not be there', () => {
    expect(strictly({ sub: 'alice' })).toEqual({ email: undefined, leftOut: [] })
  })
})

describe('groups that the provider left out', () => {
  const left = [{ attribute: 'groups', values: [], reason: 'not in the token' }]
  const leftOutOf = (...sources: readonly Json[]) => describeUser({}, ...sources).leftOut

  it('the missing groups are named, and the reference to them is not an attribute', async () => {
    const { signIn } = await signInAt({ claims: sent('oidc-group-overage', 'claims.json') })
    expect(signIn.leftOut).toEqual(left)
    expect([...signIn.identity.attributes.keys()]).toEqual(['email', 'email_verified'])
  })

  it.each([{ hasgroups: true }, { hasgroups: 'true' }])(
    'the missing groups are named where all that is said is %j',
    (claims) => {
      expect(leftOutOf(claims)).toEqual(left)
    },
  )

  it('the missing groups are not missing where userinfo has them, or where nothing points elsewhere', () => {
    expect(leftOutOf({ _claim_names: { groups: 'src1' } }, { groups: ['dev'] })).toEqual([])
    expect(leftOutOf({ groups: ['dev'] })).toEqual([])
    expect(leftOutOf({ hasgroups: false })).toEqual([])
    expect(leftOutOf({ _claim_names: 'groups' })).toEqual([])
  })

  it('the missing groups are not read from a nested claim of that name', () => {
    expect(leftOutOf({ _claim_names: JSON.parse('{"__proto__":"x","address":"src1"}') })).toMatchObject([
      { attribute: '__proto__' },
      { attribute: 'address' },
    ])
  })
})

describe('what a sign-in is without', () => {
  const warningsOf = async (claims: Json, settings = {}) =>
    signInWarnings((await signInAt({ claims, settings })).signIn)
  const plain: Json = { ...sent('oidc-group-overage', 'claims.json'), _claim_names: {}, _claim_sources: {} }

  it('missing groups are reported with what to do', async () => {
    const [warning, ...more] = await warningsOf(sent('oidc-group-overage', 'claims.json'))
    expect(warning).toMatch(/left your groups out.*application roles.*assigned to this application/)
    expect(more).toEqual([])
  })

  it('a missing address is reported with what to do', async () => {
    const { email_verified: _, ...unsaid } = plain
    expect(await warningsOf(unsaid)).toEqual([])
    const [warning] = await warningsOf(unsaid, { requireVerifiedEmail: true })
    expect(warning).toMatch(/did not confirm that it has verified your `email`.*`requireVerifiedEmail: false`/)
    const [denied] = await warningsOf({ ...unsaid, email_verified: false })
    expect(denied).toContain('has not verified your `email`')
  })

  it('what a sign-in lacks is nothing where nothing is missing', async () => {
    expect(await warningsOf(plain, { requireVerifiedEmail: true })).toEqual([])
  })
})
