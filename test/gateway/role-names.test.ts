/** How links name a role, and what comes close to a name that fits none. */
import { describe, expect, it } from 'vitest'
import { rolesCalled } from '../../src/core/role-names.ts'
import { nearestRoles } from '../../src/gateway/roles/role-names.ts'

const role = (account: string, accountName: string, name: string, alias?: string) => ({
  arn: `arn:aws:iam::${account}:role/${name}`,
  account,
  accountName,
  name,
  alias,
})

const [PROD, TEST] = ['111122223333', '444455556666']
const roles = [
  role(PROD, 'Production', 'Developer'),
  role(PROD, 'Production', 'Administrator', 'break-glass'),
  role(TEST, 'Test', 'Developer', 'dev'),
  role(TEST, 'Test', 'developer'),
  role(TEST, 'Test', 'dev'),
]

const shown = (found: readonly { readonly arn: string }[]): readonly string[] =>
  found.map(({ arn }) => arn.replace('arn:aws:iam::', '').replace('role/', ''))

describe('a name of a role', () => {
  it.each([
    ['arn:aws:iam::111122223333:role/Developer', [`${PROD}:Developer`]],
    ['break-glass', [`${PROD}:Administrator`]],
    ['dev', [`${TEST}:Developer`]],
    ['Developer', [`${PROD}:Developer`, `${TEST}:Developer`]],
    ['developer', [`${TEST}:developer`]],
    ['DEVELOPER', [`${PROD}:Developer`, `${TEST}:Developer`, `${TEST}:developer`]],
    ['Production/Developer', [`${PROD}:Developer`]],
    ['444455556666/Developer', [`${TEST}:Developer`]],
    ['Dev', [`${TEST}:Developer`]],
    ['', []],
    ['Develope', []],
  ])('%j names %j', (name, expected) => {
    expect(shown(rolesCalled(roles, name))).toEqual(expected)
  })
})

describe('the nearest roles', () => {
  it.each([
    ['Admin', `${PROD}:Administrator`],
    ['Administratr', `${PROD}:Administrator`],
    ['arn:aws:iam::444455556666:role/Developers', `${TEST}:Developer`],
    ['arn:aws:iam::999999999999:role/Administrator', `${PROD}:Administrator`],
    ['production/whatever', `${PROD}:Developer`],
  ])('of %j begin with %s', (asked, first) => {
    expect(shown(nearestRoles(roles, asked))[0]).toBe(first)
  })

  it.each(['', 'zzz', '__proto__'])('of %j are none', (asked) => {
    expect(nearestRoles(roles, asked)).toEqual([])
  })

  it('of what many resemble are five', () => {
    const many = Array.from({ length: 20 }, (_, n) => role(PROD, 'Production', `Developer${n}`))
    expect(nearestRoles(many, 'Developer')).toHaveLength(5)
  })
})
