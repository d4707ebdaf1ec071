// The bill of materials of a package (CycloneDX 1.6), from the lock file: each package that an installation brings.
import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'

const ROOT = resolve(import.meta.dirname, '..')
const MODULES = 'node_modules/'

const read = (file) => JSON.parse(readFileSync(join(ROOT, file), 'utf8'))

/** Without times and random numbers: the same lock file gives the same text. */
export function sbom() {
  const { packages } = read('package-lock.json')
  const { '': self, ...installed } = packages
  const shipped = Object.entries(installed).filter(([, { dev }]) => dev !== true)
  const components = new Map(
    shipped.map(([path, entry]) => [purlOf(nameOf(path), entry.version), componentOf(path, entry)]),
  )
  const own = purlOf(self.name, self.version)
  const dependencies = [
    { ref: own, dependsOn: edges('', self, packages) },
    ...shipped.map(([path, entry]) => ({
      ref: purlOf(nameOf(path), entry.version),
      dependsOn: edges(path, entry, packages),
    })),
  ]
  const document = {
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    version: 1,
    metadata: {
      component: {
        type: 'application',
        'bom-ref': own,
        name: self.name,
        version: self.version,
        licenses: licensesOf(self),
        purl: own,
      },
    },
    components: [...components.values()].sort(byRef),
    dependencies: merged(dependencies),
  }
  return `${JSON.stringify(document, undefined, 2)}\n`
}

function componentOf(path, entry) {
  const name = nameOf(path)
  const [group, rest] = name.startsWith('@') ? name.split('/') : [undefined, name]
  const purl = purlOf(name, entry.version)
  return {
    type: 'library',
    'bom-ref': purl,
    ...(group === undefined ? {} : { group }),
    name: rest,
    version: entry.version,
    scope: entry.optional === true ? 'optional' : 'required',
    ...(entry.integrity === undefined ? {} : { hashes: hashesOf(entry.integrity) }),
    ...(entry.license === undefined ? {} : { licenses: licensesOf(entry) }),
    purl,
  }
}

/** Each dependency where Node.js finds it: in the nearest node_modules above. */
function edges(path, { dependencies = {}, optionalDependencies = {}, peerDependencies = {} }, packages) {
  const names = Object.keys({ ...dependencies, ...optionalDependencies, ...peerDependencies })
  const found = names.flatMap((name) => {
    const at = foldersAbove(path)
      .map((folder) => `${folder}${MODULES}${name}`)
      .find((candidate) => packages[candidate] !== undefined && packages[candidate].dev !== true)
    return at === undefined ? [] : [purlOf(name, packages[at].version)]
  })
  return [...new Set(found)].sort()
}

function foldersAbove(path) {
  if (path === '') return ['']
  const parent = path.slice(0, path.lastIndexOf(MODULES))
  return [`${path}/`, ...foldersAbove(parent.replace(/\/$/, ''))]
}

/** Copies of one version in several folders are one component. */
function merged(dependencies) {
  const all = new Map()
  for (const { ref, dependsOn } of dependencies) all.set(ref, new Set([...(all.get(ref) ?? []), ...dependsOn]))
  return [...all]
    .map(([ref, dependsOn]) => ({ ref, dependsOn: [...dependsOn].sort() }))
    .sort((one, other) => (one.ref < other.ref ? -1 : 1))
}

function nameOf(path) {
  return path.slice(path.lastIndexOf(MODULES) + MODULES.length)
}

/** Package URL, type npm: the @ of a scope is escaped. */
function purlOf(name, version) {
  return `pkg:npm/${name.replace(/^@/, '%40')}@${version}`
}

/** Subresource Integrity to the algorithm's name in CycloneDX, and hexadecimal. */
function hashesOf(integrity) {
  return integrity.split(' ').map((one) => {
    const [algorithm, value] = [one.slice(0, one.indexOf('-')), one.slice(one.indexOf('-') + 1)]
    return { alg: algorithm.replace('sha', 'SHA-'), content: Buffer.from(value, 'base64').toString('hex') }
  })
}

function licensesOf({ license }) {
  return /[ (]/.test(license) ? [{ expression: license }] : [{ license: { id: license } }]
}

function byRef(one, other) {
  return one['bom-ref'] < other['bom-ref'] ? -1 : 1
}
