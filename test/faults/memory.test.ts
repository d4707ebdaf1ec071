/** The short form of `npm run faults -- memory`. */
import { expect, it } from 'vitest'
import { missed } from './figures.ts'
import { memory } from './memory.ts'

it('an idle gateway and its idle sessions need little memory', { timeout: 300_000 }, async () => {
  expect(missed(await memory.run('short'))).toEqual([])
})
