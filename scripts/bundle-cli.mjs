// Writes the user's command line as one file, with its checksum: dist/cli/fedgate.mjs. `npm run build` runs it.
import { createHash } from 'node:crypto'
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { build } from 'esbuild'

const ROOT = resolve(import.meta.dirname, '..')

// Neither an import nor a bare `require`: the file runs as fedgate.mjs and under a name without an ending.
const BANNER = `#!/usr/bin/env node
if(!process.getBuiltinModule){console.error('fedgate needs Node.js 20.19 or newer.');process.exit(1)}
var require=process.getBuiltinModule('module').createRequire(process.argv[1]??process.execPath);`

/** Bundles to this path. CommonJS inside: there, what a command does not need is not even loaded from Node.js. */
export async function bundleCli(path = join(ROOT, 'dist/cli/fedgate.mjs')) {
  const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'))
  const { outputFiles } = await build({
    entryPoints: [join(ROOT, 'src/cli/user/main.ts')],
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'cjs',
    minify: true,
    keepNames: true,
    legalComments: 'inline',
    // Its binaries cannot be in one file: loaded where it is installed beside.
    external: ['@napi-rs/keyring'],
    define: { FEDGATE_VERSION: JSON.stringify(version) },
    write: false,
  })
  const [output] = outputFiles
  const text = `${BANNER}\n${output.text.replace(/^#!.*\n/, '')}`
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, text)
  chmodSync(path, 0o755)
  const checksum = createHash('sha256').update(text).digest('hex')
  writeFileSync(`${path}.sha256`, `${checksum}  fedgate.mjs\n`)
}

if (process.argv[1] === import.meta.filename) await bundleCli(process.argv[2])
