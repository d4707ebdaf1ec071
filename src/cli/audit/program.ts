/** `fedgate audit`: its commands, their options and their help. */
import { type Command, InvalidArgumentError } from 'commander'
import type { AuditShowOptions, AuditVerifyOptions } from './options.ts'

export interface AuditCommands {
  auditVerify(options: AuditVerifyOptions): Promise<void>
  auditShow(options: AuditShowOptions): Promise<void>
}

const verifyHelp = `
Specify all files of the log, in any order. With --config, signatures are checked with the keys of that gateway, and the
end of each chain with what the gateway keeps of it under \`stateDir\`.

Exits with 0 when the log is intact, with 1 when a line was changed, removed, moved, added or cut off.`

const showHelp = `
--follow shows how a user came to credentials, from the sign-in to the access key ID that CloudTrail has.`

export function addAudit(program: Command, run: AuditCommands): void {
  const audit = program.command('audit').description('verify and read the audit log')
  audit
    .command('verify')
    .description('find lines of the audit log that were changed, removed, moved, added or cut off')
    .argument('<files...>', 'the files of the log')
    .option('--key <file>', 'the public key of the gateway (PEM; repeatable)', collect)
    .option('--config <file>', 'the configuration file (YAML)')
    .option('--partial', 'lines before the first and after the last may be in other files')
    .option('--json', 'print the findings as JSON')
    .addHelpText('after', verifyHelp)
    .action((files: readonly string[], flags: Omit<AuditVerifyOptions, 'files'>) =>
      run.auditVerify({ ...flags, files }),
    )
  audit
    .command('show')
    .description('print lines of the audit log')
    .argument('<files...>', 'the files of the log')
    .option('--user <subject>', 'only lines of this user')
    .option('--provider <id>', 'only lines of this provider')
    .option('--role <role>', 'only lines of this role: its ARN or name')
    .option('--reference <id>', 'only the line with this reference')
    .option('--event <name>', 'only these events, such as exchange')
    .option('--code <code>', 'only refusals with this error code')
    .option('--access-key <id>', 'only lines with this access key ID')
    .option('--since <time>', 'only lines from this time on', parseTime)
    .option('--until <time>', 'only lines before this time', parseTime)
    .option('--follow <id>', 'how a user came to the credentials with this access key ID')
    .option('--json', 'print the lines as they are')
    .addHelpText('after', showHelp)
    .action((files: readonly string[], flags: Omit<AuditShowOptions, 'files'>) => run.auditShow({ ...flags, files }))
}

function collect(value: string, before: readonly string[] = []): readonly string[] {
  return [...before, value]
}

function parseTime(text: string): Date {
  const time = new Date(text)
  if (/^\d{4}-\d\d-\d\d(?:T\d\d:\d\d|$)/.test(text) && !Number.isNaN(time.getTime())) return time
  throw new InvalidArgumentError('Enter a time such as 2026-11-22T12:00:00Z.')
}
