/**
 * A process that writes to a file store, for the tests of several processes and of a full disk: claims the keys
 * `PREFIX:0`, `PREFIX:1`, … up to MOST, fifty at a time, with a padded record beside each, and prints a line `N true` or
 * `N false` when the answer is there, or `N CODE` for an error. A refused key is tried again until it is answered.
 */
import { setTimeout as delay } from 'node:timers/promises'
import { FedgateError } from '../../src/core/errors.ts'
import { openFileStore } from '../../src/stores/file/store.ts'

const [folder = '', prefix = '', most = '0', padding = '0'] = process.argv.slice(2)
const { store, close } = await openFileStore(
  folder,
  () => new Date(),
  () => undefined,
)
const end = new Date(Date.now() + 3_600_000)
let next = 0

async function claim(n: number): Promise<void> {
  try {
    const isFirst = await store.claim(`${prefix}:${n}`, end)
    await store.put(`padding:${prefix}:${n}`, 'x'.repeat(Number(padding)), end)
    process.stdout.write(`${n} ${isFirst}\n`)
  } catch (error) {
    process.stdout.write(`${n} ${error instanceof FedgateError ? error.code : String(error)}\n`)
    await delay(100)
    await claim(n)
  }
}

async function work(): Promise<void> {
  while (next < Number(most)) {
    const n = next
    next += 1
    await claim(n)
  }
}

process.stdout.write('ready\n')
await Promise.all(Array.from({ length: 50 }, work))
await close()
