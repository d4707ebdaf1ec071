import { spawn } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { PROGRAM } from '../setup/built.ts'

interface Ended {
  readonly exitCode: number | null
  readonly stdout: string
  readonly stderr: string
}

const fedgate = (...args: string[]): Promise<Ended> => fedgateUntil(undefined, ...args)

/** Runs the command; sends it an interrupt (Ctrl-C) as soon as its stderr has this text. */
const fedgateUntil = (interruptAt: string | undefined, ...args: string[]): Promise<Ended> =>
  new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [PROGRAM, ...args], { stdio: ['ignore', 'pipe', 'pipe'] })
    const written = { stdout: '', stderr: '' }
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      written.stdout += text
    })
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      const before = written.stderr.includes(interruptAt ?? '')
      written.stderr += text
      if (interruptAt !== undefined && !before && written.stderr.includes(interruptAt)) child.kill('SIGINT')
    })
    child.once('error', reject).once('close', (exitCode) => resolve({ exitCode, ...written }))
  })

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fedgate-cli-'))
})
afterAll(() => rm(folder, { recursive: true }))

describe('the fedgate command', () => {
  it('says its version on stdout', async () => {
    expect(await fedgate('--version')).toEqual({
      exitCode: 0,
      stdout: expect.stringMatching(/^\d+\.\d+\.\d+\n$/),
      stderr: '',
    })
  })

  it('ends silently when its output is not read', async () => {
    const child = spawn(process.execPath, [PROGRAM, '--help'], { stdio: ['ignore', 'pipe', 'pipe'] })
    child.stdout.destroy()
    let stderr = ''
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text
    })
    const exitCode = await new Promise((resolve, reject) => child.once('error', reject).once('close', resolve))
    expect({ exitCode, stderr }).toEqual({ exitCode: 1, stderr: '' })
  })

  it('ends with 2 and the usage on stderr when no command is named', async () => {
    expect(await fedgate()).toMatchObject({ exitCode: 2, stdout: '', stderr: expect.stringMatching(/^Usage: fedgate/) })
  })

  it('ends with 78 when there is no such configuration', async () => {
    const config = join(folder, 'none.yaml')
    expect(await fedgate('serve', '--config', config)).toEqual({
      exitCode: 78,
      stdout: '',
      stderr: `The configuration file ${config} does not exist.\nSpecify an existing file with --config.\n`,
    })
  })

  it('ends with 2 when several workers would not share their store', async () => {
    const config = join(folder, 'workers.yaml')
    const secret = 'only for tests, and long enough for them'
    const provider = '{ id: op, protocol: oidc, issuer: "https://op.example.com", clientId: c, clientSecret: s }'
    const session = `{ secret: "${secret}", store: memory }`
    const lines = ['baseUrl: http://localhost:8080', `session: ${session}`, 'sts: { endpoint: local }']
    await writeFile(config, [...lines, `providers: [${provider}]`, ''].join('\n'))
    const { exitCode, stderr } = await fedgate('serve', '--config', config, '--workers', '2')
    expect(exitCode).toBe(2)
    expect(stderr).toContain('--workers 2 needs a store that the workers share')
  })

  it('ends with 78 and a line for every problem of a bad configuration', async () => {
    const config = join(folder, 'bad.yaml')
    await writeFile(config, 'baseUrl: http://aws.example.com\nsesion: {}\nproviders: []\n')
    const { exitCode, stdout, stderr } = await fedgate('serve', '--config', config)
    expect({ exitCode, stdout }).toEqual({ exitCode: 78, stdout: '' })
    expect(stderr.split('\n').filter((line) => line.startsWith(`  ${config}:`))).toHaveLength(4)
    expect(stderr).toContain(
      `${config}:2:1 sesion: expected a key of the configuration, found "sesion"; did you mean session?`,
    )
  })

  it('ends a server at Ctrl-C with 130, without an error message', async () => {
    const config = join(folder, 'serve.yaml')
    await writeFile(
      config,
      `baseUrl: http://localhost:8080
listen: { port: 0 }
session: { secret: 0123456789abcdef0123456789abcdef }
sts: { endpoint: local }
providers: [{ id: corp, protocol: oidc, issuer: "https://127.0.0.1:9", clientId: x }]
audit: { file: audit.jsonl }
`,
    )
    const { exitCode, stdout, stderr } = await fedgateUntil('the local AWS listens', 'serve', '--config', config)
    expect({ exitCode, stdout }).toEqual({ exitCode: 130, stdout: '' })
    expect(stderr).not.toMatch(/error|bug in fedgate/i)
  })
})
