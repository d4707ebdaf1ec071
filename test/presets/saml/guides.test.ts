/** The guide of each preset: its configuration is valid, and it has the words of the product's screens. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { parse as parseYaml, stringify } from 'yaml'
import { awsFacts } from '../../../src/cli/load-config.ts'
import { parseConfig } from '../../../src/config/load.ts'
import type { Config } from '../../../src/config/types.ts'
import { samlPresets } from '../../../src/presets/saml/presets.ts'

const presets = [...samlPresets.values()]

const guideOf = (id: string): string =>
  readFileSync(join(import.meta.dirname, `../../../docs/providers/saml-${id}.md`), 'utf8')

/** Its YAML blocks, as mappings. */
const blocksOf = (guide: string): readonly Readonly<Record<string, unknown>>[] =>
  [...guide.matchAll(/```yaml\n([\s\S]*?)```/g)].map(([, yaml = '']) => parseYaml(yaml) as Record<string, unknown>)

/** A configuration with the first block, and with a later one in its place. */
const configOf = (...blocks: readonly Readonly<Record<string, unknown>>[]): Config =>
  parseConfig(
    stringify({
      baseUrl: 'https://aws.example.com',
      session: { secret: '0123456789abcdef0123456789abcdef' },
      sts: { endpoint: 'aws', region: 'eu-west-1' },
      signing: { key: './signing.key', certificate: './signing.crt' },
      ...Object.assign({}, ...blocks),
    }),
    { file: '/etc/fedgate/fedgate.yaml', env: {}, readFile: () => '', aws: awsFacts },
  )

describe('the guide of a SAML preset', () => {
  it.each(presets)('the guide of $product has a configuration that is valid, with its preset', ({ id }) => {
    const [first = {}, ...later] = blocksOf(guideOf(id))
    expect(configOf(first).providers).toMatchObject([{ id: 'corp', preset: { id } }])
    for (const block of later) expect(configOf(first, block).access.length).toBeGreaterThan(0)
  })

  it.each(presets)('the guide of $product names every field of its screens', ({ id, screen }) => {
    const guide = guideOf(id).replaceAll(/\s+/g, ' ')
    expect(screen.filter(({ label }) => !guide.includes(label))).toEqual([])
  })

  it.each(presets)('the guide of $product has what is entered there, and the IAM side', ({ id }) => {
    const guide = guideOf(id)
    const address = /https:\/\/aws\.example\.com\/saml\/corp\/(metadata|acs|slo)/g
    expect(new Set([...guide.matchAll(address)].map(([, path]) => path))).toContain('metadata')
    expect(guide).toContain('npm run fedgate -- check --config fedgate.yaml')
    expect(guide).toContain('npm run -s fedgate -- trust-policy --config fedgate.yaml --provider corp')
  })
})
