import { describe, expect, it } from 'vitest'
import { isInScope } from '../../src/saml/scopes.ts'

const text = (value: string) => [{ value, isPattern: false }]
const pattern = (value: string) => [{ value, isPattern: true }]

describe('a scope', () => {
  it.each([
    ['the very domain', text('example.org'), 'example.org'],
    ['the domain in other letters', text('Example.org'), 'example.ORG'],
    ['what a pattern describes', pattern('^.+\\.example\\.org$'), 'a.b.example.org'],
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
    ['anything, where the pattern repeats a group', pattern('(a+)+'), 'aaa'],
    ['anything, where the pattern repeats too much', pattern('a*a*a*a*b'), 'aab'],
    ['anything, where there is none', [], 'example.org'],
  ])('does not cover %s', (_, scopes, domain) => {
    expect(isInScope(domain, scopes)).toBe(false)
  })
})
