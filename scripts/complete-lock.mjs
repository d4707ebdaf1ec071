// Run after every `npm install`, before the lock file is committed (`npm run lock`).
//
// Some registries serve only one operating system's platform packages. npm then leaves the others out of the lock
// file, and `npm ci` of npm 11 refuses it on every machine. This adds an entry (name, version, os, cpu; no integrity)
// for each optional platform package that the lock file's own packages ask for and that has none.
import { readFileSync, writeFileSync } from 'node:fs'

const FILE = 'package-lock.json'
const SYSTEMS = ['android', 'darwin', 'linux', 'win32', 'freebsd', 'openbsd', 'netbsd', 'sunos', 'aix', 'openharmony']
const PROCESSORS = ['arm64', 'arm', 'x64', 'ia32', 'loong64', 'mips64el', 'ppc64', 'riscv64', 's390x', 'wasm32']

const lock = JSON.parse(readFileSync(FILE, 'utf8'))

/** node's own resolution: the nearest node_modules folder upwards that has the package. */
const isResolved = (from, name) => {
  for (let base = from; ; base = base.slice(0, Math.max(0, base.lastIndexOf('/node_modules/')))) {
    if (lock.packages[`${base ? `${base}/` : ''}node_modules/${name}`]) return true
    if (!base.includes('/node_modules/')) return Boolean(lock.packages[`node_modules/${name}`])
  }
}

const platformOf = (name) => {
  const words = name.split('/').pop().replace('linuxmusl', 'linux-musl').replace('windows', 'win32').split(/[-_]/)
  return {
    os: SYSTEMS.find((system) => words.includes(system)),
    cpu: PROCESSORS.find((processor) => words.includes(processor) || words.includes(`${processor}v7`)),
    musl: words.some((word) => word.startsWith('musl')),
  }
}

let added = 0
for (const [path, entry] of Object.entries({ ...lock.packages })) {
  for (const [name, version] of Object.entries(path === '' ? {} : (entry.optionalDependencies ?? {}))) {
    const { os, cpu, musl } = platformOf(name)
    if (!/^\d/.test(version) || (!os && !cpu) || isResolved(path, name)) continue
    lock.packages[`node_modules/${name}`] = {
      version,
      ...(cpu ? { cpu: [cpu] } : {}),
      ...(entry.dev ? { dev: true } : {}),
      optional: true,
      ...(os ? { os: [os] } : {}),
      ...(musl ? { libc: ['musl'] } : {}),
      engines: entry.engines,
    }
    added += 1
  }
}

lock.packages = Object.fromEntries(Object.entries(lock.packages).sort(([a], [b]) => (a < b ? -1 : 1)))
writeFileSync(FILE, `${JSON.stringify(lock, null, 2)}\n`)
process.stdout.write(`${FILE}: ${added} platform entries added\n`)
