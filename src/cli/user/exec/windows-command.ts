import { existsSync } from 'node:fs'
import { win32 } from 'node:path'

export interface WindowsCommand {
  readonly file: string
  readonly args: readonly string[]
  /** Whether the arguments are quoted already. */
  readonly isVerbatim: boolean
}

/**
 * How Windows starts a program: batch files (npm, many others) run in cmd, which reads its line in its own way. Tested
 * as text only.
 */
export function windowsCommand(
  program: string,
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
  exists: (path: string) => boolean = existsSync,
): WindowsCommand {
  const file = find(program, env, exists)
  if (!/\.(?:cmd|bat)$/i.test(file)) return { file, args, isVerbatim: false }
  // The shims in node_modules/.bin hand their arguments on, so cmd reads them a second time.
  const isShim = /node_modules[\\/]\.bin[\\/][^\\/]+\.cmd$/i.test(file)
  const argument = (arg: string): string => (isShim ? caret(caret(quote(arg))) : caret(quote(arg)))
  const line = [caret(file), ...args.map(argument)].join(' ')
  return { file: variable(env, 'ComSpec') ?? 'cmd.exe', args: ['/d', '/s', '/c', `"${line}"`], isVerbatim: true }
}

/** With the endings of PATHEXT, in the folders of PATH. */
function find(
  program: string,
  env: Readonly<Record<string, string | undefined>>,
  exists: (path: string) => boolean,
): string {
  const endings = (variable(env, 'PATHEXT') ?? '.COM;.EXE;.BAT;.CMD').split(';')
  const folders = /[\\/]/.test(program) ? [''] : (variable(env, 'PATH') ?? '').split(';')
  const hasEnding = endings.some((ending) => program.toLowerCase().endsWith(ending.toLowerCase()))
  for (const folder of folders)
    for (const ending of hasEnding ? [''] : endings) {
      const path = win32.join(folder, program + ending)
      if (exists(path)) return path
    }
  return program
}

function variable(env: Readonly<Record<string, string | undefined>>, name: string): string | undefined {
  return Object.entries(env).find(([key]) => key.toLowerCase() === name.toLowerCase())?.[1]
}

/** For a program's own parser of its command line: backslashes count only before a quote. */
function quote(arg: string): string {
  return `"${arg.replaceAll(/(\\*)"/g, '$1$1\\"').replace(/(\\*)$/, '$1$1')}"`
}

/** For cmd, to which these characters mean something outside of quotes and inside. */
function caret(text: string): string {
  return text.replaceAll(/[()\][%!^"`<>&|;, *?]/g, '^$&')
}
