/**
 * Owns the command line: the commands, their options and their help. What a command does is in a file of its own,
 * loaded when the command runs. Start here; src/main.ts runs it.
 */
import { Command, InvalidArgumentError, Option } from 'commander'
import { type AuditCommands, addAudit } from './audit/program.ts'
import {
  type CheckOptions,
  type DemoOptions,
  type ExplainCommand,
  type ExplainOptions,
  type IssuerExportOptions,
  type LocalAwsOptions,
  type ServeOptions,
  type TrustPolicyOptions,
  trustPolicyFormats,
} from './options.ts'
import type { Output } from './output.ts'
import { addUserCommands } from './user/program.ts'
import { userCommands } from './user/user-commands.ts'

/** The commands. Each promise resolves when its command has ended. */
export interface Commands extends AuditCommands {
  demo(options: DemoOptions): Promise<void>
  serve(options: ServeOptions): Promise<void>
  localAws(options: LocalAwsOptions): Promise<void>
  check(options: CheckOptions): Promise<void>
  explain(command: ExplainCommand): Promise<void>
  issuerExport(options: IssuerExportOptions): Promise<void>
  trustPolicy(options: TrustPolicyOptions): Promise<void>
}

/** Each is loaded when it runs, so that no command pays for the dependencies of another. */
export const commands: Commands = {
  demo: async (options) => (await import('./demo/demo.ts')).runDemo(options),
  serve: async (options) => (await import('./serve.ts')).runServe(options),
  localAws: async (options) => (await import('./local-aws/local-aws.ts')).runLocalAws(options),
  check: async (options) => (await import('./check.ts')).runCheck(options),
  explain: async (command) => (await import('./explain/explain.ts')).runExplain(command),
  issuerExport: async (options) => (await import('./issuer.ts')).runIssuerExport(options),
  auditVerify: async (options) => (await import('./audit/verify.ts')).runAuditVerify(options),
  auditShow: async (options) => (await import('./audit/show.ts')).runAuditShow(options),
  trustPolicy: async (options) => (await import('./trust-policy/trust-policy.ts')).runTrustPolicy(options),
}

// The demo listens on four consecutive ports.
const LAST_PORT_BASE = 65_535 - 3

const MOST_WORKERS = 64

const exitCodesHelp =
  '\nExit codes: 0 success, 1 failed, 2 usage error, 3 not signed in, 4 denied, 5 refused by AWS, 6 network error,\n78 invalid configuration, 130 interrupted.'

const checkHelp = `
With --live, it listens where the gateway would (so the gateway must not run), prints a URL and waits for one sign-in.

Exits with 0 when all checks pass, or when the response or the sign-in would be accepted; otherwise with 1.`

const serveHelp = `
SIGTERM ends the gateway within 10 seconds, after the requests in progress; a second signal ends it at once.
SIGHUP reads the configuration again, with its keys and certificates.`

const explainHelp = `
The file given with --claims contains a token's claims as JSON, a SAML response or assertion (XML or base64), or
{"nameId": …, "attributes": {…}}. Signatures are not verified.
With --batch, each line of standard input is one question,
{"policy", "principal": {"Federated": ARN}, "action", "context": {key: [values]}}, and each line of output is one answer.

Exits with 0 when AWS would allow the request, with 4 when it would deny it, with 1 when that cannot be determined. With
--batch: with 0, or with 1 when a line could not be answered.`

interface ExplainFlags extends Partial<ExplainOptions> {
  readonly batch?: true
}

const trustPolicyHelp = `
Writes only the document to stdout; warnings go to stderr. Without --role, it covers every role that a rule under \`access\`
names for the provider. With --all-accounts, it covers every account of the configuration, in a form to apply in each; with
--accounts, those of a file too. If a rule matches any role name, name the role with --role NAME, or several with --roles.`

/** Builds the program around the given commands. It throws CommanderError instead of ending the process. */
export function buildProgram(version: string, run: Commands, output: Output): Command {
  const program = new Command('fedgate')
    .description('A self-hosted SAML and OpenID Connect federation gateway for AWS')
    .version(version)
    .showHelpAfterError('Run with --help for usage.')
    .enablePositionalOptions()
    .addHelpText('after', exitCodesHelp)
    .exitOverride()
    .configureOutput({ writeOut: output.printText, writeErr: output.noteText })
  // The help lists them in this order.
  for (const add of [addDemo, addServe, addCheck, addExplain, addTrustPolicy, addIssuer, addAudit, addLocalAws])
    add(program, run)
  addUserCommands(program, userCommands(output))
  return program
}

function addDemo(program: Command, run: Commands): void {
  program
    .command('demo')
    .description('run the gateway, the local AWS and two demo identity providers in one process, on loopback only')
    .option('--port-base <port>', 'the first of four consecutive ports', parsePortBase, 8080)
    .action((options: DemoOptions) => run.demo(options))
}

function parsePortBase(text: string): number {
  const port = Number(text)
  if (/^\d+$/.test(text) && port >= 1 && port <= LAST_PORT_BASE) return port
  throw new InvalidArgumentError(`Enter a port from 1 to ${LAST_PORT_BASE}.`)
}

function addServe(program: Command, run: Commands): void {
  program
    .command('serve')
    .description('run the gateway')
    .addOption(configOption().makeOptionMandatory())
    .option('--workers <number>', 'how many processes answer requests; needs a store that they share', parseWorkers, 1)
    .addHelpText('after', serveHelp)
    .action((options: ServeOptions) => run.serve(options))
}

