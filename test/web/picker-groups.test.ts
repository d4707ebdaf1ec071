/** The order of the picker, and what of it is folded. */
import { describe, expect, it } from 'vitest'
import { arranged } from '../../src/web/picker/groups.ts'
import type { RoleAccount, RoleChoice, RoleView } from '../../src/web/picker/model.ts'

const accounts: readonly RoleAccount[] = Array.from({ length: 20 }, (_, n) => ({
  id: String(100_000_000_000 + n),
  name: `Account ${String.fromCharCode(65 + n)}`,
  environment: n % 2 === 0 ? 'production' : 'staging',
}))

/** So many roles in each of the first accounts, in the order of accounts and names. */
const rolesIn = (accountCount: number, each: number): readonly RoleChoice[] =>
  accounts.slice(0, accountCount).flatMap((account) =>
    Array.from({ length: each }, (_, n) => ({
      arn: `arn:aws:iam::${account.id}:role/Role${n}`,
      name: `Role${n}`,
      account,
      durations: [],
      isPinned: false,
      isSensitive: false,
      tags: '',
      verdict: 'allowed' as const,
    })),
  )

const arnOf = (account: number, role: number): string => `arn:aws:iam::${accounts[account]?.id}:role/Role${role}`

interface Wish {
  readonly view?: RoleView
  readonly isFiltered?: boolean
  readonly pins?: readonly string[]
  readonly recent?: readonly string[]
  readonly unitOf?: (account: string) => string | undefined
}

const arrange = (
  roles: readonly RoleChoice[],
  { view = 'account', isFiltered = false, pins = [], recent = [], unitOf = () => undefined }: Wish = {},
) => {
  const choices = roles.map((role) => ({ ...role, isPinned: pins.includes(role.arn) }))
  const used = recent.map((arn) => ({ arn, takenAt: new Date(0) }))
  const { above, sections } = arranged(choices, { view, isFiltered, pins, recent: used, unitOf })
  const groups = sections.flatMap((section) => section.groups)
  const named = groups.map((group) => ({
    name: group.kind === 'account' ? group.account.name : group.kind === 'role' ? group.name : group.kind,
    arns: group.roles.map(({ arn }) => arn),
    fold: 'fold' in group ? group.fold : undefined,
  }))
  return { above, sections, groups: named }
}

describe('a list of roles', () => {
  it.each([
    [1, 5],
    [10, 3],
    [1, 40],
  ])('of %i accounts with %i roles each is not folded', (accountCount, each) => {
    const { groups } = arrange(rolesIn(accountCount, each))
    expect(groups).toHaveLength(accountCount)
    expect(groups.filter(({ fold }) => fold)).toEqual([])
  })

  it('a list of 50 roles is folded by account, but for the first twelve roles', () => {
    const { groups, sections } = arrange(rolesIn(10, 5))
    expect(groups.map(({ fold }) => fold?.isOpen)).toEqual([...Array(2).fill(true), ...Array(8).fill(false)])
    expect(groups[9]?.fold?.preview).toBe('Role0, Role1, Role2, Role3, Role4')
    expect(sections.map(({ unit }) => unit)).toEqual([undefined])
  })

  it('a list with pins leaves less open below them', () => {
    const pins = Array.from({ length: 8 }, (_, n) => arnOf(9, n))
    const { above, groups } = arrange(rolesIn(10, 8), { pins })
    expect(above.map(({ kind, roles }) => [kind, roles.length])).toEqual([['pinned', 8]])
    expect(groups).toHaveLength(9)
    expect(groups.filter(({ fold }) => fold?.isOpen)).toEqual([])
  })

  it.each([
    [12, true],
    [11, undefined],
  ])('a list of what was found is unfolded up to sixty roles, with %i accounts of five', (accountCount, isFolded) => {
    const { groups } = arrange(rolesIn(accountCount, 5).concat(rolesIn(1, 1)), { isFiltered: true })
    expect(groups[0]?.fold?.isOpen).toBe(isFolded)
  })

  it('a list has each role once, whatever is pinned and was used', () => {
    const roles = rolesIn(20, 5)
    const wish = { pins: [arnOf(3, 0), arnOf(19, 1)], recent: [arnOf(19, 1), arnOf(7, 2), arnOf(8, 0)] }
    for (const view of ['account', 'role'] as const) {
      const { above, groups } = arrange(roles, { ...wish, view })
      const shown = [
        ...above.flatMap((group) => group.roles.map(({ arn }) => arn)),
        ...groups.flatMap(({ arns }) => arns),
      ]
      expect(shown.toSorted()).toEqual(roles.map(({ arn }) => arn).toSorted())
    }
  })

  it('a list has the accounts that were used first, latest first, and then the others by name', () => {
    const { groups } = arrange(rolesIn(4, 2), { recent: [arnOf(2, 0), arnOf(1, 1)] })
    expect(groups.map(({ name }) => name)).toEqual(['Account C', 'Account B', 'Account A', 'Account D'])
  })
})

describe('a list by role', () => {
  it('a list by role has one group for each name, with its accounts, those pinned and used first', () => {
    const { above, groups } = arrange(rolesIn(4, 3), { view: 'role', pins: [arnOf(3, 1)], recent: [arnOf(2, 1)] })
    expect(above).toEqual([])
    expect(groups.map(({ name }) => name)).toEqual(['Role1', 'Role0', 'Role2'])
    expect(groups[0]?.arns).toEqual([arnOf(3, 1), arnOf(2, 1), arnOf(0, 1), arnOf(1, 1)])
  })

  it('a list by role that is folded says how many accounts a role has in each environment', () => {
    const { groups } = arrange(rolesIn(20, 3), { view: 'role' })
    expect(groups.map(({ fold }) => fold?.preview)).toEqual(Array(3).fill('10 production, 10 staging'))
    expect(groups.map(({ fold }) => fold?.isOpen)).toEqual([false, false, false])
  })
})

describe('a list by unit', () => {
  const unitOf = (id: string): string | undefined => {
    const n = Number(id.slice(-2))
    return n > 17 ? undefined : n < 9 ? 'Workloads/Production' : 'Workloads/Test'
  }

  it('a list by unit folds units of many accounts, and has accounts without one last', () => {
    const { sections } = arrange(rolesIn(20, 3), { unitOf })
    expect(sections.map(({ unit, groups }) => [unit?.name, unit?.isOpen, groups.length])).toEqual([
      ['Workloads / Production', true, 9],
      ['Workloads / Test', false, 9],
      [undefined, false, 2],
    ])
  })

  it.each([
    ['few accounts', 12, unitOf],
    ['one unit', 20, () => 'Workloads'],
  ])('a list by unit is not divided with %s', (_, accountCount, units) => {
    expect(arrange(rolesIn(accountCount, 5), { unitOf: units }).sections.map(({ unit }) => unit)).toEqual([undefined])
  })
})
