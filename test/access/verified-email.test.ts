import { describe, expect, it } from 'vitest'
import { type EmailUse, isVerifiedEmailRequired } from '../../src/access/verified-email.ts'
import type { AccessRule, OidcProviderConfig } from '../../src/config/types.ts'

const nothing: EmailUse = {
  access: [],
  operators: [],
  sessionName: '{subject}',
  sourceIdentity: '{subject}',
  sessionTags: new Map([['Team', '{team}']]),
}

const rule = (attribute: string, provider?: readonly string[]): AccessRule => ({
  when: { conditions: [{ attribute, anyOf: [] }], ...(provider && { provider }) },
  roles: [],
  line: 1,
})

const isRequired = (use: Partial<EmailUse>, requireVerifiedEmail?: boolean): boolean => {
  const provider = { id: 'op', ...(requireVerifiedEmail === undefined ? {} : { requireVerifiedEmail }) }
  return isVerifiedEmailRequired(provider as OidcProviderConfig, { ...nothing, ...use })
}

describe('an address must be verified', () => {
  it.each<[string, Partial<EmailUse>]>([
    ['an access rule of any provider', { access: [rule('email')] }],
    ['an access rule of this provider', { access: [rule('email', ['corp', 'op'])] }],
    ['an access rule by another of its names', { access: [rule('urn:oid:0.9.2342.19200300.100.1.3')] }],
    ['an operator rule', { operators: [rule('mail', ['op'])] }],
    ['the session name', { sessionName: 'x-{email}' }],
    ['the source identity', { sourceIdentity: '{mail}' }],
    ['a tag', { sessionTags: new Map([['Owner', '{emailAddress}']]) }],
  ])('an address must be verified where %s uses it', (_, use) => {
    expect(isRequired(use)).toBe(true)
    expect(isRequired(use, false)).toBe(false)
  })

  it.each<[string, Partial<EmailUse>]>([
    ['nothing uses it', {}],
    ['a rule of another provider uses it', { access: [rule('email', ['corp'])] }],
    ['a rule uses another attribute', { access: [rule('email_verified'), rule('groups')] }],
  ])('an address need not be verified where %s', (_, use) => {
    expect(isRequired(use)).toBe(false)
    expect(isRequired(use, true)).toBe(true)
  })
})
