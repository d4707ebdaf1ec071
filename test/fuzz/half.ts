import { expect, it } from 'vitest'
import { holds } from '../held/holds.ts'
import { fuzz } from './fuzz.ts'

/** Half of the 8,000 mutants of the seeded run: two files, so that they run side by side. */
const MUTANTS = 4_000

export const holdsForMutants = (seed: string): void => {
  it('holds the property for every edited response that is accepted', {
    timeout: 300_000,
    ...holds('0.1', '9'),
  }, () => {
    const { mutants, accepted, refused } = fuzz(seed, (so) => so < MUTANTS)
    expect(mutants).toBe(MUTANTS)
    // Edits that change nothing of what was signed must be taken, or little was tested.
    expect(accepted).toBeGreaterThan(MUTANTS * 0.15)
    expect(refused.size).toBeGreaterThan(20)
  })
}
