import { CredentialsError } from './errors.ts'

/** What every AWS SDK reads back from between the brackets. */
const PROFILE = /^[\w+=,.@:/-]{1,128}$/

/** Throws CredentialsError `credentials.profile_invalid`. */
export function checkedProfileName(name: string): string {
  if (PROFILE.test(name)) return name
  throw new CredentialsError('credentials.profile_invalid', { found: JSON.stringify(name.slice(0, 128)) })
}

/** `Production-Admin`: the account's name and the role's, with a hyphen for whatever a profile's name cannot have. */
export function profileNameOf(account: string, role: string): string {
  return (
    `${account}-${role}`
      .replaceAll(/[^\w+=,.@:/-]+/g, '-')
      .replace(/^-+/, '')
      .slice(0, 128) || 'fedgate'
  )
}

/** The names in their order, each once: what comes again gets a number, and one that nobody has yet. */
export function distinctProfileNames(names: readonly string[]): readonly string[] {
  const used = new Set<string>()
  return names.map((name) => {
    let distinct = name
    for (let count = 2; used.has(distinct); count++) distinct = `${name.slice(0, 120)}-${count}`
    used.add(distinct)
    return distinct
  })
}
