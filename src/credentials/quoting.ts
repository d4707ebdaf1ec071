/**
 * Quotes a value for each shell and file format, so it arrives unchanged whatever it contains. A value that a format
 * cannot represent is refused, never changed.
 */
import { CredentialsError } from './errors.ts'

/** Control characters end a line in some formats, and credentials contain none. */
const CONTROL = /\p{Cc}/u

const NOTHING = /(?!)/

/** docker's --env-file: the rest of the line, literally. */
export const forDocker = withoutControls

/** sh, bash, zsh: in single quotes only the quote itself is special. */
export function forShell(value: string): string {
  return `'${withoutControls(value).replaceAll("'", String.raw`'\''`)}'`
}

function withoutControls(value: string): string {
  return mustNotHold(value, NOTHING, 'no control characters')
}

/** Throws CredentialsError `credentials.not_writable`. The message omits the value, which may be a secret. */
function mustNotHold(value: string, forbidden: RegExp, expected: string): string {
  if (!CONTROL.test(value) && !forbidden.test(value)) return value
  throw new CredentialsError('credentials.not_writable', { expected, found: 'another character' })
}

/** fish: in single quotes only the quote and the backslash are special. */
export function forFish(value: string): string {
  return `'${withoutControls(value).replaceAll(/['\\]/g, String.raw`\$&`)}'`
}

/** PowerShell: in single quotes only the quote is special, and typographic quotes count as quotes too. */
export function forPowerShell(value: string): string {
  return `'${withoutControls(value).replaceAll(/['‘’‚‛]/g, '$&$&')}'`
}

/**
 * The assignment after `set` for cmd: quotes around the whole keep & | < > ^ literal. Nothing escapes % and the quote
 * at a prompt, nor ! with delayed expansion.
 */
export function forCmd(name: string, value: string): string {
  return `"${name}=${mustNotHold(value, /["%!]/, 'nothing that cmd expands')}"`
}

/** nushell: double quotes allow escapes, and do not interpolate without a leading $. */
export function forNushell(value: string): string {
  return `"${withoutControls(value).replaceAll(/["\\]/g, String.raw`\$&`)}"`
}

/** A .env file: unquoted if every reader agrees, else quoted as for a shell. */
export function forDotenv(value: string): string {
  return /^[\w/+=:.@-]*$/.test(value) ? value : forShell(value)
}

/** AWS's INI files: to the end of the line; the SDKs differ over spaces, `#`, `;` and non-ASCII characters. */
export function forIni(value: string): string {
  return mustNotHold(value, /[^\x21-\x7e]/, 'ASCII without spaces')
}
