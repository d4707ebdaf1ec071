/**
 * How credentials are written down for the tools that take them. Pure: a record of formats by name, in the AWS CLI's
 * own words (`aws configure export-credentials --format`). The secrets leave here, and only here, as text.
 */
import type { Credentials } from '../core/credentials.ts'

export interface CredentialsToWrite {
  readonly credentials: Credentials
  readonly region: string
}

const instant = (date: Date): string => `${date.toISOString().slice(0, 19)}Z`

/** The environment variables that AWS's SDKs and CLI read. */
const variablesOf = ({
  credentials,
  region,
}: CredentialsToWrite): readonly (readonly [name: string, value: string])[] => [
  ['AWS_ACCESS_KEY_ID', credentials.accessKeyId],
  ['AWS_SECRET_ACCESS_KEY', credentials.secretAccessKey.reveal()],
  ['AWS_SESSION_TOKEN', credentials.sessionToken.reveal()],
  ['AWS_CREDENTIAL_EXPIRATION', instant(credentials.expiration)],
  ['AWS_REGION', region],
  ['AWS_DEFAULT_REGION', region],
]

/** A value for sh, bash and zsh: in single quotes nothing is special but the quote itself. */
const quoteForShell = (value: string): string => `'${value.replaceAll("'", String.raw`'\''`)}'`

/** Lines to paste into bash or zsh. */
const env = (it: CredentialsToWrite): string =>
  variablesOf(it)
    .map(([name, value]) => `export ${name}=${quoteForShell(value)}\n`)
    .join('')

/** The answer that AWS's tools expect of a `credential_process`. */
const process = ({ credentials }: CredentialsToWrite): string =>
  `${JSON.stringify(
    {
      Version: 1,
      AccessKeyId: credentials.accessKeyId,
      SecretAccessKey: credentials.secretAccessKey.reveal(),
      SessionToken: credentials.sessionToken.reveal(),
      Expiration: instant(credentials.expiration),
    },
    null,
    2,
  )}\n`

export const credentialFormats = { env, json: process } as const satisfies Record<
  string,
  (it: CredentialsToWrite) => string
>
