import { relative } from 'node:path'
import { defineConfig } from 'vitest/config'
import { BaseSequencer, type TestSpecification } from 'vitest/node'

/** What runs other programs for minutes: begun first, so that nobody waits for it alone at the end. */
const SLOW = [/^interop\//, /^faults\//, /^fuzz\//, /^browser\//, /^cli\//, /^journeys\//]

const slownessOf = ({ moduleId }: TestSpecification): number => {
  const place = SLOW.findIndex((slow) => slow.test(relative('test', moduleId)))
  return place < 0 ? SLOW.length : place
}

class SlowFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    return (await super.sort(files)).toSorted((a, b) => slownessOf(a) - slownessOf(b))
  }
}

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/setup/build.ts'],
    environment: 'node',
    pool: 'forks',
    // vitest leaves one core free; on two that would be half of the machine.
    maxWorkers: '100%',
    reporters: [process.env.CI === 'true' ? 'dot' : 'default', './test/reporter.ts'],
    // Journeys start servers, browsers and PHP; no test asserts on time.
    testTimeout: 30_000,
    hookTimeout: 60_000,
    sequence: { sequencer: SlowFirst },
    // `npm run coverage`: what this process and its workers run. Servers started as programs are not in it.
    coverage: { provider: 'v8', include: ['src/**/*.ts'], reporter: ['text-summary'] },
    unstubEnvs: true,
    restoreMocks: true,
  },
})
