import { expect, it } from 'vitest'
import { holds } from '../held/holds.ts'
import { fuzzReader } from './reader.ts'

const MUTANTS = 20_000

it('the strict reader accepts nothing that saxes or libxml2 refuses, and reads what they read', {
  timeout: 300_000,
  ...holds('0.2', '1.3'),
}, () => {
  const { mutants, accepted, refused, refusedAlone } = fuzzReader('in every run', (so) => so < MUTANTS)
  expect(mutants).toBe(MUTANTS)
  // Too few well-formed ones, or too few reasons, and little was compared.
  expect(accepted).toBeGreaterThan(MUTANTS * 0.15)
  expect(refused.size).toBeGreaterThan(5)
  expect(refusedAlone.size).toBeGreaterThan(3)
})
