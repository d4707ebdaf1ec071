import { execFile } from 'node:child_process'
import { cpSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { STS_MODEL } from './model.ts'

/** Debian's AWS CLI; another `aws` may come first in PATH. */
export const AWS = '/usr/bin/aws'
const run = promisify(execFile)

type Variables = Readonly<Record<string, string>>

/** Nothing of the machine's own AWS configuration, and no way to the metadata service. */
const environment = (home: string, more: Variables): NodeJS.ProcessEnv => ({
  PATH: '/usr/bin:/bin',
  HOME: home,
  AWS_CONFIG_FILE: join(home, 'config'),
  AWS_SHARED_CREDENTIALS_FILE: join(home, 'credentials'),
  AWS_EC2_METADATA_DISABLED: 'true',
  AWS_REGION: 'eu-west-1',
  AWS_DEFAULT_REGION: 'eu-west-1',
  AWS_PAGER: '',
  AWS_MAX_ATTEMPTS: '1',
  ...more,
})

/** The CLI with a home of its own; `endpoint` is asked for at each call. */
export const awsCli = (home: string, endpoint: () => string) => ({
  /** What `aws sts COMMAND` prints. */
  sts: async (command: string, args: readonly string[], more: Variables = {}): Promise<unknown> => {
    const all = ['sts', command, '--endpoint-url', endpoint(), ...args, '--output', 'json']
    const { stdout } = await run(AWS, all, { env: environment(home, more) })
    return JSON.parse(stdout)
  },
  errorOf: (call: Promise<unknown>): Promise<string> =>
    call.then(
      () => 'no error',
      (error: { stderr?: string }) => (error.stderr ?? '').trim(),
    ),
})

/**
 * This CLI is older than AWS_ENDPOINT_URL_STS: calls it makes by itself go where an endpoint rule set says. The model of
 * STS beside it is of 2026.
 */
export const stsModelFor = (home: string, endpoint: string): string => {
  const folder = join(home, 'data', 'sts', '2011-06-15')
  mkdirSync(folder, { recursive: true })
  cpSync(STS_MODEL, join(folder, 'service-2.json'))
  const parameter = (builtIn: string, type: string) => ({ builtIn, required: false, type })
  const rules = {
    version: '1.0',
    parameters: {
      Region: parameter('AWS::Region', 'String'),
      UseDualStack: { ...parameter('AWS::UseDualStack', 'Boolean'), required: true, default: false },
      UseFIPS: { ...parameter('AWS::UseFIPS', 'Boolean'), required: true, default: false },
      Endpoint: parameter('SDK::Endpoint', 'String'),
      UseGlobalEndpoint: { ...parameter('AWS::STS::UseGlobalEndpoint', 'Boolean'), required: true, default: false },
    },
    rules: [{ conditions: [], type: 'endpoint', endpoint: { url: endpoint, properties: {}, headers: {} } }],
  }
  writeFileSync(join(folder, 'endpoint-rule-set-1.json'), JSON.stringify(rules))
  return join(home, 'data')
}
