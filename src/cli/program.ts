/**
 * Owns the command line: the commands, their options and their help. What a command does is in a file of its own,
 * loaded when the command runs. Start here; src/main.ts runs it.
 */
import { Command, InvalidArgumentError, Option } from 'commander'
import { type AuditCommands, addAudit } from './audit/program.ts'
import { checkHelp, exitCodesHelp, explainHelp, revokeHelp, serveHelp, trustPolicyHelp } from './help.ts'
import { addKeys, type KeysCommands } from './keys/program.ts'
import {
  type AccessOptions,
  accessFormatNames,
  type CatalogPullOptions,
  type CheckOptions,
  type DemoOptions,
  type ExplainCommand,
  type ExplainOptions,
  type InitOptions,
  type IssuerExportOptions,
  type LocalAwsOptions,
  type RehearseOptions,
  type RevokeOptions,
  revokeFormats,
  type ServeOptions,
  type TrustPolicyOptions,
  trustPolicyFormats,
} from './options.ts'
import type { Output } from './output.ts'
import { keepYoungHeapSmall } from './serving/young-heap.ts'
import { addUserCommands } from './user/program.ts'
import { userCommands } from './user/user-commands.ts'

/** The commands. Each promise resolves when its command has ended. */
export interface Commands extends AuditCommands, KeysCommands {
  init(options: InitOptions): Promise<void>
  demo(options: DemoOptions): Promise<void>
  serve(options: ServeOptions): Promise<void>
  localAws(options: LocalAwsOptions): Promise<void>
  check(options: CheckOptions): Promise<void>
  explain(command: ExplainCommand): Promise<void>
  issuerExport(options: IssuerExportOptions): Promise<void>
  trustPolicy(options: TrustPolicyOptions): Promise<void>
  catalogPull(options: CatalogPullOptions): Promise<void>
  access(options: AccessOptions): Promise<void>
  rehearse(options: RehearseOptions): Promise<void>
  revoke(options: RevokeOptions): Promise<void>
}

/** Each is loaded when it runs, so that no command pays for the dependencies of another. */
export const commands: Commands = {
  init: async (options) => (await import('./init/init.ts')).runInit(options),
  demo: async (options) => (await import('./demo/demo.ts')).runDemo(options),
  serve: async (options) => {
    keepYoungHeapSmall()
    await (await import('./serve.ts')).runServe(options)
  },
  localAws: async (options) => (await import('./local-aws/local-aws.ts')).runLocalAws(options),
  check: async (options) => (await import('./check.ts')).runCheck(options),
  explain: async (command) => (await import('./explain/explain.ts')).runExplain(command),
  issuerExport: async (options) => (await import('./issuer.ts')).runIssuerExport(options),
  access: async (options) => (await import('./access/access.ts')).runAccess(options),
  rehearse: async (options) => (await import('./rehearse/rehearse.ts')).runRehearse(options),
  catalogPull: async (options) => (await import('./catalog/pull.ts')).runCatalogPull(options),
  auditVerify: async (options) => (await import('./audit/verify.ts')).runAuditVerify(options),
  auditShow: async (options) => (await import('./audit/show.ts')).runAuditShow(options),
  trustPolicy: async (options) => (await import('./trust-policy/trust-policy.ts')).runTrustPolicy(options),
  keysRotate: async (options) => (await import('./keys/rotate.ts')).runKeysRotate(options),
  keysStatus: async (options) => (await import('./keys/status.ts')).runKeysStatus(options),
  keysCertificate: async (options) => (await import('./keys/certificate.ts')).runKeysCertificate(options),
  revoke: async (options) => (await import('./revoke/revoke.ts')).runRevoke(options),
}

// The demo listens on four consecutive ports.
const LAST_PORT_BASE = 65_535 - 3

const MOST_WORKERS = 64

interface ExplainFlags extends Partial<ExplainOptions> {
  readonly batch?: true
}

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
  for (const add of [
    addInit,
    addDemo,
    addServe,
    addCheck,
    addExplain,
    addTrustPolicy,
    addAccess,
    addRehearse,
    addCatalog,
    addRevoke,
    addKeys,
    addIssuer,
    addAudit,
    addLocalAws,
  ])
    add(program, run)
  addUserCommands(program, userCommands(output))
  return program
}

const initHelp = `
Asks on a terminal what the flags leave open. The folder gets fedgate.yaml with comments, keys, secrets in files that only
you can read, a systemd unit or a compose file, and iam.yaml for CloudFormation; then the configuration is checked. It
prints what to enter at the identity provider. Files are written all together or not at all, and none is replaced without
--force; keys and secrets that are there are kept.

Exits with 0 when all checks pass, with 1 when one fails, and with 2 for a wrong or missing answer.`

