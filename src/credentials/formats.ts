/**
 * How credentials are written for the tools that read them. Pure: a record of formats by name, named as in the AWS CLI
 * where it has the format (`aws configure export-credentials --format`). Secrets become text here and nowhere else.
 * quoting.ts has the quoting rules of each shell.
 */
import type { Credentials } from '../core/credentials.ts'
import { checkedProfileName } from './profile-name.ts'
import { forCmd, forDocker, forDotenv, forFish, forIni, forNushell, forPowerShell, forShell } from './quoting.ts'

export interface CredentialsToWrite {
  readonly credentials: Credentials
  readonly region: string
  /** The profile's name in file formats that have profiles. */
  readonly profile: string
}

/** The credentials as text. Throws CredentialsError if this format cannot represent a value. */
export type CredentialFormat = (it: CredentialsToWrite) => string

export interface Variable {
  readonly name: string
  readonly value: string
}

/** A section of `~/.aws/credentials`. */
const ini: CredentialFormat = ({ credentials, region, profile }) =>
  [
    `[${checkedProfileName(profile)}]`,
    `# expires ${instant(credentials.expiration)}`,
    `aws_access_key_id = ${forIni(credentials.accessKeyId)}`,
    `aws_secret_access_key = ${forIni(credentials.secretAccessKey.reveal())}`,
    `aws_session_token = ${forIni(credentials.sessionToken.reveal())}`,
    `region = ${forIni(region)}`,
    '',
  ].join('\n')

export const credentialFormats = {
  env: lines((name, value) => `export ${name}=${forShell(value)}`),
  fish: lines((name, value) => `set -gx ${name} ${forFish(value)}`),
  powershell: lines((name, value) => `$Env:${name} = ${forPowerShell(value)}`),
  'windows-cmd': lines((name, value) => `set ${forCmd(name, value)}`),
  nushell: lines((name, value) => `$env.${name} = ${forNushell(value)}`),
  'env-no-export': lines((name, value) => `${name}=${forDotenv(value)}`),
  docker: lines((name, value) => `${name}=${forDocker(value)}`),
  ini,
  json: (it) => json({ ...processFields(it), Region: it.region }),
  process: (it) => json(processFields(it)),
} as const satisfies Readonly<Record<string, CredentialFormat>>

export type FormatName = keyof typeof credentialFormats

/** The environment variables that AWS's SDKs and CLI read, and when the credentials expire (UTC). */
export function credentialVariables({
  credentials,
  region,
}: Pick<CredentialsToWrite, 'credentials' | 'region'>): readonly Variable[] {
  return [
    { name: 'AWS_ACCESS_KEY_ID', value: credentials.accessKeyId },
    { name: 'AWS_SECRET_ACCESS_KEY', value: credentials.secretAccessKey.reveal() },
    { name: 'AWS_SESSION_TOKEN', value: credentials.sessionToken.reveal() },
    { name: 'AWS_CREDENTIAL_EXPIRATION', value: instant(credentials.expiration) },
    { name: 'AWS_REGION', value: region },
    { name: 'AWS_DEFAULT_REGION', value: region },
  ]
}

function instant(date: Date): string {
  return `${date.toISOString().slice(0, 19)}Z`
}

/** A profile for each of several roles. */
export function profilesIni(all: readonly CredentialsToWrite[]): string {
  return all.map(ini).join('\n')
}

/** A line for each variable. */
function lines(write: (name: string, value: string) => string): CredentialFormat {
  return (it) =>
    credentialVariables(it)
      .map(({ name, value }) => `${write(name, value)}\n`)
      .join('')
}

function json(fields: unknown): string {
  return `${JSON.stringify(fields, null, 2)}\n`
}

/** The output of a `credential_process`. */
function processFields({ credentials }: CredentialsToWrite) {
  return {
    Version: 1,
    AccessKeyId: credentials.accessKeyId,
    SecretAccessKey: credentials.secretAccessKey.reveal(),
    SessionToken: credentials.sessionToken.reveal(),
    Expiration: instant(credentials.expiration),
  }
}
