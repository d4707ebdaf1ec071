import { join } from 'node:path'

export const ROOT = join(import.meta.dirname, '../..')

/** Where the compiled program is: see build.ts. */
export const BUILT = join(ROOT, 'test/.work/built')

/** The program as it is shipped, for `node`. */
export const PROGRAM = join(BUILT, 'dist/main.js')
