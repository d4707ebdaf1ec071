/** What code and tests cite is in the repository: sections of docs/aws-facts.md, rows of docs/security-requirements.md. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { awsFactReference } from '../scripts/config-reference/aws-facts.ts'
import { threatModelReference } from '../scripts/config-reference/threat-model.ts'
import { lineOf, walks, withWalks } from '../scripts/config-reference/walks.ts'
import { requirementIds } from './held/requirements.ts'

const ROOT = join(import.meta.dirname, '..')

const read = (file: string): string => readFileSync(join(ROOT, file), 'utf8')

const files = ['src', 'test', 'scripts', 'docs/decisions'].flatMap((folder) =>
  readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.(ts|md)$/.test(name))
    .map((name) => `${folder}/${name}`),
)

/** A document's name, then one section or several: `aws-facts B.4, B.5`, `C.4 to C.7`. */
const citations = (document: string, section: string): readonly (readonly [file: string, cited: string])[] => {
  const cited = new RegExp(`\\b${document},? (?:sections? )?(${section}(?:(?:,| and| to|;) ${section})*)`, 'g')
  return files.flatMap((file) =>
    [...read(file).matchAll(cited)].flatMap(([, list = '']) =>
      [...list.matchAll(new RegExp(section, 'g'))].map(([one]) => [file, one] as const),
    ),
  )
}

const headings = (page: string): ReadonlySet<string> =>
  new Set([...read(page).matchAll(/^## ([A-Z](?:\.\d)?) /gm)].flatMap(([, id = '']) => [id, id.slice(0, 1)]))

const requirements: ReadonlySet<string> = new Set(requirementIds.flatMap((id) => [id, id.split('.')[0] ?? id]))

describe('A citation', () => {
  it('a citation of the facts about AWS names a section that docs/aws-facts.md has', () => {
    const known = headings('docs/aws-facts.md')
    const cited = citations('aws-facts', '[A-H](?:\\.\\d)?\\b')
    expect(cited.length).toBeGreaterThan(50)
    expect(cited.filter(([, section]) => !known.has(section))).toEqual([])
  })

  it('a citation of the security requirements names one that docs/security-requirements.md has', () => {
    const cited = citations('security-requirements', '\\d+(?:\\.\\d+)?')
    expect(cited.length).toBeGreaterThan(5)
    expect(cited.filter(([, requirement]) => !requirements.has(requirement))).toEqual([])
  })

  it('names no document by a name that the repository does not have', () => {
    const unknown = /\b(?:aws-sts-semantics|security-bar)\b/
    expect(files.filter((file) => file !== 'test/citations.test.ts' && unknown.test(read(file)))).toEqual([])
  })
})

describe('docs/aws-facts.md', () => {
  it('docs/aws-facts.md is what its tables give', () => {
    expect(read('docs/aws-facts.md')).toBe(awsFactReference())
  })
})

describe('docs/threat-model.md', () => {
  it('docs/threat-model.md names, for every requirement, where it is met and what tests it', () => {
    const page = threatModelReference()
    expect(read('docs/threat-model.md')).toBe(page)
    const rows = page.split('\n').filter((line) => /^\| \d/.test(line))
    expect(rows.map((row) => row.split(' | ')[0]?.slice(2))).toEqual([...requirementIds])
    expect(rows.filter((row) => !row.includes('](../src/') || !row.includes('](../test/'))).toEqual([])
  })
})

describe('The walks of docs/architecture.md', () => {
  it('name the lines that declare these functions now', () => {
    const page = read('docs/architecture.md')
    expect(page).toBe(withWalks(page))
  })

  it.each(walks)('$title passes at most 20 files, and none of its functions twice', ({ steps }) => {
    expect(new Set(steps.map(([file]) => file)).size).toBeLessThanOrEqual(20)
    expect(new Set(steps.map(([file, declared]) => `${file} ${declared}`)).size).toBe(steps.length)
  })

  it('the walks of docs/architecture.md cannot name what a file does not declare', () => {
    expect(() => lineOf('src/gateway/roles/take-roles.ts', 'takeRole')).toThrow('declares no takeRole')
  })
})