function parseWorkers(text: string): number {
  const workers = Number(text)
  if (/^\d+$/.test(text) && workers >= 1 && workers <= MOST_WORKERS) return workers
  throw new InvalidArgumentError(`Enter a number from 1 to ${MOST_WORKERS}.`)
}

function configOption(): Option {
  return new Option('--config <file>', 'the configuration file (YAML)')
}

function addCheck(program: Command, run: Commands): void {
  program
    .command('check')
    .description('validate the configuration and test metadata, certificates, clocks and AWS')
    .addOption(configOption().makeOptionMandatory())
    .option('--json', 'print the results as JSON')
    .option('--response <file>', 'check a SAML response (base64 or XML) instead; signs no user in')
    .option('--live', 'wait for a test sign-in instead and show everything that comes back; signs no user in')
    .option('--no-browser', 'with --live: only print the URL')
    .option('--provider <id>', 'with --response or --live: the provider')
    .option('--idp <entityID>', 'with --response or --live, and discovery: the identity provider')
    .option('--in-response-to <id>', 'with --response: the ID of the request that it must answer')
    .option('--at <time>', 'with --response: the time to check it at (default: now)', parseTime)
    .addHelpText('after', checkHelp)
    .action((options: CheckOptions, command: Command) => {
      const { live, response, provider } = options
      if (live && response !== undefined) command.error('error: --live and --response cannot be used together')
      if (live && provider === undefined) command.error('error: --live needs --provider')
      if (!live && (response === undefined) !== (provider === undefined))
        command.error('error: --response and --provider must be used together')
      return run.check(options)
    })
}

function parseTime(text: string): Date {
  const time = new Date(text)
  if (/^\d{4}-\d\d-\d\dT\d\d:\d\d/.test(text) && !Number.isNaN(time.getTime())) return time
  throw new InvalidArgumentError('Enter a time such as 2026-11-22T12:00:00Z.')
}

function addExplain(program: Command, run: Commands): void {
  program
    .command('explain')
    .description('show the condition keys that AWS would see, and why it would allow or deny a role')
    .addOption(configOption())
    .option('--provider <id>', 'provider that issued the claims')
    .option('--role <arn>', 'the role to assume')
    .option('--claims <file>', 'file with the claims')
    .option(
      '--trust-policy <file>',
      "file with the role's trust policy, instead of the one that the configuration names",
    )
    .option('--json', 'print the answer as JSON')
    .option('--batch', 'policy tests: read one question from each line of standard input')
    .addHelpText('after', explainHelp)
    .action((flags: ExplainFlags, command: Command) => run.explain(explainCommand(flags, command)))
}

/** One question needs all four options; a batch allows none of them. */
function explainCommand({ batch, ...flags }: ExplainFlags, command: Command): ExplainCommand {
  if (batch) {
    const [stray] = Object.keys(flags).filter((flag) => flag !== 'json')
    if (stray !== undefined)
      command.error('error: --batch reads its questions from standard input and allows only --json beside it')
    return { batch }
  }
  const { config, provider, role, claims } = flags
  if (config === undefined || provider === undefined || role === undefined || claims === undefined)
    return command.error('error: give --config, --provider, --role and --claims, or --batch')
  return { ...flags, config, provider, role, claims }
}

function addTrustPolicy(program: Command, run: Commands): void {
  program
    .command('trust-policy')
    .description('print the IAM identity provider and the role trust policies that the configuration needs')
    .addOption(configOption().makeOptionMandatory())
    .requiredOption('--provider <id>', 'the provider whose users assume the roles')
    .option('--role <arn>', 'print only this role; with --all-accounts a role name (repeatable)', collect)
    .option('--roles <list>', 'the same as a list: names or ARNs separated by commas, or @FILE with one on each line')
    .option('--all-accounts', 'cover every account of the configuration')
    .option(
      '--accounts <file>',
      'cover the accounts of this file too: the JSON of `aws organizations list-accounts`, or an ID on each line',
    )
    .addOption(new Option('--format <format>', 'the output format').choices(trustPolicyFormats).default('json'))
    .addHelpText('after', trustPolicyHelp)
    .action((options: TrustPolicyOptions) => run.trustPolicy(options))
}

function collect(value: string, before: readonly string[] = []): readonly string[] {
  return [...before, value]
}

function addIssuer(program: Command, run: Commands): void {
  program
    .command('issuer')
    .description('manage the OpenID Connect issuer that AWS trusts')
    .command('export')
    .description('write the discovery document and the key set as files for a bucket or a CDN')
    .argument('<folder>', 'the folder to write to')
    .addOption(configOption().makeOptionMandatory())
    .action((folder: string, { config }: Pick<IssuerExportOptions, 'config'>) => run.issuerExport({ config, folder }))
}

function addLocalAws(program: Command, run: Commands): void {
  program
    .command('local-aws')
    .description('run only the local AWS, for any AWS SDK or CLI with --endpoint-url')
    .addOption(configOption().conflicts(['state', 'port']))
    .option(
      '--state <file>',
      'its accounts, roles and users (YAML); default: one account with one user, whose keys are printed',
    )
    .option('--port <port>', 'the loopback port to listen on, 0 for any free port (default: 8081)', parsePort)
    .option('--cloudtrail <file>', 'append a CloudTrail event for each call to this file')
    .option(
      '--encoded-messages',
      'add an encoded message to each access denied error, for decode-authorization-message',
    )
    .action((options: LocalAwsOptions) => run.localAws(options))
}

function parsePort(text: string): number {
  const port = Number(text)
  if (/^\d+$/.test(text) && port <= 65_535) return port
  throw new InvalidArgumentError('Enter a port from 0 to 65535.')
}
