/** What durations a role offers, by habit and by the user's own clock. */
import type { Request } from 'express'
import { describe, expect, it, vi } from 'vitest'
import { type DurationHabits, dayEnds, durationChoices, readDuration } from '../../src/web/models/duration-choices.ts'
import { nextTimeOfDay, timeZoneOf } from '../../src/web/time-zone.ts'

const shown = (seconds: number, habits?: DurationHabits) =>
  durationChoices(seconds, habits).map(({ label, selected }) => (selected ? `(${label})` : label))

describe('durations', () => {
  it('durations are the usual ones up to the maximum, with one hour selected', () => {
    expect(shown(43_200)).toEqual(['15m', '(1h)', '2h', '4h', '8h', '12h'])
    expect(shown(3600)).toEqual(['15m', '(1h)'])
    expect(shown(5400)).toEqual(['15m', '(1h)', '1h 30m'])
  })

  it.each([900, 3600, 5400, 9045, 43_200])('up to %d seconds post what is read back as what they say', (max) => {
    const read = durationChoices(max).map(({ label }) => readDuration(label, new Date(), undefined)?.seconds)
    expect(read).not.toContain(undefined)
    expect(read.at(-1)).toBe(max)
  })

  it('select the maximum where it is shorter than an hour', () => {
    expect(shown(1800)).toEqual(['15m', '(30m)'])
  })

  it('select the shortest for a sensitive role', () => {
    expect(shown(3600, { isSensitive: true })).toEqual(['(15m)', '1h'])
  })

  it('select what was chosen the last time, for a sensitive role too', () => {
    expect(shown(14_400, { remembered: '7200' })).toEqual(['15m', '1h', '(2h)', '4h'])
    expect(shown(3600, { remembered: '3600', isSensitive: true })).toEqual(['15m', '(1h)'])
  })

  it.each(['28800', 'until 18:00', 'nonsense', ''])('select the usual one where %j can no longer be chosen', (was) => {
    expect(shown(7200, { remembered: was })).toEqual(['15m', '(1h)', '2h'])
  })

  it('end at noon, at six or at ten by the clock of the user, where that is within reach', () => {
    const ends = dayEnds(new Date('2026-11-22T12:30:00Z'), 'Europe/Zurich')
    expect(shown(8 * 3600, { ends })).toEqual(['15m', '(1h)', '2h', '4h', '8h', 'until 18:00'])
    expect(shown(12 * 3600, { ends, remembered: 'until 22:00' })).toContain('(until 22:00)')
    expect(ends).toEqual([
      { time: '18:00', seconds: 4.5 * 3600 },
      { time: '22:00', seconds: 8.5 * 3600 },
      { time: '12:00', seconds: 22.5 * 3600 },
    ])
  })

  it('end at no time of day where the zone is not known, or the end is nearer than AWS allows', () => {
    expect(dayEnds(new Date(), undefined)).toEqual([])
    const ends = dayEnds(new Date('2026-11-22T16:50:00Z'), 'Europe/Zurich')
    expect(shown(3600, { ends })).toEqual(['15m', '(1h)'])
  })
})

describe('a duration that is posted', () => {
  const now = new Date('2026-11-22T14:00:00Z')

  it.each([
    ['3600', { seconds: 3600, value: '3600' }],
    ['1h', { seconds: 3600, value: '3600' }],
    ['until 18:00', { seconds: 10_800, value: 'until 18:00' }],
  ])('%j is read', (text, read) => {
    expect(readDuration(text, now, 'Europe/Zurich')).toEqual(read)
  })

  it('a duration that is posted is a quarter of an hour at least, as AWS gives no less', () => {
    expect(readDuration('until 18:00', new Date('2026-11-22T16:59:30Z'), 'Europe/Zurich')?.seconds).toBe(900)
  })

  it.each(['', 'until', 'until 25:00', 'until 18:60', 'until 6:00', 'until 18:00 ', '-1', 'tomorrow'])(
    '%j is none',
    (text) => {
      expect(readDuration(text, now, 'Europe/Zurich')).toBeUndefined()
    },
  )

  it('a duration that is posted is invalid where it names a time of day in an unknown time zone', () => {
    expect(readDuration('until 18:00', now, undefined)).toBeUndefined()
  })
})

