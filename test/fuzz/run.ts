/** `npm run fuzz -- --minutes N [--seed TEXT]`: edits signed responses for as long, and says what came of it. */
import { parseArgs } from 'node:util'
import { fuzz } from './fuzz.ts'

const { values } = parseArgs({ options: { minutes: { type: 'string', default: '1' }, seed: { type: 'string' } } })
const minutes = Number(values.minutes)
if (!(minutes > 0)) throw new Error('--minutes takes a number above zero')
const seed = values.seed ?? new Date().toISOString()
const end = Date.now() + minutes * 60_000
const { mutants, accepted, refused } = fuzz(seed, () => Date.now() < end)
const codes = [...refused].sort(([, a], [, b]) => b - a).map(([code, count]) => `${count} ${code}\n`)
process.stdout.write(`${mutants} mutants of seed ${seed}, ${accepted} accepted, refused:\n${codes.join('')}`)
