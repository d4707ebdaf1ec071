/** The examples of docs/local-aws-in-tests.md: its state files are valid, and its workflow starts the local AWS. */
import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { parseLocalAwsState } from '../../src/local-aws/state/file.ts'
import { freePort } from '../harness/ports.ts'
import { BUILT } from '../setup/built.ts'
import { requireTool } from '../tools.ts'
import { AWS } from './cli.ts'

const page = await readFile(new URL('../../docs/local-aws-in-tests.md', import.meta.url), 'utf8')
const blocks = [...page.matchAll(/^```yaml\n(.*?)^```$/gms)].map(([, text = '']) => text)

interface Workflow {
  readonly jobs: {
    readonly apply: {
      readonly env: Readonly<Record<string, string>>
      readonly steps: readonly { readonly name?: string; readonly run?: string }[]
    }
  }
}

const states = blocks.filter((text) => !text.includes('jobs:'))
const workflow = (): Workflow['jobs']['apply'] =>
  (parse(blocks.find((text) => text.includes('jobs:')) ?? '') as Workflow).jobs.apply

describe('docs/local-aws-in-tests.md', () => {
  it('docs/local-aws-in-tests.md has states that are valid', () => {
    const found = states.map((text) => parseLocalAwsState(text))
    expect(found.map(({ users, oidcProviders }) => [users.length, oidcProviders.length])).toEqual([
      [1, 0],
      [0, 1],
    ])
  })

  it.skipIf(!requireTool(AWS))(
    'docs/local-aws-in-tests.md has a workflow whose step starts the local AWS',
    async () => {
      const { env, steps } = workflow()
      const started = steps.find(({ name }) => name === 'Start the local AWS')?.run ?? ''
      const [folder, port] = [await mkdtemp(join(tmpdir(), 'fedgate-workflow-')), await freePort()]
      const url = `http://127.0.0.1:${port}`
      const program = `${process.execPath} ${join(BUILT, 'dist/main.js')} local-aws --port ${port}`
      const script = started.replace('npx fedgate local-aws', program).replace('test/aws.yaml', 'aws.yaml')
      await writeFile(join(folder, 'aws.yaml'), states[0] ?? '', { mode: 0o600 })
      try {
        const { stdout } = await promisify(execFile)(
          '/bin/bash',
          ['-ec', `${script}\ntrap 'kill %1' EXIT\n${AWS} sts get-caller-identity --query Arn --endpoint-url ${url}`],
          {
            cwd: folder,
            env: {
              ...env,
              AWS_ENDPOINT_URL: url,
              AWS_DEFAULT_REGION: 'us-east-1',
              PATH: '/usr/bin:/bin',
              HOME: folder,
            },
          },
        )
        expect(JSON.parse(stdout)).toBe('arn:aws:iam::111122223333:user/ci')
      } finally {
        await rm(folder, { recursive: true })
      }
    },
  )
})
