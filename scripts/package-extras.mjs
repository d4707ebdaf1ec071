// Writes what a package brings besides the program: shell completion, a bill of materials, and the types of
// `fedgate/local-aws`. `npm run build` runs it.
import { execFileSync } from 'node:child_process'
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
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

// Its types need no others (src/local-aws/for-tests.ts), so this one declaration file is enough.
const types = mkdtempSync(join(tmpdir(), 'fedgate-types-'))
const compiler = [
  ...['--ignoreConfig', '--noCheck', '--declaration', '--emitDeclarationOnly', '--skipLibCheck'],
  ...['--allowImportingTsExtensions', '--rewriteRelativeImportExtensions', '--types', 'node'],
  ...['--module', 'nodenext', '--target', 'es2023', '--rootDir', 'src', '--outDir', types],
]
execFileSync(
  process.execPath,
  [join(ROOT, 'node_modules/typescript/bin/tsc'), ...compiler, 'src/local-aws/for-tests.ts'],
  { cwd: ROOT, stdio: 'inherit' },
)
copyFileSync(join(types, 'local-aws/for-tests.d.ts'), join(ROOT, 'dist/local-aws/for-tests.d.ts'))
rmSync(types, { recursive: true })
