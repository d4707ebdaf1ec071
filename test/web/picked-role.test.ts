import { describe, expect, it } from 'vitest'
import { parseRoleArn } from '../../src/core/arn.ts'
import { pickedRole } from '../../src/web/picker/picked-role.ts'

const listed = (accountName: string) => {
  const role = parseRoleArn('arn:aws:iam::111122223333:role/Developer')
  if (!role) throw new TypeError('no ARN')
  return { ...role, accountName, accountColor: undefined, environment: undefined, isSensitive: false }
}

describe('the role of a page', () => {
  it('the role of a page has the name of its account', () => {
    expect(pickedRole(listed('Production'))).toMatchObject({ accountId: '111122223333', accountName: 'Production' })
  })

  it('the role of a page omits the name of an account whose name is its id', () => {
    expect(pickedRole(listed('111122223333'))).not.toHaveProperty('accountName')
  })
})
