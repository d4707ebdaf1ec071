import { describe, expect, it } from 'vitest'
import { isInScope, unusableScopes } from '../../src/saml/scopes.ts'

const text = (value: string) => [{ value, isPattern: false }]
const pattern = (value: string) => [{ value, isPattern: true }]

describe('a scope', () => {
  it.each([
    ['the very domain', text('example.org'), 'example.org'],
    ['the domain in other letters', text('Example.org'), 'example.ORG'],
    ['what a pattern describes', pattern('^.+\\.example\\.org$'), 'a.b.example.org'],
    ['what a pattern describes in letters of the other case', pattern('.+\\.EXAMPLE\\.org'), 'a.Example.ORG'],
    ['what a pattern with a repeated group describes', pattern('([a-z0-9-]+\\.)*example\\.org'), 'a.b.example.org'],
    ['what a pattern without anchors describes whole', pattern('(a|b)\\.example\\.org'), 'b.example.org'],
  ])('covers %s', (_, scopes, domain) => {
    expect(isInScope(domain, scopes)).toBe(true)
  })

  it.each([
    ['a domain below it', text('example.org'), 'sub.example.org'],
    ['another domain', text('example.org'), 'example.com'],
    ['what only contains it', text('example.org'), 'notexample.org'],
    ['a pattern as text', pattern('.*'), ''.padEnd(300, 'a')],
    ['a text as a pattern', text('.*'), 'example.org'],
    ['what a pattern describes a part of', pattern('example\\.org'), 'example.org.evil.com'],
    ['anything, where the pattern is none', pattern('(('), '(('],
    ['anything, where the pattern looks ahead', pattern('(?=a)a'), 'a'],
    ['anything, where the pattern looks back', pattern('(a)\\1'), 'aa'],
    ['anything, where the pattern costs too much', pattern('a{0,1000}a{0,1000}'), 'aa'],
    ['anything, where the pattern is longer than any is', pattern('a?'.repeat(101)), 'aa'],
    ['a domain with a line break', pattern('.*'), 'example\r.org'],
    ['anything, where there is none', [], 'example.org'],
  ])('a scope does not cover %s', (_, scopes, domain) => {
    expect(isInScope(domain, scopes)).toBe(false)
  })
})

/** Eighteen of `(a|a)?` in a scope took JavaScript's engine 43 seconds for one value. */
it('a pattern of another party is matched in linear time', () => {
  const started = performance.now()
  const scopes = [...pattern('(a|a)?'.repeat(18)), ...pattern('(.*a)*b'), ...pattern('(\\w+\\.?)+')]
  for (let n = 0; n < 100; n++) expect(isInScope(`${'a'.repeat(250)}!`, scopes)).toBe(false)
  expect(performance.now() - started).toBeLessThan(5000)
})

it('a pattern that cannot be used is reported with the reason', () => {
  expect(unusableScopes([...text('('), ...pattern('.+\\.example\\.org'), ...pattern('(?!evil).+')])).toEqual([
    '(?!evil).+ (lookaround is not supported: (?!)',
  ])
})
