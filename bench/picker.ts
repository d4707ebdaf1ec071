/** The role picker with 500 roles against the page of a user with none. `npm run bench -- picker` */
import { execFileSync } from 'node:child_process'
import { copyFileSync, cpSync } from 'node:fs'
import { join } from 'node:path'

const root = join(import.meta.dirname, '..')

/** Prints a table. Compiled first: tsx names every function as it is made, which no deployment does. */
export const suite = async (): Promise<void> => {
  execFileSync('npx', ['tsc', '-p', 'bench/tsconfig.json'], { cwd: root, stdio: 'inherit' })
  // Pages find their templates beside the code.
  cpSync(join(root, 'views'), join(root, 'test/.work/bench/views'), { recursive: true })
  copyFileSync(join(root, 'package.json'), join(root, 'test/.work/bench/package.json'))
  execFileSync(process.execPath, ['test/.work/bench/bench/picker-contest.js'], { cwd: root, stdio: 'inherit' })
}
