// `npm run licences`: every package of the lock file has a licence that docs/decisions/001-dependencies.md allows.
import { readFileSync } from 'node:fs'

const ALLOWED = new Set([
  'MIT',
  'MIT-0',
  'Apache-2.0',
  'ISC',
  'BSD-2-Clause',
  'BSD-3-Clause',
  '0BSD',
  'BlueOak-1.0.0',
  'CC0-1.0',
  'Unlicense',
  'Python-2.0',
  'MIT License',
])
// Tools of the tests and the build: never shipped, never changed.
const DEVELOPMENT_ONLY = new Map([['axe-core', 'MPL-2.0']])
// Older packages that name their licence in the text that comes with them, and not in package.json.
const STATED_IN_TEXT = new Map([['pause', 'MIT']])

const { packages } = JSON.parse(readFileSync('package-lock.json', 'utf8'))

const nameOf = (path) => path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length)

/** An SPDX expression: of `A OR B` one is enough, of `A AND B` all are needed. */
const isAllowed = (expression) =>
  expression
    .replace(/[()]/g, '')
    .split(' OR ')
    .some((choice) => choice.split(' AND ').every((licence) => ALLOWED.has(licence.trim())))

const licenceOf = (path, { license }) => license ?? readLicence(path) ?? STATED_IN_TEXT.get(nameOf(path))

function readLicence(path) {
  try {
    const { license, licenses } = JSON.parse(readFileSync(`${path}/package.json`, 'utf8'))
    return typeof license === 'string' ? license : (license?.type ?? licenses?.[0]?.type)
  } catch {
    // A package of another operating system: the lock file's sibling of this one has the licence.
    return undefined
  }
}

const refused = Object.entries(packages)
  .filter(([path]) => path !== '')
  .filter(([path, entry]) => !(entry.optional === true && licenceOf(path, entry) === undefined))
  .filter(([path, entry]) => {
    const licence = licenceOf(path, entry) ?? 'unknown'
    return !isAllowed(licence) && !(entry.dev === true && DEVELOPMENT_ONLY.get(nameOf(path)) === licence)
  })
  .map(([path, entry]) => `${nameOf(path)}: ${licenceOf(path, entry) ?? 'unknown'}`)

if (refused.length > 0) {
  process.stderr.write(`Licences that are not allowed:\n${refused.join('\n')}\n`)
  process.exit(1)
}
process.stdout.write(`licences: ${Object.keys(packages).length - 1} packages, all allowed\n`)