function addInit(program: Command, run: Commands): void {
  program
    .command('init')
    .description('write a configuration with keys and secrets, and print what to enter at the identity provider')
    .argument('[folder]', 'the folder to write to', '.')
    .option('--base-url <url>', 'the public URL of the gateway')
    .option('--preset <name>', 'the product of the identity provider, such as okta, entra or keycloak')
    .addOption(new Option('--protocol <protocol>', 'the protocol of the identity provider').choices(['saml', 'oidc']))
    .option('--id <id>', 'the short name of the provider in URLs (default: the preset, or corp)')
    .option('--metadata <source>', "SAML: the provider's metadata, an https URL or a file")
    .option('--issuer <url>', 'OpenID Connect without a preset: the issuer')
    .option('--client-id <id>', 'OpenID Connect: the client ID')
    .option('--client-secret-file <file>', 'OpenID Connect: a file with the client secret, - for standard input')
    .option('--set <name=value>', 'a setting of the preset, such as domain=example.okta.com (repeatable)', collect)
    .option('--accounts <file>', 'AWS accounts: the JSON of `aws organizations list-accounts`, or an ID on each line')
    .option('--account <id>', 'an AWS account (repeatable)', collect)
    .option('--group-rule <scheme>', 'how groups name account and role, such as aws-{account}-{role}')
    .option('--group-attribute <name>', 'the attribute with the groups (default: that of the preset, or groups)')
    .option('--grant <group=arn>', 'a group and the role that it grants (repeatable)', collect)
    .option('--when <attribute=value>', 'a condition of every rule, such as hd=example.com (repeatable)', collect)
    .option('--roles <list>', 'names of the roles for IAM, separated by commas, or @FILE')
    .option('--operators <group>', 'the group that may see /status')
    .addOption(new Option('--sts <kind>', 'the AWS to use (default: local for an http URL)').choices(['aws', 'local']))
    .option('--region <region>', 'the region of STS', 'us-east-1')
    .addOption(
      new Option('--service <kind>', 'what runs the gateway')
        .choices(['systemd', 'compose', 'none'])
        .default('systemd'),
    )
    .option('--force', 'replace files that exist, except keys and secrets')
    .option('--no-check', 'do not check the configuration afterwards')
    .addHelpText('after', initHelp)
    .action((folder: string, options: Omit<InitOptions, 'folder'>) => run.init({ ...options, folder }))
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
    .addOption(new Option('--host <address>', 'listen there instead of at listen.host').env('FEDGATE_HOST'))
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
    .option(
      '--against <url>',
      'show what would change at that running gateway instead; needs `fedgate login` as an operator',
    )
    .option('--response <file>', 'check a SAML response (base64 or XML) instead; signs no user in')
    .option('--live', 'wait for a test sign-in instead and show everything that comes back; signs no user in')
    .option('--no-browser', 'with --live: only print the URL')
    .option('--provider <id>', 'with --response or --live: the provider')
    .option('--idp <entityID>', 'with --response or --live, and discovery: the identity provider')
    .option('--in-response-to <id>', 'with --response: the ID of the request that it must answer')
    .option('--at <time>', 'with --response: the time to check it at (default: now)', parseTime)
    .addHelpText('after', checkHelp)
    .action((options: CheckOptions, command: Command) => {
      const { live, response, provider, against } = options
      if (against !== undefined && (live || response !== undefined))
        command.error('error: --against cannot be used with --live or --response')
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

const accessHelp = `
Without --claims and --group, it covers everyone that a rule mentions. Roles, accounts and trust policies come from the catalogue.
Findings: rules that match no role, roles that nobody can take, and trust policies that refuse what the rules grant or admit
more users than the rules mean, with the patch for each.

Exits with 0 when nothing was found, with 1 when there are findings. With --diff: with 1 when grants have changed or
there are new findings.`

function addAccess(program: Command, run: Commands): void {
  program
    .command('access')
    .description('report who can take which role, and where rules and trust policies differ')
    .addOption(configOption().makeOptionMandatory())
    .addOption(new Option('--claims <file>', "a user's claims, as for explain").conflicts('group'))
    .option('--group <name>', 'the members of a group')
    .option('--provider <id>', 'only users of this provider')
    .addOption(new Option('--format <format>', 'the output format').choices(accessFormatNames).default('table'))
    .option('--diff <file>', 'an earlier report in JSON to compare with')
    .addHelpText('after', accessHelp)
    .action((options: AccessOptions, command: Command) => {
      if (options.claims !== undefined && options.provider === undefined)
        command.error('error: name the provider of the claims with --provider')
      return run.access(options)
    })
}

const rehearseHelp = `
The file names settings as the configuration does (providers.corp.entityId: …), claims that the provider would send
otherwise (claims: { groups: memberOf }), and trust policies by role (trustPolicies: { ARN: FILE }). What AWS has registered
stays as it is. Without --claims, it is rehearsed with the users that rules mention. Nothing is sent to AWS.

Exits with 0 when nothing breaks, with 1 when something does.`

function addRehearse(program: Command, run: Commands): void {
  program
    .command('rehearse')
    .description('show which roles and users a change of keys, claims, providers or trust policies would break')
    .addOption(configOption().makeOptionMandatory())
    .requiredOption('--change <file>', 'the change (YAML)')
    .option('--claims <files...>', 'claims of users, as for explain')
    .option('--provider <id>', 'with --claims: the provider of these users')
    .option('--json', 'print the result as JSON')
    .addHelpText('after', rehearseHelp)
    .action((options: RehearseOptions, command: Command) => {
      if ((options.claims === undefined) !== (options.provider === undefined))
        command.error('error: --claims and --provider must be used together')
      return run.rehearse(options)
    })
}

const catalogPullHelp = `
Needs your own AWS credentials, read-only: those that the AWS CLI would use. Progress goes to stderr. A run that was interrupted
less than an hour ago is continued.

Exits with 5 where AWS refuses, after everything else was written, with what is missing.`

function addCatalog(program: Command, run: Commands): void {
  program
    .command('catalog')
    .description('the inventory of accounts and roles')
    .command('pull')
    .description('write the accounts and roles of an AWS organization as files for `catalog`')
    .option('--out <folder>', 'the folder to write to')
    .option('--role-name <name>', 'the role to assume in each account (default: FedgateCatalog)')
    .option('--accounts <file>', 'the accounts, instead of those of the organization')
    .option('--region <region>', 'the region of AWS STS')
    .option('--endpoint-url <url>', "instead of AWS's own endpoints")
    .option('--policy', 'print the IAM policies that it needs, and nothing else')
    .addHelpText('after', catalogPullHelp)
    .action((options: CatalogPullOptions, command: Command) => {
      if (options.out === undefined && !options.policy) command.error('error: give the folder with --out')
      return run.catalogPull(options)
    })
}

function addRevoke(program: Command, run: Commands): void {
  program
    .command('revoke')
    .description('end the sessions of a user or a role here, and print the policies that end their AWS sessions')
    .addOption(configOption().makeOptionMandatory())
    .option('--user <subject>', 'the user whose sessions end, by their subject')
    .option('--provider <id>', 'with --user: the provider that they sign in with')
    .option('--role <arn>', 'instead: the role whose sessions end')
    .option('--before <time>', 'end only what began before this time (default: now)', parseTime)
    .addOption(new Option('--format <format>', 'the format of the policies').choices(revokeFormats).default('json'))
    .addHelpText('after', revokeHelp)
    .action((options: RevokeOptions, command: Command) => {
      const { user, provider, role } = options
      if ((user === undefined) === (role === undefined)) command.error('error: give --user and --provider, or --role')
      if ((user === undefined) !== (provider === undefined))
        command.error('error: --user and --provider must be used together')
      return run.revoke(options)
    })
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
    .option('--save', 'write what calls change back to the state file; one that is missing is created')
    .option('--catalog <files...>', 'files with accounts and roles, as for `catalog` in the configuration')
    .option('--port <port>', 'the loopback port to listen on, 0 for any free port (default: 8081)', parsePort)
    .addOption(
      new Option('--host <address>', 'without --config: listen there, for a container (default: 127.0.0.1)').env(
        'FEDGATE_HOST',
      ),
    )
    .option('--cloudtrail <file>', 'append a CloudTrail event for each call to this file')
    .option(
      '--encoded-messages',
      'add an encoded message to each access denied error, for decode-authorization-message',
    )
    .action((options: LocalAwsOptions, command: Command) => {
      if (options.save && options.state === undefined && options.config === undefined)
        command.error('error: --save needs the file to write to: give --state, or --config')
      return run.localAws(options)
    })
}

function parsePort(text: string): number {
  const port = Number(text)
  if (/^\d+$/.test(text) && port <= 65_535) return port
  throw new InvalidArgumentError('Enter a port from 0 to 65535.')
}
