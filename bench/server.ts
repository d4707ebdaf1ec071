/**
 * A complete SAML login by its parts, against the bare Express floor and passport-saml's single POST.
 * `npm run bench -- server`
 */
import { execFileSync } from 'node:child_process'
import { copyFileSync, cpSync } from 'node:fs'
import { join } from 'node:path'

const root = join(import.meta.dirname, '..')

/** Prints a table. */
export const suite = async (): Promise<void> => runCompiled('server-contest.js')

/** Runs a contest as it is shipped: compiled. */
export const runCompiled = (contest: string): void => {
  execFileSync('npx', ['tsc', '-p', 'bench/tsconfig.json'], { cwd: root, stdio: 'inherit' })
  // Pages find their templates beside the code.
  cpSync(join(root, 'views'), join(root, 'test/.work/bench/views'), { recursive: true })
  copyFileSync(join(root, 'package.json'), join(root, 'test/.work/bench/package.json'))
  execFileSync(process.execPath, [`test/.work/bench/bench/${contest}`], { cwd: root, stdio: 'inherit' })
}
