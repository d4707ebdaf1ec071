import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { factHolders, factReference } from '../../scripts/config-reference/local-aws-facts.ts'
import { facts } from './facts.ts'

const named = new Set(factHolders().flatMap((holder) => holder.facts))

describe('What is known of STS', () => {
  it.each(Object.keys(facts))('is held by a test: %s', (id) => {
    expect(named).toContain(id)
  })

  it('is all that tests say they hold', () => {
    expect([...named].filter((id) => !(id in facts))).toEqual([])
  })

  it('stands in docs/local-aws-facts.md as it is', () => {
    expect(readFileSync(join(import.meta.dirname, '../../docs/local-aws-facts.md'), 'utf8')).toBe(factReference())
  })
})
