/** Holds the table "Who may import whom" of the architecture: what each folder of src may import, and nothing else. */
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { holds } from './held/holds.ts'

const SRC = resolve(import.meta.dirname, '../src')

/** Paths under src, without .ts; a folder stands for all that is in it. */
const mayImport: Readonly<Record<string, readonly string[]>> = {
  core: [],
  xml: ['core'],
  credentials: ['core'],
  config: ['core', 'presets'],
  audit: ['core'],
  saml: ['core', 'xml'],
  presets: ['core', 'saml'],
  oidc: ['core'],
  oauth: ['core', 'oidc'],
  aws: ['core'],
  iam: ['core'],
  catalog: ['core', 'iam', 'aws/facts'],
  access: ['core', 'aws', 'iam', 'catalog', 'config/types'],
  evidence: ['core', 'aws/facts', 'iam', 'access', 'config/types'],
  issuer: ['core', 'saml', 'xml', 'aws'],
  gateway: [
    'core',
    'presets',
    'saml',
    'oidc',
    'oauth',
    'aws',
    'iam',
    'catalog',
    'access',
    'evidence',
    'issuer',
    'audit',
    'config/types',
  ],
  stores: ['core', 'config/types', 'gateway/ports', 'gateway/store-records'],
  check: ['core', 'config', 'presets', 'saml', 'oidc', 'oauth', 'aws', 'iam', 'access', 'issuer'],
  authorization: ['core', 'gateway'],
  web: ['core', 'gateway', 'authorization', 'credentials', 'audit', 'config/types'],
  'local-aws': ['core', 'xml', 'saml', 'iam', 'aws/facts'],
  demo: ['core', 'saml', 'xml'],
  // The composition roots may import anything.
  cli: [''],
  // The user's commands are shipped as one file, for machines that have no gateway.
  'cli/user': ['core', 'credentials'],
  'main.ts': [''],
}

/** Loaded only when they are asked for: a gateway in production never runs them. */
const loadedOnDemand = ['local-aws', 'demo']

interface Import {
  readonly from: string
  readonly to: string
  readonly how: 'static' | 'dynamic' | 'type'
}

/** The statements themselves, not what a comment says: an import begins its line or is a call. */
const IMPORT =
  /^(?:import|export)\s[^'"=();]*?\sfrom\s*['"]([^'"]+)['"]|^import\s*['"]([^'"]+)['"]|\bimport\(\s*['"`]([^'"`]+)/gm

const importsOf = (file: string): readonly Import[] =>
  [...readFileSync(file, 'utf8').matchAll(IMPORT)].flatMap(([statement, named, bare, dynamic]) => {
    const target = named ?? bare ?? dynamic ?? ''
    const to = relative(SRC, resolve(dirname(file), target))
    const how = dynamic !== undefined ? 'dynamic' : /^(?:import|export) type\s/.test(statement) ? 'type' : 'static'
    return target.startsWith('.') ? [{ from: relative(SRC, file), to, how }] : []
  })

const files = readdirSync(SRC, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts'))
const imports = files.flatMap((name) => importsOf(join(SRC, name)))

/** The user's commands are a folder of their own inside of cli. */
const folderOf = (path: string): string => (path.startsWith('cli/user/') ? 'cli/user' : (path.split('/')[0] ?? ''))
const isWithin = (path: string, place: string): boolean =>
  place === '' || path === `${place}.ts` || path.startsWith(`${place}/`)
const show = ({ from, to }: Import): string => `${from} -> ${to}`

/** Every file that runs as soon as these are loaded. */
const loadedWith = (roots: readonly string[]): ReadonlySet<string> => {
  const loaded = new Set(roots)
  for (const file of loaded)
    for (const { from, to, how } of imports) if (from === file && how === 'static') loaded.add(to)
  return loaded
}

describe('The structure of src', () => {
  it('src has at most 20 files directly in each folder', () => {
    const counts = new Map<string, number>()
    for (const file of files) counts.set(dirname(file), (counts.get(dirname(file)) ?? 0) + 1)
    expect([...counts].filter(([, count]) => count > 20)).toEqual([])
  })

  it('src has no folder that the table does not know', () => {
    expect([...new Set(files.map(folderOf))].filter((folder) => !Object.hasOwn(mayImport, folder))).toEqual([])
  })

  it.each(Object.entries(mayImport))('%s imports only %j', (folder, allowed) => {
    const foreign = imports.filter(({ from, to }) => folderOf(from) === folder && folderOf(to) !== folder)
    expect(foreign.filter(({ to }) => !allowed.some((place) => isWithin(to, place))).map(show)).toEqual([])
  })

  it.each(loadedOnDemand)('src does not load %s with the gateway, but on demand', (folder) => {
    expect(
      [...loadedWith(['main.ts', 'cli/start.ts', 'cli/serve.ts'])].filter((file) => folderOf(file) === folder),
    ).toEqual([])
  })

  it('src has no circles in its table', () => {
    const reaches = (from: string, goal: string): boolean =>
      (mayImport[from] ?? []).map(folderOf).some((next) => next === goal || reaches(next, goal))
    expect(Object.keys(mayImport).filter((folder) => reaches(folder, folder))).toEqual([])
  })

  it('src is read by this test: an import that every build needs is found', () => {
    expect(imports.map(show)).toContain('cli/start.ts -> cli/program.ts')
    expect(imports.filter(({ how }) => how === 'dynamic').map(show)).toContain('cli/program.ts -> cli/demo/demo.ts')
    expect([...loadedWith(['cli/serve.ts'])]).toContain('config/load.ts')
    expect(imports.every(({ to }) => to.endsWith('.ts') && !to.startsWith('..'))).toBe(true)
  })
})

describe('The log', () => {
  it('cli/log.ts alone knows the library behind it', () => {
    expect(files.filter((file) => /from 'pino'/.test(readFileSync(join(SRC, file), 'utf8')))).toEqual(['cli/log.ts'])
  })
})

describe('XML', () => {
  it('src reads XML in one place: no parser of a library, and the reader by xml/parse.ts alone', holds('0.2'), () => {
    const parser = /from '(saxes|@xmldom\/xmldom|fast-xml-parser|libxml2-wasm|xml-encryption)'/
    const reader = /from '[^']*\/reader\.ts'/
    const using = (what: RegExp) => files.filter((file) => what.test(readFileSync(join(SRC, file), 'utf8')))
    expect(using(parser)).toEqual([])
    expect(using(reader)).toEqual(['xml/parse.ts'])
  })
})
