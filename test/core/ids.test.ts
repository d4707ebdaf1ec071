import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { newId, newToken, newXmlId, stampOf } from '../../src/core/ids.ts'

beforeEach(() => void vi.useFakeTimers({ toFake: ['Date'] }))
afterEach(() => void vi.useRealTimers())

const years = [
  '2001-09-09T01:46:40.000Z',
  '2026-12-01T08:00:00.000Z',
  '2026-12-01T08:00:00.001Z',
  '2059-01-01T00:00:00.000Z',
]

describe('Ids', () => {
  it('of records and of XML sort as the times at which they were made', () => {
    const made = years.map((time) => {
      vi.setSystemTime(new Date(time))
      return [newId(), newXmlId()] as const
    })
    const [ids, xmlIds] = [0, 1].map((n) => made.map((each) => each[n] as string)) as [string[], string[]]
    expect(ids.toSorted()).toEqual(ids)
    expect(xmlIds.toSorted()).toEqual(xmlIds)
    expect([...ids, ...xmlIds].map((id) => stampOf(id).length)).toEqual([10, 10, 10, 10, 11, 11, 11, 11])
    for (const id of xmlIds) expect(id).toMatch(/^_[\w.-]+$/)
  })

  it('of one moment differ in all that follows the time', () => {
    vi.setSystemTime(new Date('2026-12-01T08:00:00.000Z'))
    const ids = Array.from({ length: 500 }, newId)
    expect(new Set(ids.map(stampOf)).size).toBe(1)
    const rests = ids.map((id) => id.slice(10))
    expect(new Set(rests).size).toBe(500)
    for (const rest of rests) expect(Buffer.from(rest, 'base64url')).toHaveLength(24)
  })

  it('are fit for URLs and cookies as they are', () => {
    for (const id of Array.from({ length: 200 }, newId)) expect(encodeURIComponent(id)).toBe(id)
  })
})

describe('The time of an id', () => {
  it('is empty for every other name, so that nothing of it is kept', () => {
    const names = [
      '',
      'alice',
      'https://idp.example:_a1',
      'keycloak9.example:_a1',
      '0short.',
      '_0123456',
      '0ABCDEFGH.x',
    ]
    for (const name of [...names, ...Array.from({ length: 200 }, newToken)]) expect(stampOf(name)).toBe('')
  })
})
