import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Machine } from '../machine.ts'
import type { CachedCredentials } from '../process/cached-answer.ts'

/** What would win over the credentials in the environment, or give a tool a role of its own choice. */
export const UNSET = [
  'AWS_PROFILE',
  'AWS_DEFAULT_PROFILE',
  'AWS_ACCESS_KEY_ID',
  'AWS_SECRET_ACCESS_KEY',
  'AWS_SESSION_TOKEN',
  'AWS_SECURITY_TOKEN',
  'AWS_CREDENTIAL_EXPIRATION',
  'AWS_CREDENTIAL_FILE',
  'AWS_WEB_IDENTITY_TOKEN_FILE',
  'AWS_ROLE_ARN',
  'AWS_ROLE_SESSION_NAME',
  'AWS_CONTAINER_CREDENTIALS_FULL_URI',
  'AWS_CONTAINER_CREDENTIALS_RELATIVE_URI',
  'AWS_CONTAINER_AUTHORIZATION_TOKEN',
  'AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE',
] as const

type Environment = Readonly<Record<string, string | undefined>>

/** The environment of a program that uses these credentials until they expire. */
export function withCredentials(env: Environment, it: CachedCredentials): NodeJS.ProcessEnv {
  return {
    ...without(env, UNSET),
    ...regionOf(it),
    AWS_ACCESS_KEY_ID: it.AccessKeyId,
    AWS_SECRET_ACCESS_KEY: it.SecretAccessKey,
    AWS_SESSION_TOKEN: it.SessionToken,
    AWS_CREDENTIAL_EXPIRATION: it.Expiration,
  }
}

/** The environment of a program that asks an endpoint for credentials, again and again. */
export function withEndpoint(
  machine: Pick<Machine, 'env' | 'home'>,
  it: CachedCredentials,
  endpoint: { readonly url: string; readonly token: string },
): NodeJS.ProcessEnv {
  return {
    ...without(machine.env, UNSET),
    ...regionOf(it),
    ...hiddenFiles(machine),
    AWS_CONTAINER_CREDENTIALS_FULL_URI: endpoint.url,
    AWS_CONTAINER_AUTHORIZATION_TOKEN: endpoint.token,
  }
}

function regionOf({ region, role }: CachedCredentials): NodeJS.ProcessEnv {
  return { AWS_REGION: region, AWS_DEFAULT_REGION: region, FEDGATE_ROLE: role }
}

function without(env: Environment, names: readonly string[]): NodeJS.ProcessEnv {
  // Windows does not distinguish upper and lower case in these names.
  return Object.fromEntries(Object.entries(env).filter(([name]) => !names.includes(name.toUpperCase())))
}

/** A file whose default profile has credentials comes before an endpoint in AWS's order: the program must not see it. */
function hiddenFiles({ env, home }: Pick<Machine, 'env' | 'home'>): NodeJS.ProcessEnv {
  const files = {
    AWS_SHARED_CREDENTIALS_FILE: join(home, '.aws', 'credentials'),
    AWS_CONFIG_FILE: join(home, '.aws', 'config'),
  }
  const winning = Object.entries(files).filter(([name, usual]) => defaultHasCredentials(env[name] || usual))
  return Object.fromEntries(winning.map(([name]) => [name, process.platform === 'win32' ? 'NUL' : '/dev/null']))
}

function defaultHasCredentials(path: string): boolean {
  if (!existsSync(path)) return false
  const [, section = ''] = /^\s*\[\s*(?:profile\s+)?default\s*\]([^[]*)/m.exec(readFileSync(path, 'utf8')) ?? []
  return /^\s*(?:aws_access_key_id|credential_process|role_arn|sso_session|sso_account_id|login_session)\s*=/m.test(
    section,
  )
}
