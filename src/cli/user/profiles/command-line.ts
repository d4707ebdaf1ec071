/**
 * The value of `credential_process`. The AWS CLI and boto3 split it themselves (as a POSIX shell would, on Windows as
 * programs there do); the SDKs for Go, Java and JavaScript give it to `sh -c` or `cmd /C`. It is quoted for both.
 */
export function commandLine(words: readonly string[], platform: NodeJS.Platform): string {
  return words.map(platform === 'win32' ? forWindows : forPosix).join(' ')
}

function forPosix(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'"'"'`)}'`
}

/** A file name there has no quote. Backslashes count only before one. */
function forWindows(word: string): string {
  return /^[\w@+=:,./\\-]+$/.test(word) ? word : `"${word.replace(/(\\+)$/, '$1$1')}"`
}
