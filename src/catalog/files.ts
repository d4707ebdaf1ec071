/** The files of the catalogue: paths with `*`, `?` and `**`, as they are now. */
import { createHash } from 'node:crypto'
import { readdir, readFile, stat } from 'node:fs/promises'
import { join, relative, sep } from 'node:path'
import { glob } from '../core/patterns/glob.ts'
import type { Catalog } from './catalog.ts'
import { CatalogError } from './errors.ts'
import { catalogBuilder } from './read.ts'

export interface CatalogFiles {
  /** Absolute paths, in which `*` and `?` match within a name, and `**` matches folders. */
  readonly patterns: readonly string[]
  /** Messages show paths relative to it. Absolute. */
  readonly folder: string
}

/** The catalogue as its files are now. Throws CatalogError. */
export async function loadCatalog(files: CatalogFiles): Promise<Catalog> {
  return readAll(await pathsOf(files), files)
}

/** Changes whenever a file is added, removed or written. Throws CatalogError. */
export async function fingerprintOf(files: CatalogFiles): Promise<string> {
  const hash = createHash('sha256')
  for (const path of await pathsOf(files)) {
    const { size, mtimeMs, ino } = await stat(path).catch(() => ({ size: -1, mtimeMs: 0, ino: 0 }))
    hash.update(`${path}\0${size}\0${mtimeMs}\0${ino}\n`)
  }
  return hash.digest('hex')
}

/** One at a time, so that only one is in memory, and requests are answered in between. */
async function readAll(paths: readonly string[], { folder }: CatalogFiles): Promise<Catalog> {
  const builder = catalogBuilder()
  for (const path of paths) {
    const file = shown(path, folder)
    const text = await readFile(path, 'utf8').catch((cause: unknown) => {
      throw new CatalogError('catalog.unreadable', {
        sentence: `The file ${file} of the catalogue cannot be read.`,
        cause,
      })
    })
    builder.add(file, text)
  }
  return builder.build()
}

function shown(path: string, folder: string): string {
  const inside = relative(folder, path)
  return inside.startsWith('..') ? path : inside
}

/** Each once, in the order of patterns and then of names. Throws CatalogError `catalog.no_files`. */
async function pathsOf({ patterns, folder }: CatalogFiles): Promise<readonly string[]> {
  const paths: string[] = []
  for (const pattern of patterns) {
    const found = await matching(pattern)
    if (found.length === 0)
      throw new CatalogError('catalog.no_files', {
        sentence: `No file of the catalogue matches ${shown(pattern, folder)}.`,
      })
    paths.push(...found)
  }
  return [...new Set(paths)]
}

async function matching(pattern: string): Promise<readonly string[]> {
  const [root = '', ...steps] = pattern.split(sep)
  return (await inFolder(`${root}${sep}`, steps)).toSorted()
}

/** A file whose name starts with a dot is one that is being written. */
async function inFolder(folder: string, [step, ...rest]: readonly string[]): Promise<readonly string[]> {
  if (step === undefined) return []
  if (!/[*?]/.test(step)) return rest.length > 0 ? inFolder(join(folder, step), rest) : existing(join(folder, step))
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => [])
  const visible = entries.filter(({ name }) => !name.startsWith('.'))
  if (step === '**') {
    const deeper = visible.filter((entry) => entry.isDirectory())
    const here = rest.length > 0 ? await inFolder(folder, rest) : []
    return [
      here,
      ...(await Promise.all(deeper.map(({ name }) => inFolder(join(folder, name), [step, ...rest])))),
    ].flat()
  }
  const { test } = glob(step)
  const named = visible.filter(({ name }) => test(name))
  return rest.length > 0
    ? (await Promise.all(named.map(({ name }) => inFolder(join(folder, name), rest)))).flat()
    : named.filter((entry) => !entry.isDirectory()).map(({ name }) => join(folder, name))
}

async function existing(path: string): Promise<readonly string[]> {
  return stat(path).then(
    () => [path],
    () => [],
  )
}
