/**
 * Owns the command line: what commands there are, their options and help. Knows nothing of what they do: each lives in
 * a file of its own and is loaded when it runs. Start here; src/main.ts runs it.
 */
import { Command, InvalidArgumentError, Option } from 'commander'
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

/** The commands behind the program. Each resolves when it has ended. */
export interface Commands {
  demo(options: DemoOptions): Promise<void>
  serve(options: ServeOptions): Promise<void>
  localAws(options: LocalAwsOptions): Promise<void>
  check(options: CheckOptions): Promise<void>
  explain(command: ExplainCommand): Promise<void>
  issuerExport(options: IssuerExportOptions): Promise<void>
  trustPolicy(options: TrustPolicyOptions): Promise<void>
}

/** Loaded when it runs: a command must not pay for what another one needs. */
export const commands: Commands = {
  demo: async (options) => (await import('./demo/demo.ts')).runDemo(options),
  serve: async (options) => (await import('./serve.ts')).runServe(options),
  localAws: async (options) => (await import('./local-aws/local-aws.ts')).runLocalAws(options),
  check: async (options) => (await import('./check.ts')).runCheck(options),
  explain: async (command) => (await import('./explain/explain.ts')).runExplain(command),
  issuerExport: async (options) => (await import('./issuer.ts')).runIssuerExport(options),
  trustPolicy: async (options) => (await import('./trust-policy/trust-policy.ts')).runTrustPolicy(options),
}

// The demo takes four ports in a row.
const LAST_PORT_BASE = 65_535 - 3

const exitCodesHelp = '\nExit codes: 0 ok, 1 failed, 2 wrong usage, 4 refused, 78 bad configuration, 130 interrupted.'

const checkHelp = '\nExits with 0 when all is well, or when the response would be accepted; with 1 otherwise.'

const explainHelp = `
The file of --claims holds a token's claims as JSON, a SAML response or assertion (XML or base64), or
{"nameId": …, "attributes": {…}}. Its signature is not verified: explain signs nobody in.
With --batch every line of standard input is one question,
{"policy", "principal": {"Federated": ARN}, "action", "context": {key: [values]}}, and every line of the answer one answer.

Exits with 0 when AWS would allow it, with 4 when it would deny it, with 1 when that cannot be told. With --batch: 0, or 1
when a line could not be answered.`

interface ExplainFlags extends Partial<ExplainOptions> {
  readonly batch?: true
}

const trustPolicyHelp = `
Prints the document alone; what it leaves open is said on stderr. Without --role: every role that a rule under \`access\`
names for the provider. With --all-accounts: every account of the configuration, in a form to apply in each; roles whose
name the rules leave open are then named with --role NAME.`

/** The program, with what each command runs. Throws CommanderError instead of ending the process. */
export function buildProgram(version: string, run: Commands, output: Output): Command {
  const program = new Command('fedgate')
    .description('A self-hosted SAML and OpenID Connect federation gateway for AWS')
    .version(version)
    .showHelpAfterError('(--help tells more)')
    .addHelpText('after', exitCodesHelp)
    .exitOverride()
    .configureOutput({ writeOut: output.printText, writeErr: output.noteText })
  // In the order of the help.
  for (const add of [addDemo, addServe, addCheck, addExplain, addTrustPolicy, addIssuer, addLocalAws]) add(program, run)
  return program
}

function addDemo(program: Command, run: Commands): void {
  program
    .command('demo')
    .description('gateway, local AWS and two demo identity providers in one process, on loopback only')
    .option('--port-base <port>', 'the first of four ports', parsePortBase, 8080)
    .action((options: DemoOptions) => run.demo(options))
}

function parsePortBase(text: string): number {
  const port = Number(text)
  if (/^\d+$/.test(text) && port >= 1 && port <= LAST_PORT_BASE) return port
  throw new InvalidArgumentError(`Give a port from 1 to ${LAST_PORT_BASE}.`)
}

function addServe(program: Command, run: Commands): void {
  program
    .command('serve')
    .description('run the gateway')
    .addOption(configOption().makeOptionMandatory())
    .action((options: ServeOptions) => run.serve(options))
}

function configOption(): Option {
  return new Option('--config <file>', 'the configuration (YAML)')
}

