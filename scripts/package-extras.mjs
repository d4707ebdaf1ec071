// Writes what a package brings besides the program: shell completion, and a bill of materials. `npm run build` runs it.
import { execFileSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { sbom } from './sbom.mjs'

const ROOT = resolve(import.meta.dirname, '..')
const COMPLETIONS = [
  ['bash', 'fedgate.bash'],
  ['zsh', '_fedgate'],
  ['fish', 'fedgate.fish'],
]

const completion = join(ROOT, 'dist/completion')
mkdirSync(completion, { recursive: true })
for (const [shell, file] of COMPLETIONS) {
  const script = execFileSync(process.execPath, [join(ROOT, 'dist/main.js'), 'completion', shell])
  writeFileSync(join(completion, file), script)
}
writeFileSync(join(ROOT, 'dist/sbom.cdx.json'), sbom())
