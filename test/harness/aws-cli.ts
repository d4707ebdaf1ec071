/** Debian's AWS CLI in an environment that holds nothing but what a test puts there. */
import { spawn } from 'node:child_process'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** Another `aws` may come first in PATH. */
export const AWS = '/usr/bin/aws'
export const BASH = '/bin/bash'

export interface Ended {
  readonly exitCode: number | null
  readonly stdout: string
  readonly stderr: string
}

export interface AwsHome {
  readonly folder: string
  /** Runs a script in bash, started as with --noprofile --norc. */
  bash(script: string): Promise<Ended>
  /** Replaces ~/.aws/config. */
  config(text: string): Promise<void>
  remove(): Promise<void>
}

/** No profile, no region, no metadata service, one attempt, and HOME in the folder. */
const environment = (folder: string): Readonly<Record<string, string>> => ({
  PATH: '/usr/bin:/bin',
  HOME: folder,
  LANG: 'C.UTF-8',
  AWS_CONFIG_FILE: join(folder, '.aws/config'),
  AWS_SHARED_CREDENTIALS_FILE: join(folder, '.aws/credentials'),
  AWS_EC2_METADATA_DISABLED: 'true',
  AWS_MAX_ATTEMPTS: '1',
  AWS_PAGER: '',
})

const run = (folder: string, script: string): Promise<Ended> =>
  new Promise((resolve, reject) => {
    const child = spawn(BASH, ['--noprofile', '--norc', '-c', script], {
      cwd: folder,
      env: environment(folder),
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    const written = { stdout: '', stderr: '' }
    for (const stream of ['stdout', 'stderr'] as const)
      child[stream].setEncoding('utf8').on('data', (text: string) => {
        written[stream] += text
      })
    child.once('error', reject).once('close', (exitCode) => resolve({ exitCode, ...written }))
  })

export const makeAwsHome = async (): Promise<AwsHome> => {
  const folder = await mkdtemp(join(tmpdir(), 'fedgate-aws-'))
  const config = async (text: string): Promise<void> => writeFile(join(folder, '.aws/config'), text)
  await mkdir(join(folder, '.aws'))
  await config('')
  await writeFile(join(folder, '.aws/credentials'), '')
  return { folder, bash: (script) => run(folder, script), config, remove: () => rm(folder, { recursive: true }) }
}
