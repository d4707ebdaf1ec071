/** The short form of `npm run faults -- memory-sessions`. */
import { expect, it } from 'vitest'
import { missed } from './figures.ts'
import { sessionMemory } from './memory.ts'

it('an idle session needs little memory, as it is in the store', { timeout: 300_000 }, async () => {
  expect(missed(await sessionMemory.run('short'))).toEqual([])
})
