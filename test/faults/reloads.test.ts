/** The short form of `npm run faults -- reloads`. */
import { expect, it } from 'vitest'
import { missed } from './figures.ts'
import { reloadsUnderLoad } from './reloads.ts'

it('reloads under load fail no request and lose no session, also with another session.secret', {
  timeout: 300_000,
}, async () => {
  expect(missed(await reloadsUnderLoad.run('short'))).toEqual([])
})
