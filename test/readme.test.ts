import { existsSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { awsFacts } from '../src/cli/load-config.ts'
import { openOutput } from '../src/cli/output.ts'
import { buildProgram, commands } from '../src/cli/program.ts'
import { parseConfig } from '../src/config/load.ts'
import { credentialFormats } from '../src/credentials/formats.ts'
import { parseTrustPolicy } from '../src/iam/policy.ts'
import { parseLocalAwsState } from '../src/local-aws/state/file.ts'

const read = (file: string): string => readFileSync(new URL(`../${file}`, import.meta.url), 'utf8')
const blocks = (file: string, language: string): readonly string[] =>
  [...read(file).matchAll(new RegExp(`^\`\`\`${language}\n(.*?)^\`\`\`$`, 'gms'))].map(([, text = '']) => text)

describe('README', () => {
  it('shows a configuration that is one', () => {
    const [text = ''] = blocks('README.md', 'yaml')
    const config = parseConfig(text, {
      aws: awsFacts,
      file: '/etc/fedgate/fedgate.yaml',
      env: { SESSION_SECRET: 'x'.repeat(32) },
      readFile: () => '',
    })
    expect(config.sts.target).toEqual({ kind: 'local' })
    expect(config.providers.map(({ id }) => id)).toEqual(['corp'])
  })

  it('shows a trust policy that is one', () => {
    const [text = ''] = blocks('README.md', 'json')
    expect(parseTrustPolicy(text).statements).toHaveLength(1)
  })

  it('names only scripts that exist', () => {
    const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> }
    const commands = blocks('README.md', 'sh').join('\n')
    const named = [...commands.matchAll(/npm run (?:-s )?([a-z][\w-]*)/g)].map(([, name = '']) => name)
    expect(named).toContain('demo')
    expect(named.filter((name) => !(name in scripts))).toEqual([])
  })

  it('links to files that are there', () => {
    const links = [...read('README.md').matchAll(/\]\(([^)#:]+)\)/g)].map(([, target = '']) => target)
    expect(links.length).toBeGreaterThan(4)
    expect(links.filter((target) => !existsSync(new URL(`../${target}`, import.meta.url)))).toEqual([])
  })
})

describe('docs/cli.md', () => {
  const program = buildProgram('1.0.0', commands, openOutput(process.stdout, process.stderr, {}))
  const usages = ['README.md', 'docs/cli.md'].flatMap((file) =>
    [
      ...blocks(file, 'sh')
        .join('\n')
        .matchAll(/(?:\bfedgate|fedgate\.mjs) (?:-- )?([a-z][a-z-]*)([^|#")\n]*)/g),
    ].map(([, name = '', rest = '']) => ({ name, options: (rest.split(' -- ')[0] ?? '').match(/--[a-z-]+/g) ?? [] })),
  )

  it('and the README use commands and options that exist', () => {
    expect(usages.length).toBeGreaterThan(20)
    const unknown = usages.filter(({ name, options }) => {
      const command = program.commands.find((one) => one.name() === name)
      return !command || options.some((option) => !command.options.some(({ long }) => long === option))
    })
    expect(unknown).toEqual([])
  })

  it('names every format of credentials', () => {
    expect(Object.keys(credentialFormats).filter((name) => !read('docs/cli.md').includes(`\`${name}\``))).toEqual([])
  })
})

describe('docs/local-aws.md', () => {
  it('shows a state file that is one', () => {
    const [text = ''] = blocks('docs/local-aws.md', 'yaml')
    expect(parseLocalAwsState(text, () => '').roles).toHaveLength(1)
  })
})
