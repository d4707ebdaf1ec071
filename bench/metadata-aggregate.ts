/**
 * A signed aggregate of 10,000 identity providers: tokenized by saxes alone, verified and indexed as a stream, and the
 * same as the gateway does it, in a worker. `npm run bench -- metadata-aggregate`
 */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { makeFederation } from './federation.ts'

const root = join(import.meta.dirname, '..')
const ENTITIES = 10_000
const ROUNDS = 5

const contenders = { saxes: 'saxes alone', stream: 'fedgate, as a stream', gateway: 'fedgate, in a worker' }
type Name = keyof typeof contenders
const names = Object.keys(contenders) as Name[]

interface Cost {
  readonly entities: number
  readonly cpuSeconds: number
  readonly stallMs: number
  readonly peakMegabytes: number
}

const print = (text: string): void => void process.stdout.write(`${text}\n`)

const run = (how: Name, file: string, certificate: string): Cost => {
  const script = 'test/.work/bench/bench/metadata-contender.js'
  const cost = JSON.parse(
    execFileSync(process.execPath, [script, how, file, certificate], { cwd: root, encoding: 'utf8' }),
  ) as Cost
  if (how !== 'saxes' && cost.entities !== ENTITIES) throw new Error(`${how} found ${cost.entities} entities`)
  return cost
}

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN

/** Prints a table: medians of the rounds, in each of which every contender runs once, in a process of its own. */
export const suite = async (): Promise<void> => {
  execFileSync('npx', ['tsc', '-p', 'bench/tsconfig.json'], { cwd: root, stdio: 'inherit' })
  const folder = mkdtempSync(join(tmpdir(), 'fedgate-bench-'))
  try {
    const { file, certificate } = await makeFederation(folder, ENTITIES)
    const rounds = Array.from({ length: ROUNDS }, () => names.map((name) => run(name, file, certificate)))
    const of = (n: number, key: keyof Cost): number => median(rounds.map((costs) => costs[n]?.[key] ?? Number.NaN))
    const quietest = (n: number): number => Math.min(...rounds.map((costs) => costs[n]?.stallMs ?? Number.NaN))
    print(`\n${ENTITIES} identity providers, ${(statSync(file).size / 1e6).toFixed(1)} MB, signed by xmlsec1\n`)
    print(
      '| | CPU seconds | times saxes alone | peak memory, MB | longest stall of the main thread, quietest round, ms |',
    )
    print('| --- | ---: | ---: | ---: | ---: |')
    for (const [n, name] of names.entries()) {
      const ratio = of(n, 'cpuSeconds') / of(0, 'cpuSeconds')
      print(
        `| ${contenders[name]} | ${of(n, 'cpuSeconds').toFixed(2)} | ${ratio.toFixed(1)} | ${of(n, 'peakMegabytes').toFixed(0)} | ${quietest(n).toFixed(0)} |`,
      )
    }
  } finally {
    rmSync(folder, { recursive: true })
  }
}
