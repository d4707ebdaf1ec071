import { afterEach, describe, expect, it, vi } from 'vitest'
import { summaryLine } from './reporter.ts'
import { requireTool } from './tools.ts'

afterEach(() => {
  vi.unstubAllEnvs()
})

describe('a tool that is missing', () => {
  it('a tool that is missing is named in the output, and its suite is skipped with a reason', () => {
    vi.stubEnv('CI', '')
    const stderr = vi.spyOn(process.stderr, 'write').mockReturnValue(true)
    expect(requireTool('/nowhere/aws')).toBe(false)
    expect(stderr).toHaveBeenCalledWith(expect.stringContaining('/nowhere/aws is missing'))
  })

  it('a tool that is missing is an error where nothing may be skipped', () => {
    vi.stubEnv('CI', 'true')
    expect(() => requireTool('/nowhere/aws')).toThrow('/nowhere/aws is missing')
  })
})

describe('the last line', () => {
  it('counts what passed and failed, and what was skipped when something was', () => {
    expect(summaryLine(['passed', 'failed', 'passed'])).toBe('2 passed, 1 failed')
    expect(summaryLine(['passed', 'skipped'])).toBe('1 passed, 0 failed, 1 skipped')
    expect(summaryLine([])).toBe('0 passed, 0 failed')
  })
})
