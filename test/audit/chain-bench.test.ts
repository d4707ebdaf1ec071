import { describe, expect, it } from 'vitest'
import { suite } from '../../bench/audit.ts'

describe('the verification of a log', () => {
  it('the verification of a log reads it as a stream, in bounded memory', async () => {
    const { lines, findings, peakMemory } = await suite(50_000)
    expect({ lines, findings }).toEqual({ lines: 50_052, findings: 0 })
    expect(peakMemory).toBeLessThan(100)
  }, 60_000)
})
