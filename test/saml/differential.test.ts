import { describe, expect, it } from 'vitest'
import { readAssertion } from '../../src/saml/response/assertion.ts'
import { openResponse } from '../../src/saml/response/open.ts'
import { childrenNamed, isNamed } from '../../src/xml/navigate.ts'
import { parseXml } from '../../src/xml/parse.ts'
import type { SignedElement } from '../../src/xml/signature.ts'
import { mutate, randomFrom } from '../fuzz/mutations.ts'
import { coveredText, needsException } from './oracle.ts'
import { codeOf, evaluate, expected, fixture, fixtureNames, form, idp } from './saml-fixtures.ts'

const keys = idp.signingCertificates.map(({ key }) => key)
const SAML = 'urn:oasis:names:tc:SAML:2.0:assertion'

const oracle = (xml: string): readonly string[] | undefined => {
  try {
    return coveredText(xml, keys)
  } catch {
    return undefined
  }
}

/** The claims in text that xml-crypto canonicalized and hashed: a Response's or an Assertion's. */
const claimsIn = (covered: string) => {
  const root = parseXml(covered)
  const assertion = isNamed(root, SAML, 'Assertion') ? root : childrenNamed(root, SAML, 'Assertion')[0]
  if (!assertion) throw new Error('no assertion was covered')
  return readAssertion(assertion as SignedElement)
}

const openedClaims = (xml: string) => openResponse(form(xml), expected).assertion

describe('held against xml-crypto in a strict profile', () => {
  const comparable = fixtureNames('accepted').filter((name) => !needsException(fixture('accepted', name)))
  it('all accepted fixtures can be compared but the encrypted ones and a few', () => {
    const others = fixtureNames('accepted').filter(
      (name) => !comparable.includes(name) && !name.startsWith('encrypted-'),
    )
    expect(others).toEqual([
      'prefix-list-default',
      'signed-info-inclusive-in-context',
      'signed-info-inclusive-with-comments',
    ])
  })

  it.each(comparable)('%s is accepted by both, with the same claims', (name) => {
    const xml = fixture('accepted', name)
    const covered = oracle(xml)
    expect(covered).toBeDefined()
    for (const text of covered ?? []) expect(claimsIn(text)).toEqual(openedClaims(xml))
  })

  it.each(fixtureNames('refused').filter((name) => !needsException(fixture('refused', name))))(
    '%s: what the oracle rejects does not open',
    (name) => {
      const xml = fixture('refused', name)
      const isRejected = oracle(xml) === undefined
      const opens = (): boolean => {
        try {
          openResponse(form(xml), expected)
          return true
        } catch {
          return false
        }
      }
      expect(isRejected && opens()).toBe(false)
    },
  )
})

/** Enough to meet every kind of edit in every fixture some times; `npm run fuzz` is for more. */
const MUTANTS_PER_FIXTURE = 80

describe('edited responses', () => {
  const sources = [
    'signed-assertion',
    'signed-response',
    'signed-both',
    'odd-prefixes',
    'pretty-printed',
    'cdata-references-emoji',
    'prefix-list',
    'default-namespaces',
    'signed-info-inclusive',
  ]

  it.each(sources)('edited responses of %s are refused, or have the signed content', (name) => {
    const xml = fixture('accepted', name)
    const random = randomFrom(name)
    const claims = openedClaims(xml)
    const accepted = Array.from({ length: MUTANTS_PER_FIXTURE }, () => mutate(xml, random)).filter(
      (mutant) => codeOf(evaluate(mutant)) === 'accepted',
    )
    for (const mutant of accepted) {
      expect(openedClaims(mutant)).toEqual(claims)
      const covered = oracle(mutant)
      expect(covered, mutant).toBeDefined()
      for (const text of covered ?? []) expect(claimsIn(text)).toEqual(claims)
    }
    // Edits that change nothing of the canonical form must be taken, or the test above tests nothing.
    expect(accepted.length).toBeGreaterThan(MUTANTS_PER_FIXTURE * 0.15)
  })
})
