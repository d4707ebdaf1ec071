import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import type { Machine } from '../machine.ts'

/** A program and its arguments, the URL included. */
export type Opener = readonly [program: string, ...args: string[]]

/** How long a program may take to fail before it counts as running. */
const FAILS_WITHIN_MS = 1_500

/** Opens the URL in the user's browser. Resolves to whether a program that does so was started. */
export async function openBrowser(machine: Pick<Machine, 'env' | 'platform'>, url: string): Promise<boolean> {
  for (const opener of openers(machine, url)) if (await starts(machine, opener)) return true
  return false
}

/** The programs to try, in order: what BROWSER names, else the operating system's own. None where there is no screen. */
export function openers(
  { env, platform }: Pick<Machine, 'env' | 'platform'>,
  url: string,
  isWsl: boolean = platform === 'linux' && isLinuxOnWindows(),
): readonly Opener[] {
  // Several are separated as in PATH. On Windows a path has a colon of its own.
  const named = env.BROWSER ? env.BROWSER.split(platform === 'win32' ? ';' : ':').filter((one) => one !== '') : []
  if (named.length > 0) return named.map((command) => fromCommand(command, url))
  if (platform === 'darwin') return [['open', url]]
  if (platform === 'win32') return [['rundll32', 'url.dll,FileProtocolHandler', url]]
  if (isWsl)
    return [
      ['wslview', url],
      ['rundll32.exe', 'url.dll,FileProtocolHandler', url],
    ]
  return env.DISPLAY || env.WAYLAND_DISPLAY ? [['xdg-open', url]] : []
}

/** `firefox --new-tab %s`, or without a place for the URL at its end. No shell reads it. */
function fromCommand(command: string, url: string): Opener {
  const [program = '', ...args] = command.trim().split(/\s+/)
  const filled = args.map((arg) => arg.replaceAll('%s', () => url))
  return [program, ...(command.includes('%s') ? filled : [...args, url])]
}

function isLinuxOnWindows(): boolean {
  try {
    return /microsoft/i.test(readFileSync('/proc/version', 'utf8'))
  } catch {
    return false
  }
}

function starts({ env }: Pick<Machine, 'env'>, [program, ...args]: Opener): Promise<boolean> {
  return new Promise((resolve) => {
    const child = spawn(program, args, { env: { ...env }, stdio: 'ignore', detached: true, windowsHide: true })
    const timer = setTimeout(() => resolve(true), FAILS_WITHIN_MS)
    const settle = (isOpen: boolean): void => {
      clearTimeout(timer)
      resolve(isOpen)
    }
    child.once('error', () => settle(false)).once('exit', (code) => settle(code === 0))
    child.unref()
  })
}
