import { createHash } from 'node:crypto'
import { roleSessionName } from '../aws/facts/limits.ts'

/** Everything but what AWS takes in a RoleSessionName. */
const FORBIDDEN = /[^\w+=,.@-]+/g

const HASH_LENGTH = 16
/** How a name ends that had to be changed. */
const MARK = new RegExp(`-[0-9a-f]{${HASH_LENGTH}}$`)

/**
 * The text as a role session name. Characters that AWS refuses become `-`; a name that had to be changed or cut ends in
 * a hash of the whole. So does one that looks as if: two different texts never come out the same.
 */
export const toSessionName = (text: string): string => {
  const allowed = text.replaceAll(FORBIDDEN, '-')
  const fits = text.length >= roleSessionName.min && text.length <= roleSessionName.max
  if (allowed === text && fits && !MARK.test(text)) return text
  const hash = createHash('sha256').update(text).digest('hex').slice(0, HASH_LENGTH)
  return `${allowed.slice(0, roleSessionName.max - HASH_LENGTH - 1)}-${hash}`
}
