import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { PROGRAM } from '../setup/built.ts'

const folder = mkdtempSync(join(tmpdir(), 'fedgate-local-aws-'))
afterAll(() => rmSync(folder, { recursive: true }))

interface Ended {
  readonly exitCode: number | null
  readonly stdout: string
  readonly stderr: string
}

/** Runs the command; when it listens, `meanwhile` gets its URL, and then it is stopped. */
const localAws = (args: readonly string[], meanwhile?: (url: string) => Promise<unknown>): Promise<Ended> =>
  new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [PROGRAM, 'local-aws', '--port', '0', ...args])
    let stdout = ''
    let stderr = ''
    let url: string | undefined
    child.stdout.on('data', (chunk) => {
      stdout += chunk
    })
    child.stderr.on('data', (chunk) => {
      stderr += chunk
      const found = /listens on (\S+)/.exec(stderr)?.[1]
      if (url !== undefined || found === undefined) return
      url = found
      Promise.resolve(meanwhile?.(found)).then(() => child.kill('SIGTERM'), reject)
    })
    child.on('error', reject)
    child.on('close', (exitCode) => resolve({ exitCode, stdout, stderr }))
  })

describe('fedgate local-aws', { timeout: 60_000 }, () => {
  it('fedgate local-aws alone prints the keys of a user, and appends every call to the trail', async () => {
    const trail = join(folder, 'trail.jsonl')
    const ended = await localAws(['--cloudtrail', trail], (url) =>
      fetch(url, { method: 'POST', body: new URLSearchParams({ Action: 'GetCallerIdentity' }) }),
    )
    expect(ended.exitCode).toBe(0)
    expect(ended.stdout).toMatch(
      /^export AWS_ACCESS_KEY_ID='AKIA[A-Z2-7]{16}'\nexport AWS_SECRET_ACCESS_KEY='.+'\nunset AWS_SESSION_TOKEN$/m,
    )
    const lines = readFileSync(trail, 'utf8').trim().split('\n')
    expect(lines.map((line) => JSON.parse(line).errorCode)).toEqual(['MissingAuthenticationToken'])
    expect(statSync(trail).mode & 0o777).toBe(0o600)
  })

  it('fedgate local-aws with a state file prints no keys, and has what the file says', async () => {
    const file = join(folder, 'state.yaml')
    writeFileSync(file, 'users: []\n')
    const ended = await localAws(['--state', file])
    expect([ended.exitCode, ended.stdout]).toEqual([0, ''])
  })

  it('tells what is wrong with a state file, with its place', async () => {
    const file = join(folder, 'broken.yaml')
    writeFileSync(file, 'users:\n  - arn: x\n    accessKeyId: AKIAEXAMPLE111111111\n    secretAccessKey: y\n')
    const ended = await localAws(['--state', file])
    expect(ended.exitCode).not.toBe(0)
    expect(ended.stderr).toContain('2:10 users.0.arn: expected the ARN of a user')
  })

  it('fedgate local-aws does not start where its trail cannot be written', async () => {
    const ended = await localAws(['--cloudtrail', join(folder, 'nowhere', 'trail.jsonl')])
    expect(ended.exitCode).not.toBe(0)
    expect(ended.stderr).toContain('cannot be written: ENOENT')
  })
})
