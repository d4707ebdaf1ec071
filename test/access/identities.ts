import type { Identity } from '../../src/core/identity.ts'

/** A user for tests of what comes after the protocols. */
export const identity = (
  attributes: Readonly<Record<string, readonly string[]>> = {},
  rest: Partial<Identity> = {},
): Identity => ({
  provider: 'corp',
  protocol: 'saml',
  issuer: 'https://idp.example.com',
  subject: 'alice',
  attributes: new Map(Object.entries(attributes)),
  authenticatedAt: new Date('2026-11-22T12:00:00Z'),
  ...rest,
})
