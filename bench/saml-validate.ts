/** Validating SAML responses, against node-saml and against the cryptography alone. `npm run bench -- saml-validate` */
import { execFileSync } from 'node:child_process'
import { join } from 'node:path'

const root = join(import.meta.dirname, '..')

/** Prints a table. Compiled first: tsx names every function as it is made, which no deployment does. */
export const suite = async (): Promise<void> => {
  execFileSync('npx', ['tsc', '-p', 'bench/tsconfig.json'], { cwd: root, stdio: 'inherit' })
  execFileSync(process.execPath, ['test/.work/bench/bench/saml-contest.js'], { cwd: root, stdio: 'inherit' })
}
