/** What lies in views/ may be replaced beneath a running gateway. */
import fs from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import { expect, it } from 'vitest'
import { createViews } from '../../src/web/views.ts'

it('shows a page for the first time without reading a file any more', () => {
  const views = createViews()
  const { readFileSync } = fs
  fs.readFileSync = () => {
    throw new Error('read again')
  }
  syncBuiltinESMExports()
  try {
    expect(() => fs.readFileSync('/')).toThrow('read again')
    expect(views.render('signed-out', { version: '1', notice: 'Bye', signInHref: '/login' })).toContain('Bye')
  } finally {
    fs.readFileSync = readFileSync
    syncBuiltinESMExports()
  }
})
