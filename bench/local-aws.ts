/** The local AWS against a bare node:http server that answers the same requests. `npm run bench -- local-aws` */
import { execFileSync } from 'node:child_process'
import { join } from 'node:path'

const root = join(import.meta.dirname, '..')

/** Prints tables. Compiled first: tsx names every function as it is made, which no deployment does. */
export const suite = async (): Promise<void> => {
  execFileSync('npx', ['tsc', '-p', 'bench/tsconfig.json'], { cwd: root, stdio: 'inherit' })
  execFileSync(process.execPath, ['test/.work/bench/bench/local-aws-contest.js'], { cwd: root, stdio: 'inherit' })
}