describe('the next six o’clock', () => {
  it.each([
    ['Europe/Zurich', '2026-11-22T16:59:59Z', '2026-11-22T17:00:00Z'],
    ['Europe/Zurich', '2026-11-22T17:00:00Z', '2026-11-23T17:00:00Z'],
    ['Europe/Zurich', '2026-07-01T10:00:00Z', '2026-07-01T16:00:00Z'],
    ['America/New_York', '2026-11-22T01:00:00Z', '2026-11-22T23:00:00Z'],
    ['Asia/Kolkata', '2026-11-22T12:00:00Z', '2026-11-22T12:30:00Z'],
    ['Pacific/Kiritimati', '2026-11-22T12:00:00Z', '2026-11-23T04:00:00Z'],
    ['UTC', '2026-12-31T18:30:00Z', '2027-01-01T18:00:00Z'],
    // The night on which the clocks go forward, and back.
    ['Europe/Zurich', '2026-03-28T22:00:00Z', '2026-03-29T16:00:00Z'],
    ['Europe/Zurich', '2026-10-24T21:00:00Z', '2026-10-25T17:00:00Z'],
  ])('the next six o’clock in %s after %s is %s', (zone, now, next) => {
    expect(nextTimeOfDay(new Date(now), zone, '18:00')).toEqual(new Date(next))
  })

  it('the next six o’clock is missing on a day that skips it, and in an unknown zone', () => {
    expect(nextTimeOfDay(new Date('2026-03-28T22:00:00Z'), 'Europe/Zurich', '02:30')).toBeUndefined()
    expect(nextTimeOfDay(new Date('2026-03-28T22:00:00Z'), 'Europe/Atlantis', '18:00')).toBeUndefined()
  })

  it('is the earlier one where the clocks go back over it, the later one between the two', () => {
    const next = (now: string) => nextTimeOfDay(new Date(now), 'Europe/Zurich', '02:30')?.toISOString()
    expect(next('2026-10-24T14:31:39Z')).toBe('2026-10-25T00:30:00.000Z')
    expect(next('2026-10-25T00:10:00Z')).toBe('2026-10-25T00:30:00.000Z')
    expect(next('2026-10-25T01:10:00Z')).toBe('2026-10-25T01:30:00.000Z')
  })

  it('is kept once for each zone, however its name is spelt', () => {
    const now = new Date('2026-11-22T12:00:00Z')
    nextTimeOfDay(now, 'America/Argentina/Ushuaia', '18:00')
    const makeFormat = vi.spyOn(Intl, 'DateTimeFormat')
    const spellings = ['america/argentina/ushuaia', 'AMERICA/Argentina/USHUAIA', 'aMeRiCa/argentina/ushuaiA']
    const ends = spellings.map((zone) => nextTimeOfDay(now, zone, '18:00'))
    expect(ends).toEqual(spellings.map(() => new Date('2026-11-22T21:00:00Z')))
    expect(makeFormat).not.toHaveBeenCalled()
    makeFormat.mockRestore()
  })
})

describe('the zone of a browser', () => {
  const zoneIn = (cookie: string | undefined) =>
    timeZoneOf({ headers: { cookie } } as unknown as Request, 'http://localhost:8080')

  it.each(['Europe/Zurich', 'Europe%2FZurich', 'America/Argentina/Ushuaia', 'UTC', 'Etc/GMT+5', 'Etc%2FGMT%2B5'])(
    '%s is one',
    (name) => {
      expect(zoneIn(`fedgate_zone=${name}`)).toBe(decodeURIComponent(name))
    },
  )

  it.each([
    undefined,
    '',
    'fedgate_zone=',
    'fedgate_zone=Europe/Atlantis',
    'fedgate_zone=../../etc/passwd',
    'fedgate_zone=%',
  ])('%s names none', (cookie) => {
    expect(zoneIn(cookie)).toBeUndefined()
  })
})
