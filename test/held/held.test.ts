/** Every requirement and every fact has a test. What the tests hold is recorded by the runs themselves: see holds.ts. */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { factReference } from '../../scripts/config-reference/local-aws-facts.ts'
import { facts } from '../local-aws/facts.ts'
import { readHeld } from './record.ts'
import { notBuilt, requirementIds } from './requirements.ts'

const root = join(import.meta.dirname, '../..')
const held = readHeld()
const heldIds = new Set(Object.values(held).flatMap((ids) => Object.keys(ids)))

describe('the record of what the tests hold', () => {
  it('the record has a test for every security requirement that is built', () => {
    expect(requirementIds.filter((id) => !heldIds.has(id))).toEqual(notBuilt)
  })

  it('the record has a test for every fact about STS', () => {
    expect(Object.keys(facts).filter((id) => !heldIds.has(id))).toEqual([])
  })

  it('the record has no unknown ids', () => {
    const known = new Set<string>([...requirementIds, ...Object.keys(facts)])
    expect([...heldIds].filter((id) => !known.has(id))).toEqual([])
  })

  it('the record names only test files that exist', () => {
    expect(Object.keys(held).filter((file) => !existsSync(join(root, 'test', file)))).toEqual([])
  })
})

describe('the documents of what is held', () => {
  it('docs/security-requirements.md has the same requirements as requirements.ts', () => {
    const page = readFileSync(join(root, 'docs/security-requirements.md'), 'utf8')
    const rows = [...page.matchAll(/^\| (\d+(?:\.\d+)?) +\|/gm)].map(([, id]) => id)
    expect(rows).toEqual([...requirementIds])
  })

  it('docs/local-aws-facts.md is what `npm run schema` writes', () => {
    expect(readFileSync(join(root, 'docs/local-aws-facts.md'), 'utf8')).toBe(factReference())
  })
})
