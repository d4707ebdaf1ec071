import { describe, expect, it } from 'vitest'
import { checkBranding } from '../../src/check/branding.ts'
import { configWith, findingOf, portsOf } from './check-fixtures.ts'

const checked = (branding: string, problem?: string) =>
  checkBranding(configWith('accounts:', `branding: ${branding}\naccounts:`), {
    ...portsOf(),
    readBranding: async () => {
      if (problem !== undefined) throw new Error(problem)
    },
  })

describe('The branding', () => {
  it('is no subject where there is none', async () => {
    expect(await checkBranding(configWith(), portsOf())).toEqual([])
  })

  it('fails where a file cannot be used, with the reason', async () => {
    expect(findingOf(await checked('{ name: Corp }', 'too large'), 'brandingFilesAreUsable')).toMatchObject({
      outcome: 'fail',
      found: 'too large',
    })
  })

  it.each([
    ['#1d4ed8', 'in dark mode'],
    ['#ffee00', 'in light mode'],
  ])('passes with the colour %s, whose readable shade %s it names', async (color, where) => {
    const { outcome, found } = findingOf(await checked(`{ color: "${color}" }`), 'colorIsReadable')
    expect([outcome, found]).toEqual([
      'pass',
      expect.stringMatching(new RegExp(`#[0-9a-f]{6} ${where} to be readable`)),
    ])
  })
})
