/** Debian's AWS CLI against the local AWS: each script in this folder is a walk that must end well. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Publisher, startPublisher } from '../../issuer/support.ts'
import { AWS, stsModelFor } from '../../local-aws/cli.ts'
import { requireTool } from '../../tools.ts'
import { FOLDER, type Program, startProgram } from './program.ts'
import { gatewayTokens } from './tokens.ts'

/** Files that others begin with. */
const PARTS = ['expect.sh', 'saml-response.sh']
const scripts = readdirSync(FOLDER).filter((file) => file.endsWith('.sh') && !PARTS.includes(file))

interface Forks {
  readonly process: ChildProcess
  readonly port: string
}

const startForks = async (): Promise<Forks> => {
  const child = spawn('/usr/bin/python3', [join(FOLDER, 'aws-forks.py')], { stdio: ['ignore', 'pipe', 'inherit'] })
  const [line] = await once(createInterface(child.stdout), 'line')
  return { process: child, port: line }
}

describe.skipIf(!requireTool(AWS) || !requireTool('/usr/bin/xmlsec1'))('With the AWS CLI', () => {
  const folder = mkdtempSync(join(tmpdir(), 'fedgate-scripts-'))
  let publisher: Publisher
  let forks: Forks
  beforeAll(async () => {
    ;[publisher, forks] = await Promise.all([startPublisher(), startForks()])
    for (const [name, token] of Object.entries(await gatewayTokens(publisher))) writeFileSync(join(folder, name), token)
  })
  afterAll(async () => {
    forks.process.kill()
    await publisher.close()
    rmSync(folder, { recursive: true })
  })

  const run = (script: string, { url }: Program): Promise<string> => {
    const home = join(folder, script.replace('.sh', ''))
    mkdirSync(home)
    const child = spawn('/bin/bash', [join(FOLDER, script)], {
      cwd: home,
      env: {
        PATH: `${join(FOLDER, 'bin')}:/usr/bin:/bin`,
        AWS_FORKS: forks.port,
        HOME: home,
        ENDPOINT: url,
        SCRIPTS: FOLDER,
        ISSUER: publisher.url,
        TOKENS: folder,
        AWS_CONFIG_FILE: '/dev/null',
        AWS_SHARED_CREDENTIALS_FILE: join(FOLDER, 'keys.ini'),
        MODELS: stsModelFor(home, url),
        AWS_REGION: 'us-east-1',
        AWS_EC2_METADATA_DISABLED: 'true',
        AWS_MAX_ATTEMPTS: '1',
        AWS_PAGER: '',
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    let told = ''
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (text: string) => {
        told += text
      })
    return new Promise((resolve, reject) => {
      child.once('error', reject).once('close', (code) => resolve(`${told}${script} ended with ${code}`))
    })
  }

  it.each(scripts)('With the AWS CLI: %s', { timeout: 600_000 }, async (script) => {
    const aws = await startProgram()
    try {
      expect(await run(script, aws)).toMatch(new RegExp(`\nok: [^\n]*\n${script} ended with 0$`))
    } finally {
      await aws.end('SIGTERM')
    }
  })
})
