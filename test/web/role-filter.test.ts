/** What the list of roles can be narrowed to. */
import { describe, expect, it } from 'vitest'
import { environmentOf } from '../../src/access/environment.ts'
import type { ListedRole } from '../../src/gateway/roles/list-roles.ts'
import { environmentsOf, filterIn, isWanted, listPath, tagKeysOf, tagNumbers } from '../../src/web/picker/filter.ts'

const role = (name: string, more: Partial<ListedRole> = {}): ListedRole =>
  ({
    arn: `arn:aws:iam::111122223333:role/${name}`,
    name,
    account: '111122223333',
    accountName: 'Payments',
    tags: {},
    ...more,
  }) as ListedRole

const roles = [
  role('Admin', { environment: 'production', tags: { Team: 'payments', Owner: 'ann' } }),
  role('Dev', { environment: 'Staging', tags: { Team: 'search', Owner: 'bob', 'aws:createdBy': 'x' } }),
  role('Ops', { environment: 'production', tags: { Team: 'search' } }),
]

const namesFor = (query: Readonly<Record<string, unknown>>): readonly string[] =>
  roles.filter(isWanted(filterIn(query))).map(({ name }) => name)

describe('a filter', () => {
  it.each<readonly [Readonly<Record<string, unknown>>, readonly string[]]>([
    [{}, ['Admin', 'Dev', 'Ops']],
    [{ environment: 'production' }, ['Admin', 'Ops']],
    [{ environment: 'STAGING' }, ['Dev']],
    [{ tag: 'Team=search' }, ['Dev', 'Ops']],
    [{ tag: ['Team=search', 'Owner=bob'] }, ['Dev']],
    [{ tag: 'Team=search', environment: 'production', q: 'op' }, ['Ops']],
    [{ q: 'staging pay' }, ['Dev']],
    [{ tag: 'Team' }, []],
    [{ tag: 'constructor=x' }, []],
    [{ environment: ['production', 'staging'] }, ['Admin', 'Dev', 'Ops']],
  ])('%j finds %j', (query, names) => {
    expect(namesFor(query)).toEqual(names)
  })

  it('a filter is kept by the address that it makes', () => {
    const filter = filterIn({ q: 'a b', environment: 'production', tag: ['Team=a&b', 'Owner=ann'] })
    const { searchParams } = new URL(listPath(filter), 'http://x')
    expect(filterIn({ ...Object.fromEntries(searchParams), tag: searchParams.getAll('tag') })).toEqual(filter)
    expect(listPath(filterIn({}))).toBe('/roles')
  })
})

describe('what can be chosen', () => {
  it('what can be chosen are environments that differ', () => {
    expect(environmentsOf(roles)).toEqual(['production', 'Staging'])
    expect(environmentsOf(roles.slice(0, 1))).toEqual([])
    expect(environmentsOf([...roles.slice(0, 1), role('Other')])).toEqual(['production'])
  })

  it('what can be chosen are tags that not all share, without those of AWS and those of single roles', () => {
    const named = Array.from({ length: 30 }, (_, n) => role(`R${n}`, { tags: { Name: `r${n}`, Company: 'x' } }))
    const keys = tagKeysOf([...roles, ...named])
    expect(keys.map(({ key, values }) => [key, ...values.map(({ value }) => value)])).toEqual([
      ['Company', 'x'],
      ['Owner', 'ann', 'bob'],
      ['Team', 'payments', 'search'],
    ])
    expect(tagKeysOf(named)).toEqual([])
  })

  it('what can be chosen is numbered, and each role has the numbers of its tags', () => {
    const numbersOf = tagNumbers(tagKeysOf(roles))
    expect(roles.map((one) => numbersOf(one))).toEqual(['0 2', '1 3', '3'])
  })
})

describe('an environment', () => {
  it.each([
    [{ environment: 'production' }, { environment: 'test' }, 'production'],
    [{}, { Environment: ' test ' }, 'test'],
    [undefined, { ENVIRONMENT: 'x'.repeat(33) }, undefined],
    [undefined, { env: 'test' }, undefined],
    [undefined, undefined, undefined],
  ])('of the settings %j and the tags %j is %j', (settings, tags, expected) => {
    expect(environmentOf(settings, tags && { tags })).toBe(expected)
  })
})
