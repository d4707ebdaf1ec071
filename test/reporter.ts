import { writeSync } from 'node:fs'
import type { Reporter, TestModule } from 'vitest/node'

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

/** The very last line of a run, for people and programs. With CI=true a skipped test fails the run. */
class SummaryLine implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandled: readonly unknown[]): void {
    const outcomes = [...modules.flatMap(outcomesOf), ...unhandled.map((): Outcome => 'failed')]
    if (process.env.CI === 'true' && outcomes.includes('skipped')) process.exitCode = 1
    process.on('exit', () => writeSync(STDOUT, `${summaryLine(outcomes)}\n`))
  }
}

// Vitest loads reporters by their default export.
export default SummaryLine
