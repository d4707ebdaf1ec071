/**
 * `npm run floods -- [--seconds N] [NAME …]`: floods every address for as long, or those whose name has
 * one of these words, each against a gateway of its own, and says by how much its memory grew. Fails above 60 MB.
 */
import { parseArgs } from 'node:util'
import { flood } from './flood.ts'
import { startFloodedGateway } from './flooded-gateway.ts'
import { type Flood, floods } from './floods.ts'

const MOST_OCTETS = 60_000_000

const { values, positionals } = parseArgs({
  options: { seconds: { type: 'string', default: '60' } },
  allowPositionals: true,
})
const seconds = Number(values.seconds)
if (!(seconds > 0)) throw new Error('--seconds takes a number above zero')
const harmless = floods.find(({ name }) => name === 'choosers') as Flood
const isWanted = (name: string): boolean => positionals.length === 0 || positionals.some((word) => name.includes(word))
const megabytes = (octets: number): string => (octets / 1_000_000).toFixed(1)

process.stdout.write(
  '| flood | requests | answers | grown, MB | process grown, MB |\n| --- | --- | --- | --- | --- |\n',
)
for (const one of floods.filter(({ name }) => isWanted(name))) {
  const gateway = await startFloodedGateway()
  try {
    // What is loaded and compiled at first is no growth, nor the heap that any requests need.
    await flood(gateway, harmless, (begun) => begun < 1000)
    await flood(gateway, one, (begun) => begun < 50)
    const end = Date.now() + seconds * 1000
    const { requests, statuses, growth } = await flood(gateway, one, () => Date.now() < end)
    const answers = [...statuses].map(([status, count]) => `${status}: ${count}`).join(', ')
    process.stdout.write(
      `| ${one.name} | ${requests} | ${answers} | ${megabytes(growth.kept)} | ${megabytes(growth.rss)} |\n`,
    )
    if (growth.kept > MOST_OCTETS) process.exitCode = 1
  } finally {
    await gateway.close()
  }
}
