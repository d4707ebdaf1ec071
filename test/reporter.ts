import { writeSync } from 'node:fs'
import { isDeepStrictEqual } from 'node:util'
import type { Reporter, TestModule, Vitest } from 'vitest/node'
import { type HeldByFile, readHeld, writeHeld } from './held/record.ts'
import { facts } from './local-aws/facts.ts'

const STDOUT = 1

type Outcome = 'passed' | 'failed' | 'skipped'

const outcomesOf = (module: TestModule): Outcome[] => {
  const tests = [...module.children.allTests()].map((test) => test.result().state)
  // A suite that broke before its tests ran must not look like one that passed.
  const broken = module.errors().length + [...module.children.allSuites()].flatMap((suite) => suite.errors()).length
  return [
    ...tests.map((state): Outcome => (state === 'pending' ? 'skipped' : state)),
    ...Array.from({ length: broken }, (): Outcome => 'failed'),
  ]
}

/** `12 passed, 0 failed`, and `, 3 skipped` when there are. */
export const summaryLine = (outcomes: readonly Outcome[]): string => {
  const count = (wanted: Outcome) => outcomes.filter((outcome) => outcome === wanted).length
  const skipped = count('skipped')
  return `${count('passed')} passed, ${count('failed')} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`
}

/** The file of a module, relative to test/. */
const fileOf = (module: TestModule): string => module.relativeModuleId.replace(/^test\//, '')

/** What the tests of a file say they hold, whether they ran or were left out by a filter. */
const heldBy = (module: TestModule): HeldByFile => {
  const held: Record<string, string[]> = {}
  for (const test of module.children.allTests()) {
    for (const id of test.meta().holds ?? []) {
      // docs/local-aws-facts.md names the tests of a fact; of a requirement it is enough that the file holds it.
      held[id] = id in facts ? [...(held[id] ?? []), test.fullName] : []
    }
  }
  return held
}

/** Compares what the tests of this run hold with test/held/held.json, or records it there. */
const checkHeld = (modules: readonly TestModule[], mayRecord: boolean): readonly string[] => {
  const recorded = readHeld()
  const now = Object.fromEntries(modules.map((module) => [fileOf(module), heldBy(module)]))
  const changed = Object.keys(now).filter((file) => !isDeepStrictEqual(now[file], recorded[file] ?? {}))
  if (!mayRecord) return changed
  if (changed.length > 0) writeHeld({ ...recorded, ...now })
  return []
}

/** The very last line of a run, for users and programs. With CI=true a skipped test fails the run. */
class SummaryLine implements Reporter {
  #mayRecord = false

  onInit(vitest: Vitest): void {
    this.#mayRecord = vitest.config.snapshotOptions.updateSnapshot === 'all'
  }

  onTestRunEnd(modules: readonly TestModule[], unhandled: readonly unknown[]): void {
    const changed = checkHeld(
      modules.filter((module) => module.errors().length === 0),
      this.#mayRecord,
    )
    const outcomes = [...modules.flatMap(outcomesOf), ...[...unhandled, ...changed].map((): Outcome => 'failed')]
    if (changed.length > 0) {
      process.exitCode = 1
      process.stderr.write(
        `Not as in test/held/held.json: ${changed.join(', ')}. Record it: npx vitest run <files> -u, then npm run schema.\n`,
      )
    }
    if (process.env.CI === 'true' && outcomes.includes('skipped')) process.exitCode = 1
    process.on('exit', () => writeSync(STDOUT, `${summaryLine(outcomes)}\n`))
  }
}

// Vitest loads reporters by their default export.
export default SummaryLine
