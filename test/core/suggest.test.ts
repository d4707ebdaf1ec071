import { describe, expect, it } from 'vitest'
import { nearest } from '../../src/core/text/suggest.ts'

describe('a suggestion', () => {
  it.each([
    ['issur', 'issuer'],
    ['clockskew', 'clockSkew'],
    ['odic', 'oidc'],
    ['lable', 'label'],
  ])('a suggestion for %s is %s', (typed, meant) => {
    expect(nearest(typed, ['issuer', 'clockSkew', 'oidc', 'saml', 'label', 'id'])).toBe(meant)
  })

  it('a suggestion is not made when nothing is near', () => {
    expect(nearest('encryption', ['issuer', 'signing', 'id'])).toBeUndefined()
  })
})
