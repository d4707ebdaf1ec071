/** deploy/fedgate.service as systemd itself judges it. */
import { describe, expect, it } from 'vitest'
import { ROOT } from '../setup/built.ts'
import { requireTool } from '../tools.ts'
import { run } from './built-copies.ts'

const SYSTEMD_ANALYZE = '/usr/bin/systemd-analyze'

describe.skipIf(!requireTool(SYSTEMD_ANALYZE))('deploy/fedgate.service', () => {
  it('is exposed to less than 2.0 of 10', async () => {
    const { stdout } = await run(SYSTEMD_ANALYZE, ['security', '--offline=true', 'deploy/fedgate.service'], {
      cwd: ROOT,
    })
    const [, level] = /Overall exposure level for fedgate\.service: ([\d.]+)/.exec(stdout) ?? []
    expect(Number(level)).toBeLessThan(2)
  })
})
