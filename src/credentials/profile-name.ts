import { CredentialsError } from './errors.ts'

/** The characters that every AWS SDK reads back from between the brackets. */
const PROFILE = /^[\w+=,.@:/-]{1,128}$/

/** Throws CredentialsError `credentials.profile_invalid`. */
export function checkedProfileName(name: string): string {
  if (PROFILE.test(name)) return name
  throw new CredentialsError('credentials.profile_invalid', { found: JSON.stringify(name.slice(0, 128)) })
}

/**
 * `Production-Admin`: the names of the account and the role, with hyphens for characters that a profile name cannot
 * have.
 */
export function profileNameOf(account: string, role: string): string {
  return (
    `${account}-${role}`
      .replaceAll(/[^\w+=,.@:/-]+/g, '-')
      .replace(/^-+/, '')
      .slice(0, 128) || 'fedgate'
  )
}

/** The names in their order, made unique: a repeated name gets the first number that makes it unused. */
export function distinctProfileNames(names: readonly string[]): readonly string[] {
  const used = new Set<string>()
  return names.map((name) => {
    let distinct = name
    for (let count = 2; used.has(distinct); count++) distinct = `${name.slice(0, 120)}-${count}`
    used.add(distinct)
    return distinct
  })
}
