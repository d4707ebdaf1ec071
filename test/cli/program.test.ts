import { describe, expect, it } from 'vitest'
import { openOutput } from '../../src/cli/output.ts'
import { buildProgram, type Commands } from '../../src/cli/program.ts'
import { runCommandLine } from '../../src/cli/run.ts'
import { ConfigError } from '../../src/config/errors.ts'
import { FedgateError } from '../../src/core/errors.ts'

interface Ran {
  readonly exitCode: number
  readonly stdout: string
  readonly stderr: string
  readonly calls: readonly (readonly [string, unknown])[]
}

const run = async (args: readonly string[], failure?: unknown): Promise<Ran> => {
  const written = { stdout: '', stderr: '' }
  const calls: [string, unknown][] = []
  const into = (name: 'stdout' | 'stderr') => ({
    write: (text: string) => {
      written[name] += text
    },
  })
  const command = (name: string) => async (options: unknown) => {
    calls.push([name, options])
    if (failure !== undefined) throw failure
  }
  const commands: Commands = {
    init: command('init'),
    demo: command('demo'),
    serve: command('serve'),
    localAws: command('localAws'),
    check: command('check'),
    explain: command('explain'),
    issuerExport: command('issuerExport'),
    auditVerify: command('auditVerify'),
    auditShow: command('auditShow'),
    trustPolicy: command('trustPolicy'),
    catalogPull: command('catalogPull'),
    access: command('access'),
    revoke: command('revoke'),
    keysRotate: command('keysRotate'),
    keysStatus: command('keysStatus'),
    keysCertificate: command('keysCertificate'),
  }
  const output = openOutput(into('stdout'), into('stderr'), {})
  return { exitCode: await runCommandLine(buildProgram('1.2.3', commands, output), args, output), ...written, calls }
}

