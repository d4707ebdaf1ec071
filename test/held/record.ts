/** What the tests hold, file by file, as it is recorded in held.json. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const FILE = join(import.meta.dirname, 'held.json')

/** Of one test file: each requirement or fact that its tests hold, and of a fact the names of these tests. */
export type HeldByFile = Readonly<Record<string, readonly string[]>>

/** By test file, relative to test/. */
type Held = Readonly<Record<string, HeldByFile>>

export function readHeld(): Held {
  return existsSync(FILE) ? JSON.parse(readFileSync(FILE, 'utf8')) : {}
}

/** Sorted by file and id, so that a change shows as few lines. Files that hold nothing are left out. */
export function writeHeld(held: Held): void {
  const files = sorted(held)
    .filter(([, ids]) => Object.keys(ids).length > 0)
    .map(([file, ids]) => [file, Object.fromEntries(sorted(ids))] as const)
  writeFileSync(FILE, `${JSON.stringify(Object.fromEntries(files), undefined, 2)}\n`)
}

function sorted<Value>(record: Readonly<Record<string, Value>>): readonly (readonly [string, Value])[] {
  return Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1))
}
