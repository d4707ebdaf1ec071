import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    environment: 'node',
    pool: 'forks',
    // vitest leaves one core free; on two that would be half of the machine.
    maxWorkers: '100%',
    reporters: [process.env.CI === 'true' ? 'dot' : 'default', './test/reporter.ts'],
    // Journeys start servers, browsers and PHP; no test asserts on time.
    testTimeout: 30_000,
    hookTimeout: 60_000,
    unstubEnvs: true,
    restoreMocks: true,
  },
})
