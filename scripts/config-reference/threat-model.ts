/** docs/threat-model.md: assets, boundaries and attackers, then each attack with where it is stopped and the tests. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { readHeld } from '../../test/held/record.ts'
import { type RequirementId, requirementIds } from '../../test/held/requirements.ts'
import { stoppedIn } from './stopped-in.ts'
import { lineOf } from './walks.ts'

const MOST_TESTS = 3

export function threatModelReference(): string {
  const text = readFileSync(join(import.meta.dirname, 'threat-model.md'), 'utf8')
  const attacks = attackById()
  const held = Object.entries(readHeld())
  const rows = requirementIds.map((id) => {
    const tests = held.flatMap(([file, ids]) => (ids[id] ? [link(`test/${file}`, file)] : []))
    return `| ${id} | ${attacks.get(id) ?? ''} | ${placesOf(id)} | ${shortened(tests)} |`
  })
  return [text.trimEnd(), '', '| id | stops | in | tests |', '| --- | --- | --- | --- |', ...rows, ''].join('\n')
}

/** The last column of the requirements' tables. Throws where a requirement has no attack. */
function attackById(): ReadonlyMap<RequirementId, string> {
  const page = readFileSync(join(import.meta.dirname, '../../docs/security-requirements.md'), 'utf8')
  const cells = page.split('\n').map((line) => line.split(/(?<!\\)\|/).map((cell) => cell.trim()))
  return new Map(
    requirementIds.map((id) => {
      const row = cells.find(([, first]) => first === id)
      if (!row) throw new Error(`docs/security-requirements.md has no row ${id}`)
      return [id, row[3] ?? '']
    }),
  )
}

function placesOf(id: RequirementId): string {
  const places = stoppedIn.filter(([requirement]) => requirement === id)
  if (places.length === 0) throw new Error(`${id} is met nowhere`)
  return places
    .map(([, file, declared]) => {
      lineOf(file, declared)
      return `${link(file, file.replace('src/', ''))} \`${declared}\``
    })
    .join('; ')
}

function shortened(tests: readonly string[]): string {
  const more = tests.length > MOST_TESTS ? `, ${tests.length - MOST_TESTS} more` : ''
  return `${tests.slice(0, MOST_TESTS).join(', ')}${more}`
}

function link(file: string, text: string): string {
  return `[${text}](../${file})`
}