function addCheck(program: Command, run: Commands): void {
  program
    .command('check')
    .description('check the configuration and everything it leads to: metadata, certificates, clocks, AWS')
    .addOption(configOption().makeOptionMandatory())
    .option('--json', 'the findings as JSON')
    .option('--response <file>', 'judge one SAML response (base64 or XML) instead, signing nobody in')
    .option('--provider <id>', 'the provider whose response it is')
    .option('--idp <entityID>', 'with discovery: the identity provider whose response it is')
    .option('--in-response-to <id>', 'the ID of the request that the response has to answer')
    .option('--at <time>', 'judge the response as of this time', parseTime)
    .addHelpText('after', checkHelp)
    .action((options: CheckOptions, command: Command) => {
      if ((options.response === undefined) !== (options.provider === undefined))
        command.error('error: --response and --provider go together')
      return run.check(options)
    })
}

function parseTime(text: string): Date {
  const time = new Date(text)
  if (/^\d{4}-\d\d-\d\dT\d\d:\d\d/.test(text) && !Number.isNaN(time.getTime())) return time
  throw new InvalidArgumentError('Give a time such as 2026-11-22T12:00:00Z.')
}

function addExplain(program: Command, run: Commands): void {
  program
    .command('explain')
    .description('which condition keys AWS would see, and what its answer hangs on')
    .addOption(configOption())
    .option('--provider <id>', 'the provider that says the claims')
    .option('--role <arn>', 'the role to take')
    .option('--claims <file>', 'what the provider says')
    .option('--trust-policy <file>', "the role's trust policy, in place of what the configuration knows")
    .option('--json', 'the answer as JSON')
    .option('--batch', 'policy tests: a question in every line of standard input')
    .addHelpText('after', explainHelp)
    .action((flags: ExplainFlags, command: Command) => run.explain(explainCommand(flags, command)))
}

/** One question needs all of them; a batch none. */
function explainCommand({ batch, ...flags }: ExplainFlags, command: Command): ExplainCommand {
  if (batch) {
    const [stray] = Object.keys(flags).filter((flag) => flag !== 'json')
    if (stray !== undefined)
      command.error('error: --batch takes its questions from standard input, and no other option')
    return { batch }
  }
  const { config, provider, role, claims } = flags
  if (config === undefined || provider === undefined || role === undefined || claims === undefined)
    return command.error('error: --config, --provider, --role and --claims go together; or give --batch')
  return { ...flags, config, provider, role, claims }
}

function addTrustPolicy(program: Command, run: Commands): void {
  program
    .command('trust-policy')
    .description('the IAM identity provider and the trust policies of roles that this configuration needs')
    .addOption(configOption().makeOptionMandatory())
    .requiredOption('--provider <id>', 'the provider whose people take the roles')
    .option('--role <arn>', 'one role alone, or with --all-accounts its name; can be repeated', collect)
    .option('--all-accounts', 'every account of the configuration')
    .addOption(new Option('--format <format>', 'how it is written').choices(trustPolicyFormats).default('json'))
    .addHelpText('after', trustPolicyHelp)
    .action((options: TrustPolicyOptions) => run.trustPolicy(options))
}

function collect(value: string, before: readonly string[] = []): readonly string[] {
  return [...before, value]
}

function addIssuer(program: Command, run: Commands): void {
  program
    .command('issuer')
    .description('the gateway as OpenID issuer towards AWS')
    .command('export')
    .description('write discovery document and key set as files for a bucket or a CDN')
    .argument('<folder>', 'where the files go')
    .addOption(configOption().makeOptionMandatory())
    .action((folder: string, { config }: Pick<IssuerExportOptions, 'config'>) => run.issuerExport({ config, folder }))
}

function addLocalAws(program: Command, run: Commands): void {
  program
    .command('local-aws')
    .description('run the local AWS alone, for any AWS SDK or CLI through --endpoint-url')
    .addOption(configOption().conflicts(['state', 'port']))
    .option('--state <file>', 'what exists in it (YAML); without one: an account with one user, whose keys are printed')
    .option('--port <port>', 'where it listens on loopback, 0 for any free port (default: 8081)', parsePort)
    .option('--cloudtrail <file>', 'append an event for every call, as CloudTrail writes it')
    .option('--encoded-messages', 'put an encoded message after each refusal, for decode-authorization-message')
    .action((options: LocalAwsOptions) => run.localAws(options))
}

function parsePort(text: string): number {
  const port = Number(text)
  if (/^\d+$/.test(text) && port <= 65_535) return port
  throw new InvalidArgumentError('Give a port from 0 to 65535.')
}
