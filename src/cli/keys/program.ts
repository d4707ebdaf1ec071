/** `fedgate keys`: its commands, their options and their help. */
import { type Command, Option } from 'commander'
import {
  type KeysCertificateOptions,
  type KeysRotateOptions,
  type KeysStatusOptions,
  keyPurposes,
  updateFormats,
} from './options.ts'

export interface KeysCommands {
  keysRotate(options: KeysRotateOptions): Promise<void>
  keysStatus(options: KeysStatusOptions): Promise<void>
  keysCertificate(options: KeysCertificateOptions): Promise<void>
}

const rotateHelp = `
A rotation has three steps, and the gateway is reloaded (SIGHUP) after each:

  fedgate keys rotate --key signing            makes a new key, publishes it beside the old one, and prints the update of
                                               the SAML provider for every account
  fedgate keys rotate --key signing --switch   uses the new key; refuses while an account does not have it
  fedgate keys rotate --key signing --finish   removes the old key, and prints the update again

Each step changes one list in the configuration file and shows the change; comments stay. With --no-edit, it only shows the
change. The update goes to stdout, everything else to stderr. IAM is asked with your own AWS credentials, in other accounts
with the role of --role-name, which needs iam:GetSAMLProvider.

Exits with 1 when a step is refused; nothing was changed then.`

const statusHelp = `
Asks IAM in every account with your own AWS credentials (in other accounts with the role of --role-name, which needs
iam:GetSAMLProvider) and the gateway at its public URL.

Exits with 0 when no rotation is in progress or the new keys are known everywhere, otherwise with 1.`

export function addKeys(program: Command, run: KeysCommands): void {
  const keys = program
    .command('keys')
    .description('rotate keys without an interruption, and show who knows the new ones')
  asking(
    keys
      .command('rotate')
      .description('take one step of the rotation of a key')
      .requiredOption('--config <file>', 'the configuration file (YAML)')
      .addOption(new Option('--key <name>', 'the key to rotate').choices(keyPurposes).default('signing'))
      .addOption(new Option('--switch', 'use the new key, once it is known everywhere').conflicts('finish'))
      .option('--finish', 'remove the old key')
      .option('--no-edit', 'print the change of the configuration instead of making it')
      .addOption(new Option('--format <format>', 'the format of the update').choices(updateFormats).default('cli'))
      .option('--even-if-unknown', 'with --switch: although it cannot be determined who knows the new key')
      .option('--except <account>', 'with --switch: an account that need not know the new key (repeatable)', collect)
      .option('--back', 'with --switch or --finish: go back to the older key')
      .option('--kms-key-id <id>', 'the new key is this one in AWS KMS (ID or ARN)')
      .option('--kms-region <region>', 'with --kms-key-id: its region')
      .option('--kms-endpoint <url>', "with --kms-key-id: instead of AWS's own endpoint"),
  )
    .addHelpText('after', rotateHelp)
    .action((options: KeysRotateOptions, command: Command) => {
      if ((options.kmsKeyId === undefined) !== (options.kmsRegion === undefined))
        command.error('error: --kms-key-id and --kms-region must be used together')
      if (options.kmsKeyId !== undefined && (options.switch || options.finish))
        command.error('error: --kms-key-id is for the first step')
      if (options.kmsKeyId !== undefined && options.key !== 'signing' && options.key !== 'issuer')
        command.error('error: only the keys signing and issuer can be in AWS KMS')
      return run.keysRotate(options)
    })
  asking(
    keys
      .command('status')
      .description('show the keys, when they expire, and who knows the new ones')
      .requiredOption('--config <file>', 'the configuration file (YAML)')
      .option('--json', 'print the status as JSON'),
  )
    .addHelpText('after', statusHelp)
    .action((options: KeysStatusOptions) => run.keysStatus(options))
  keys
    .command('certificate')
    .description('write a self-signed certificate for a key in AWS KMS, signed there')
    .requiredOption('--kms-key-id <id>', 'the key (ID or ARN)')
    .requiredOption('--kms-region <region>', 'its region')
    .option('--kms-endpoint <url>', "instead of AWS's own endpoint")
    .option('--out <file>', 'the file to write (default: standard output)')
    .action((options: KeysCertificateOptions) => run.keysCertificate(options))
}

function asking(command: Command): Command {
  return command
    .option(
      '--accounts <file>',
      'ask these accounts too: the JSON of `aws organizations list-accounts`, or an ID per line',
    )
    .option('--role-name <name>', 'the role to assume in each account (default: FedgateCatalog)')
    .option('--region <region>', 'the region of AWS STS')
    .option('--endpoint-url <url>', "instead of AWS's own endpoints")
}

function collect(value: string, before: readonly string[] = []): readonly string[] {
  return [...before, value]
}
