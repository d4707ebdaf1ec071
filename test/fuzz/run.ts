/**
 * `npm run fuzz -- --minutes N [--seed TEXT]`: edits signed responses for as long, and says what came of it. With
 * `--reader` it edits XML of every kind, and compares the strict reader with saxes and libxml2; with `--mutants N` it
 * ends after so many.
 */
import { parseArgs } from 'node:util'
import { fuzz } from './fuzz.ts'
import { fuzzReader } from './reader.ts'

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '1' },
    mutants: { type: 'string' },
    seed: { type: 'string' },
    reader: { type: 'boolean', default: false },
  },
})
const [minutes, most] = [Number(values.minutes), Number(values.mutants ?? Number.POSITIVE_INFINITY)]
if (!(minutes > 0) || !(most > 0)) throw new Error('--minutes and --mutants take a number above zero')
const seed = values.seed ?? new Date().toISOString()
const end = values.mutants === undefined ? Date.now() + minutes * 60_000 : Number.POSITIVE_INFINITY
const run = values.reader ? fuzzReader : fuzz
// Most documents are refused by three readers, and nobody reads where their errors were made: half of the time.
if (values.reader) Error.stackTraceLimit = 0
const { mutants, accepted, refused } = run(seed, (so) => so < most && Date.now() < end)
const codes = [...refused].sort(([, a], [, b]) => b - a).map(([code, count]) => `${count} ${code}\n`)
process.stdout.write(`${mutants} mutants of seed ${seed}, ${accepted} accepted, refused:\n${codes.join('')}`)