describe('fedgate', () => {
  it.each([
    [['demo'], 'demo', { portBase: 8080 }],
    [['demo', '--port-base', '9000'], 'demo', { portBase: 9000 }],
    [['catalog', 'pull', '--out', 'c', '--role-name', 'Audit'], 'catalogPull', { out: 'c', roleName: 'Audit' }],
    [['catalog', 'pull', '--policy'], 'catalogPull', { policy: true }],
    [['access', '--config', 'f'], 'access', { config: 'f', format: 'table' }],
    [['serve', '--config', 'fedgate.yaml'], 'serve', { config: 'fedgate.yaml', workers: 1 }],
    [['serve', '--config', 'fedgate.yaml', '--workers', '4'], 'serve', { config: 'fedgate.yaml', workers: 4 }],
    [
      ['audit', 'verify', 'a', 'b', '--key', 'k', '--partial'],
      'auditVerify',
      { files: ['a', 'b'], key: ['k'], partial: true },
    ],
    [
      ['audit', 'show', 'a', '--access-key', 'ASIA', '--json'],
      'auditShow',
      { files: ['a'], accessKey: 'ASIA', json: true },
    ],
    [['issuer', 'export', 'out', '--config', 'f.yaml'], 'issuerExport', { config: 'f.yaml', folder: 'out' }],
    [
      ['trust-policy', '--config', 'f.yaml', '--provider', 'corp'],
      'trustPolicy',
      { config: 'f.yaml', provider: 'corp', format: 'json' },
    ],
    [
      [
        'trust-policy',
        '--config',
        'f',
        '--provider',
        'p',
        '--role',
        'r',
        '--role',
        's',
        '--all-accounts',
        '--format',
        'terraform',
      ],
      'trustPolicy',
      { config: 'f', provider: 'p', role: ['r', 's'], allAccounts: true, format: 'terraform' },
    ],
    [
      ['revoke', '--config', 'f', '--user', 'alice', '--provider', 'corp', '--before', '2026-11-22T12:00:00Z'],
      'revoke',
      { config: 'f', user: 'alice', provider: 'corp', before: new Date('2026-11-22T12:00:00Z'), format: 'json' },
    ],
    [['local-aws'], 'localAws', {}],
    [
      ['explain', '--config', 'f.yaml', '--provider', 'corp', '--role', 'arn', '--claims', 'c.json', '--json'],
      'explain',
      { config: 'f.yaml', provider: 'corp', role: 'arn', claims: 'c.json', json: true },
    ],
    [['explain', '--batch'], 'explain', { batch: true }],
    [['local-aws', '--config', 'f.yaml'], 'localAws', { config: 'f.yaml' }],
    [
      ['local-aws', '--state', 's.yaml', '--port', '0', '--cloudtrail', 't.jsonl', '--encoded-messages'],
      'localAws',
      { state: 's.yaml', port: 0, cloudtrail: 't.jsonl', encodedMessages: true },
    ],
  ])('%j runs its command with its options', async (args, name, options) => {
    const ran = await run(args)
    expect(ran.calls).toEqual([[name, options]])
    expect(ran).toMatchObject({ exitCode: 0, stdout: '', stderr: '' })
  })

  it.each([[['--help']], [['demo', '--help']], [['serve', '--help']], [['local-aws', '--help']]])(
    '%j prints help on stdout and is no failure',
    async (args) => {
      const ran = await run(args)
      expect(ran).toMatchObject({ exitCode: 0, stderr: '', calls: [] })
      expect(ran.stdout).toMatch(/^Usage: fedgate/)
    },
  )

  it('prints its version', async () => {
    expect(await run(['--version'])).toMatchObject({ exitCode: 0, stdout: '1.2.3\n' })
  })

  it.each([
    [[], 'Usage: fedgate'],
    [['server'], "unknown command 'server'\n(Did you mean serve?)"],
    [['serve'], "required option '--config <file>' not specified"],
    [['local-aws', '--confg', 'x'], "unknown option '--confg'\n(Did you mean --config?)"],
    [['issuer', 'export', '--config', 'x'], "missing required argument 'folder'"],
    [['issuer'], 'Usage: fedgate issuer'],
    [['issuer', 'export', 'out'], "required option '--config <file>' not specified"],
    [['trust-policy', '--config', 'x'], "required option '--provider <id>' not specified"],
    [['trust-policy', '--config', 'x', '--provider', 'p', '--format', 'hcl'], 'Allowed choices are json, terraform'],
    [['demo', 'now'], 'too many arguments'],
    [
      ['explain', '--config', 'f.yaml', '--provider', 'corp'],
      'give --config, --provider, --role and --claims, or --batch',
    ],
    [['explain', '--batch', '--provider', 'corp'], '--batch reads its questions from standard input'],
    [['serve', '--config', 'x', '--workers', '0'], 'Enter a number from 1 to 64.'],
    [['serve', '--config', 'x', '--workers', 'all'], 'Enter a number from 1 to 64.'],
    [['demo', '--port-base', '65533'], 'Enter a port from 1 to 65532.'],
    [['demo', '--port-base', '80x'], 'Enter a port from 1 to 65532.'],
  ])('%j is wrong usage: exit 2, and the reason on stderr', async (args, reason) => {
    const ran = await run(args)
    expect(ran).toMatchObject({ exitCode: 2, stdout: '', calls: [] })
    expect(ran.stderr).toContain(reason)
  })

  it('answers a bad configuration with exit 78', async () => {
    const ran = await run(['serve', '--config', 'x'], new ConfigError('config.not_found'))
    expect(ran.exitCode).toBe(78)
    expect(ran.stderr).toBe('The configuration file does not exist.\nSpecify an existing file with --config.\n')
  })

  it('answers an error that a user can meet with its sentence, its hint and exit 1', async () => {
    const failure = new FedgateError('port.taken', { sentence: 'Port 8080 is taken.', hint: 'Take another.' })
    expect(await run(['demo'], failure)).toMatchObject({
      exitCode: 1,
      stdout: '',
      stderr: 'Port 8080 is taken.\nTake another.\n',
    })
  })

  it('shows all details of a bug, for the report', async () => {
    const ran = await run(['demo'], new TypeError('x is not a function'))
    expect(ran.exitCode).toBe(1)
    expect(ran.stderr).toMatch(/^This is a bug in fedgate\..*\nTypeError: x is not a function\n {4}at /)
  })
})
