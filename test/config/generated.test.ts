import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { configReference, configSchemaFile } from '../../scripts/config-reference/render.ts'
import { parseConfig } from '../../src/config/load.ts'

const read = (path: string): string => readFileSync(join(import.meta.dirname, '../..', path), 'utf8')

describe('what is generated from the schema (npm run schema)', () => {
  it('schema/fedgate.schema.json is current', () => {
    expect(read('schema/fedgate.schema.json')).toBe(configSchemaFile())
  })

  it('docs/configuration.md is current', () => {
    expect(read('docs/configuration.md')).toBe(configReference())
  })

  it('the smallest configuration of the page works', () => {
    const [, smallest = ''] = /```yaml\n(baseUrl:[^`]*)```/.exec(read('docs/configuration.md')) ?? []
    const env = { SESSION_SECRET: 'x'.repeat(32), GOOGLE_SECRET: 'secret' }
    const config = parseConfig(smallest, { file: 'fedgate.yaml', env, readFile: () => '' })
    expect(config.providers).toHaveLength(1)
  })
})
