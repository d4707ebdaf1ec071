/** The commands for users, with their options and help. What a command does is loaded when it runs. */
import { type Command, InvalidArgumentError, Option } from 'commander'
import { parseDuration } from '../../core/duration.ts'
import type { FormatName } from '../../credentials/formats.ts'
import type { CompletionShell, UserCommands } from './user-commands.ts'

const formats: readonly FormatName[] = [
  'env',
  'env-no-export',
  'fish',
  'powershell',
  'windows-cmd',
  'nushell',
  'docker',
  'ini',
  'json',
  'process',
]

const ROLE = 'the role: ARN, alias or ACCOUNT/ROLE'

const processHelp = `
For credential_process in ~/.aws/config; \`fedgate profiles\` writes it. Credentials are cached until 5 minutes before they
expire. It never opens a browser: if you must sign in, it ends with 3 and one line that names the command.`

const execHelp = `
Without --role, it shows your roles to choose from; without a command, it starts your shell. With --server, the command
gets its credentials from an endpoint on this machine, which renews them for as long as the command runs.
The exit code is the command's.`

const userExitCodes =
  '\nExit codes: 0 success, 1 failed, 2 usage error, 3 not signed in, 4 refused by the gateway, 5 refused by AWS,\n6 network error, 130 interrupted.'

/** Adds the commands to a program. */
export function addUserCommands(program: Command, run: UserCommands): void {
  const add = (name: string, description: string): Command =>
    program.command(name).description(description).addHelpText('after', userExitCodes).addOption(gatewayOption())
  add('login', 'sign in through the browser, or with --device through a browser on another machine')
    .option('--device', 'sign in with a code that you enter in a browser anywhere')
    .option('--role <role>', `also get credentials for this role, for as long as it allows (${ROLE})`)
    .action(run.login)
  add('logout', 'sign out here and at the gateway, and remove cached credentials').action(run.logout)
  add('whoami', 'show who you are signed in as').option('--json', 'print JSON').action(run.whoami)
  add('roles', 'list your roles')
    .addOption(new Option('--json', 'print JSON').conflicts('csv'))
    .option('--csv', 'print CSV')
    .action(run.roles)
  add('credentials', 'print credentials for a role')
    .option('--role <role>', ROLE)
    .addOption(new Option('--format <format>', 'the output format').choices(formats).default('env'))
    .option('--duration <duration>', 'get new credentials that last so long, such as 1h', parseSeconds)
    .action(run.credentials)
  add('credential-process', 'print credentials for AWS tools (credential_process)')
    .requiredOption('--role <role>', ROLE)
    .addHelpText('after', processHelp)
    .action(run.credentialProcess)
  add('exec', 'run a command with credentials for a role')
    .usage('[options] [-- command...]')
    .argument('[command...]', 'the command and its arguments')
    .option('--role <role>', ROLE)
    .option('--server', 'renew the credentials while the command runs')
    .addHelpText('after', execHelp)
    .passThroughOptions()
    .action((command, options) => run.exec(options, command))
  add('console', 'open the AWS console in the browser')
    .option('--role <role>', ROLE)
    .option('--service <service>', 'a service such as s3, or the URL of a console page')
    .option('--print', 'print the URL instead. Anyone with this URL can use it')
    .action(run.console)
  add('profiles', 'write a profile for each role to ~/.aws/config')
    .option('--diff', 'show what would change, and change nothing')
    .option(
      '--name-template <template>',
      'the names of profiles: {accountName}, {account}, {role}, {alias}, {provider}',
      '{accountName}-{role}',
    )
    .action(run.profiles)
  add('doctor', 'check this machine, the gateway and your sign-in').action(run.doctor)
  addCompletion(program, run)
}

function addCompletion(program: Command, run: UserCommands): void {
  program
    .command('completion')
    .description('print a script that completes commands, options and roles')
    .argument('<shell>', 'bash, zsh or fish', parseShell)
    .action((shell: CompletionShell) => run.completion(program, shell))
  program.command('role-names', { hidden: true }).action(run.roleNames)
}

function parseShell(text: string): CompletionShell {
  if (text === 'bash' || text === 'zsh' || text === 'fish') return text
  throw new InvalidArgumentError('Enter bash, zsh or fish.')
}

function gatewayOption(): Option {
  return new Option('--gateway <url>', 'the gateway (default: FEDGATE_URL, or the one used last)')
}

function parseSeconds(text: string): number {
  const seconds = parseDuration(text)
  if (seconds !== undefined) return seconds
  throw new InvalidArgumentError('Enter a duration such as 30m or 1h.')
}
