/**
 * A value as each shell and file takes it, so that it arrives as it is whatever is in it. What a format has no way to
 * write is refused, never changed.
 */
import { CredentialsError } from './errors.ts'

/** Control characters end a line in some format or other, and no credential has them. */
const CONTROL = /\p{Cc}/u

const NOTHING = /(?!)/

/** docker's --env-file: the rest of the line, literally. */
export const forDocker = withoutControls

/** sh, bash, zsh: in single quotes nothing is special but the quote itself. */
export function forShell(value: string): string {
  return `'${withoutControls(value).replaceAll("'", String.raw`'\''`)}'`
}

function withoutControls(value: string): string {
  return mustNotHold(value, NOTHING, 'no control characters')
}

/** Throws CredentialsError `credentials.not_writable`. The value itself may be a secret, and is not told. */
function mustNotHold(value: string, forbidden: RegExp, expected: string): string {
  if (!CONTROL.test(value) && !forbidden.test(value)) return value
  throw new CredentialsError('credentials.not_writable', { expected, found: 'another character' })
}

/** fish: in single quotes only the quote and the backslash are special. */
export function forFish(value: string): string {
  return `'${withoutControls(value).replaceAll(/['\\]/g, String.raw`\$&`)}'`
}

/** PowerShell: in single quotes nothing is special but the quote, for which it takes the typographic ones as well. */
export function forPowerShell(value: string): string {
  return `'${withoutControls(value).replaceAll(/['‘’‚‛]/g, '$&$&')}'`
}

/**
 * The assignment after `set` for cmd: quotes around the whole keep & | < > ^ as they are. Against % and the quote there
 * is no help at a prompt, nor against ! where delayed expansion is on.
 */
export function forCmd(name: string, value: string): string {
  return `"${name}=${mustNotHold(value, /["%!]/, 'nothing that cmd expands')}"`
}

/** nushell: double quotes take escapes, and no interpolation without a $ before them. */
export function forNushell(value: string): string {
  return `"${withoutControls(value).replaceAll(/["\\]/g, String.raw`\$&`)}"`
}

/** A .env file: bare where every reader agrees, else as the shell has it. */
export function forDotenv(value: string): string {
  return /^[\w/+=:.@-]*$/.test(value) ? value : forShell(value)
}

/** AWS's INI files: to the end of the line; the SDKs differ over spaces, `#`, `;` and what is not ASCII. */
export function forIni(value: string): string {
  return mustNotHold(value, /[^\x21-\x7e]/, 'ASCII without spaces')
}
