import { describe, expect, it } from 'vitest'
import { hasRolePair } from '../../src/local-aws/sts/saml-attributes.ts'

const PROVIDER = 'arn:aws:iam::111122223333:saml-provider/corp'
const ROLE = 'arn:aws:iam::111122223333:role/Ops,EU'
const saying = (...values: readonly string[]) => new Map([['https://aws.amazon.com/SAML/Attributes/Role', values]])

describe('the pair of a role whose name has a comma', () => {
  it.each([`${ROLE},${PROVIDER}`, `${PROVIDER} , ${ROLE}`])(
    'the pair of a role whose name has a comma is read from %s',
    (value) => {
      expect(hasRolePair(saying(value), ROLE, PROVIDER)).toBe(true)
    },
  )

  it('the pair of a role whose name has a comma is not that of the role up to the comma', () => {
    expect(hasRolePair(saying(`${ROLE},${PROVIDER}`), 'arn:aws:iam::111122223333:role/Ops', PROVIDER)).toBe(false)
  })
})
