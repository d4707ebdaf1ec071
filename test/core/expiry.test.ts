import { describe, expect, it } from 'vitest'
import { expiryOf } from '../../src/core/expiry.ts'

const now = new Date('2026-11-22T12:00:00Z')

describe('a certificate', () => {
  it.each([
    ['2026-12-22T12:00:01Z', 'current', 'until 2026-12-22', undefined],
    ['2026-12-22T12:00:00Z', 'soon', 'until 2026-12-22', 'renew it within 30 days'],
    ['2026-11-23T11:00:00Z', 'soon', 'until 2026-11-23', 'renew it within 1 day'],
    ['2026-11-22T12:00:01Z', 'soon', 'until 2026-11-22', 'renew it within 1 day'],
    ['2026-11-22T12:00:00Z', 'past', 'expired on 2026-11-22', 'renew it now'],
  ])('a certificate that ends at %s is %s', (end, state, shown, warning) => {
    expect(expiryOf(new Date(end), now)).toEqual({ state, shown, warning })
  })
})
