/** A gateway with a catalogue of 20,000 roles against one without. `npm run bench -- catalog` */
import { execFileSync } from 'node:child_process'
import { copyFileSync, cpSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { writeCatalog } from './catalog-files.ts'

const root = join(import.meta.dirname, '..')

/** Prints a table. Compiled first: tsx names every function as it is made, which no deployment does. */
export const suite = async (): Promise<void> => {
  execFileSync('npx', ['tsc', '-p', 'bench/tsconfig.json'], { cwd: root, stdio: 'inherit' })
  // Pages find their templates beside the code.
  cpSync(join(root, 'views'), join(root, 'test/.work/bench/views'), { recursive: true })
  copyFileSync(join(root, 'package.json'), join(root, 'test/.work/bench/package.json'))
  const folder = mkdtempSync(join(tmpdir(), 'fedgate-bench-'))
  try {
    writeCatalog(folder)
    execFileSync(process.execPath, ['test/.work/bench/bench/catalog-contest.js', folder], {
      cwd: root,
      stdio: 'inherit',
    })
  } finally {
    rmSync(folder, { recursive: true })
  }
}
