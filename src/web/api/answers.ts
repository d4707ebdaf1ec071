/** From what the use-cases return to what the API answers. */
import type { Gateway } from '../../gateway/gateway.ts'
import { requiredContextOf } from '../../gateway/login/authentication-context.ts'
import type { Login } from '../../gateway/login/logins.ts'
import { usesOriginalEvidence } from '../../gateway/login/reauthentication.ts'
import { type ListedRole, listRoles } from '../../gateway/roles/list-roles.ts'
import type { OpenedConsole } from '../../gateway/roles/open-console.ts'
import { recentSignInFor } from '../../gateway/roles/ready-roles.ts'
import type { TakenRole } from '../../gateway/roles/sts-request.ts'
import { type Preferences, preferencesOf } from '../../gateway/user/preferences.ts'
import { toInstant } from '../time-zone.ts'
import type { ConsoleAnswer, CredentialsAnswer, RolesAnswer, SessionAnswer } from './schemas.ts'

export function sessionAnswer(gateway: Gateway, { signIn: { identity }, expiresAt }: Login): SessionAnswer {
  return {
    authenticated: true,
    provider: identity.provider,
    subject: identity.subject,
    attributes: Object.fromEntries([...identity.attributes].map(([name, values]) => [name, [...values]])),
    roles: listRoles(gateway, identity).map((role) => named(role, identity.provider)),
    expiresAt: toInstant(expiresAt).iso,
  }
}

function named({ arn, account, accountName, name, alias }: ListedRole, provider: string) {
  return { arn, account, accountName, name, ...(alias === undefined ? {} : { alias }), provider }
}

export async function rolesAnswer(gateway: Gateway, login: Login): Promise<RolesAnswer> {
  const { identity } = login.signIn
  const toRole = withHabits(gateway, login, await preferencesOf(gateway, login))
  return { roles: listRoles(gateway, identity).map((role) => ({ ...named(role, identity.provider), ...toRole(role) })) }
}

function withHabits(gateway: Gateway, login: Login, { pins, recent }: Preferences) {
  const pinned = new Set(pins)
  const used = new Map(recent.map(({ arn, takenAt }) => [arn, takenAt]))
  const evidence = usesOriginalEvidence(gateway, login) ? 'original' : 'reissued'
  return (role: ListedRole) => {
    const lastUsedAt = used.get(role.arn)
    const recentSignIn = recentSignInFor(gateway, login, role)
    const context = requiredContextOf(gateway, login, role)
    return {
      maxSessionSeconds: role.maxSessionSeconds,
      region: role.region,
      ...(role.environment === undefined ? {} : { environment: role.environment }),
      ...(role.isSensitive ? { sensitive: true as const } : {}),
      isPinned: pinned.has(role.arn),
      ...(lastUsedAt === undefined ? {} : { lastUsedAt: toInstant(lastUsedAt).iso }),
      ...(recentSignIn === undefined ? {} : { needsRecentSignIn: recentSignIn.isDue }),
      ...(context === undefined ? {} : { authnContext: [...context.accepted], needsStepUp: !context.isMet }),
      evidence,
    } as const
  }
}

/** As credential_process prints it, and two fields more. Leaves the gateway: here its secrets are revealed. */
export function credentialsAnswer({ credentials, role }: TakenRole): CredentialsAnswer {
  return {
    Version: 1,
    AccessKeyId: credentials.accessKeyId,
    SecretAccessKey: credentials.secretAccessKey.reveal(),
    SessionToken: credentials.sessionToken.reveal(),
    Expiration: toInstant(credentials.expiration).iso,
    roleArn: role.arn,
    region: role.region,
  }
}

export function consoleAnswer({ url, worksUntil }: OpenedConsole): ConsoleAnswer {
  return { url: url.href, expiresAt: toInstant(worksUntil).iso }
}
