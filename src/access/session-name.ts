import { createHash } from 'node:crypto'
import type { Identity } from '../core/identity.ts'
import { valuesOf } from './attribute-names.ts'

/** What AWS takes as RoleSessionName: 2 to 64 of these. */
const MAX_LENGTH = 64
const FORBIDDEN = /[^\w+=,.@-]+/g

/** What a name in braces stands for: the subject and the provider by their names, else the attribute's first value. */
const claimOf = (identity: Identity, name: string): string | undefined => {
  if (name === 'subject' || name === 'provider' || name === 'issuer') return identity[name]
  return valuesOf(identity.attributes, name).find((value) => value !== '')
}

/** The template with its `{names}` filled in; undefined when one of them has no value. */
const fill = (template: string, identity: Identity): string | undefined => {
  let isComplete = true
  const filled = template.replaceAll(/\{([^{}]+)\}/g, (_, name: string) => {
    const value = claimOf(identity, name)
    isComplete &&= value !== undefined
    return value ?? ''
  })
  return isComplete && filled !== '' ? filled : undefined
}

/**
 * The role session name that CloudTrail will show for this person, from the configured template, or from the subject
 * when a claim that the template names is missing. Characters that AWS refuses become `-`; a name that had to be
 * changed or cut ends in a hash of the whole, so that two people never come out the same.
 */
export const sessionNameOf = (template: string, identity: Identity): string => {
  const wanted = fill(template, identity) ?? identity.subject
  const allowed = wanted.replaceAll(FORBIDDEN, '-')
  if (allowed === wanted && wanted.length >= 2 && wanted.length <= MAX_LENGTH) return wanted
  const hash = createHash('sha256').update(wanted).digest('hex').slice(0, 10)
  return `${allowed.slice(0, MAX_LENGTH - hash.length - 1)}-${hash}`
}
