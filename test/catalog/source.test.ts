import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type CatalogSource, openCatalog } from '../../src/catalog/source.ts'
import { lineLog } from '../../src/cli/line-log.ts'

const roles = (...names: readonly string[]): string =>
  JSON.stringify({ RoleDetailList: names.map((name) => ({ Arn: `arn:aws:iam::111122223333:role/${name}` })) })

let folder: string
const log: string[] = []
const sources: CatalogSource[] = []
const open = async (...patterns: readonly string[]): Promise<CatalogSource> => {
  const files = { folder, patterns: patterns.map((pattern) => join(folder, pattern)) }
  const source = await openCatalog(files, { log: lineLog((line) => log.push(line)), now: () => new Date(0) })
  sources.push(source)
  return source
}
const names = (source: CatalogSource): readonly string[] => [...source.current().roles.values()].map(({ name }) => name)

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fedgate-catalog-'))
  await mkdir(join(folder, 'deep/er'), { recursive: true })
  await writeFile(join(folder, 'a.json'), roles('A'))
  await writeFile(join(folder, 'deep/er/b.json'), roles('B'))
  await writeFile(join(folder, '.c.json'), '{')
})
afterAll(async () => {
  for (const source of sources) source.stop()
  await rm(folder, { recursive: true })
})

describe('The files of the catalogue', () => {
  it.each([
    [['*.json'], ['A']],
    [['**/*.json'], ['A', 'B']],
    [
      ['deep/*/?.json', 'a.json'],
      ['B', 'A'],
    ],
  ])('the catalogue reads the files that %j names, without hidden ones', async (patterns, found) => {
    expect(names(await open(...patterns))).toEqual(found)
  })

  it('the catalogue refuses a path that names no file', async () => {
    await expect(open('*.csv')).rejects.toMatchObject({ code: 'catalog.no_files' })
  })

  it('the catalogue refuses a file that it cannot read', async () => {
    await expect(open('deep')).rejects.toMatchObject({ code: 'catalog.unreadable' })
  })

  it('the catalogue is read again when its files change, and keeps serving over a broken version', async () => {
    const source = await open('a.json')
    await source.refresh()
    expect(names(source)).toEqual(['A'])
    await writeFile(join(folder, 'a.json'), roles('A', 'New'))
    await source.refresh()
    expect(names(source)).toEqual(['A', 'New'])
    await writeFile(join(folder, 'a.json'), '{ "RoleDetailList": [')
    await source.refresh()
    await source.refresh()
    expect(names(source)).toEqual(['A', 'New'])
    expect(source.status()).toMatchObject({ roles: 2, problem: { code: 'catalog.invalid' } })
    expect(log.filter((line) => line.includes('catalog.invalid'))).toHaveLength(1)
    await writeFile(join(folder, 'a.json'), roles('Mended'))
    await source.refresh()
    expect(source.status()).toMatchObject({ roles: 1, problem: undefined })
  })

  it('the catalogue keeps serving while its files are gone', async () => {
    const source = await open('deep/er/*.json')
    await rm(join(folder, 'deep/er/b.json'))
    await source.refresh()
    expect(names(source)).toEqual(['B'])
    expect(source.status().problem?.code).toBe('catalog.no_files')
  })
})
