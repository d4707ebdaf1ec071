/** What the tests start as a process of its own is compiled once, before they run: plain Node starts it three times faster. */
import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { BUILT, ROOT } from './built.ts'

const STAMP = join(BUILT, 'stamp')

/** vitest calls it before the first test. */
export default function build(): void {
  if (existsSync(STAMP) && statSync(STAMP).mtimeMs > newest(join(ROOT, 'src'))) return
  const begun = new Date()
  // No file that src no longer has.
  rmSync(BUILT, { recursive: true, force: true })
  mkdirSync(BUILT, { recursive: true })
  for (const name of ['views', 'package.json']) symlinkSync(join(ROOT, name), join(BUILT, name))
  const compiler = join(ROOT, 'node_modules/typescript/bin/tsc')
  const options = ['-p', 'tsconfig.build.json', '--noCheck', '--outDir', join(BUILT, 'dist')]
  execFileSync(process.execPath, [compiler, ...options], { cwd: ROOT, stdio: 'inherit' })
  writeFileSync(STAMP, begun.toISOString())
}

/** Milliseconds since 1970: when anything below was last changed. */
function newest(folder: string): number {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true })
  return Math.max(...entries.map(({ parentPath, name }) => statSync(join(parentPath, name)).mtimeMs))
}
