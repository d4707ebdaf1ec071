/** Whose sessions are meant, and on which roles of which accounts they may have AWS sessions. */
import { canReach, isMeant, reaches, rolesNamedFor } from '../../access/role-trust.ts'
import { type SessionMapping, sessionOf } from '../../access/session.ts'
import type { Catalog } from '../../catalog/catalog.ts'
import type { Config, ProviderConfig } from '../../config/types.ts'
import { parseRoleArn, type RoleArn } from '../../core/arn.ts'
import type { Identity } from '../../core/identity.ts'
import type { Gateway } from '../../gateway/gateway.ts'
import { listLiveLogins } from '../../gateway/login/live-logins.ts'
import { loginsOf, type User } from '../../gateway/login/login-index.ts'
import { type Login, readLogin } from '../../gateway/login/logins.ts'
import { grantedByArn, listRoles } from '../../gateway/roles/list-roles.ts'
import { sessionFor } from '../../gateway/roles/session-mapping.ts'
import { activityOfUser, type ExchangeActivity } from '../../gateway/user/activity.ts'
import { TrustPolicyError } from '../errors.ts'
import { openRolesHint, rolesFor } from '../trust-policy/roles.ts'

/** Identity Center manages these, and IAM lets nobody change them. */
const RESERVED_PATH = '/aws-reserved/'

export interface FoundUser {
  /** One for each issuer: with discovery, or several tenants, a subject may be several users'. */
  readonly users: readonly User[]
  readonly logins: readonly Login[]
  /** AWS sessions that were started here and have not expired. */
  readonly exchanges: readonly ExchangeActivity[]
  /** Subjects of signed-in users with that display name, where nobody has that subject. */
  readonly meant: readonly string[]
}

/** The users of that provider with that subject, as far as the store and the configuration know them. */
export async function findUser(gateway: Gateway, provider: ProviderConfig, subject: string): Promise<FoundUser> {
  const listed = (await listLiveLogins(gateway.store)).filter((one) => one.provider === provider.id)
  const issuers = [
    ...issuersOf(provider),
    ...listed.filter((one) => one.subject === subject).map(({ issuer }) => issuer),
  ]
  const users = [...new Set(issuers)].map((issuer) => ({ provider: provider.id, issuer, subject }))
  const logins = (await Promise.all(users.map((user) => loginsOf(gateway, user)))).flat()
  const activities = (await Promise.all(users.map((user) => activityOfUser(gateway, user)))).flat()
  const exchanges = activities
    .filter((one) => one.kind === 'exchange')
    .filter(({ expiresAt }) => expiresAt > gateway.now())
  const isKnown = logins.length > 0 || activities.length > 0
  const named = listed.filter(({ name }) => name.toLowerCase() === subject.toLowerCase())
  return { users, logins, exchanges, meant: isKnown ? [] : [...new Set(named.map((one) => one.subject))] }
}

/** What the configuration says of it; a SAML provider without `entityId` is known by its sign-ins only. */
function issuersOf(provider: ProviderConfig): readonly string[] {
  if (provider.protocol === 'oidc') return [provider.issuer]
  return provider.entityId === undefined ? [] : [provider.entityId]
}

/** The users who are signed in and may use the role now. */
export async function usersOfRole(gateway: Gateway, role: string): Promise<readonly User[]> {
  const listed = await listLiveLogins(gateway.store)
  const users = new Map<string, User>()
  for (const { id } of listed) {
    const login = await readLogin(gateway.store, id)
    if (!login || !gateway.providers.has(login.signIn.identity.provider)) continue
    const { identity } = login.signIn
    const { provider, issuer, subject } = identity
    if (grantedByArn(gateway, identity, [role]).size > 0)
      users.set(JSON.stringify([provider, issuer, subject]), { provider, issuer, subject })
  }
  return [...users.values()]
}

/** What their AWS sessions carry; `isAssumed`: of the subject alone, as nothing else is known. */
export function mappingsOf(
  gateway: Gateway,
  { logins }: Pick<FoundUser, 'logins'>,
  provider: ProviderConfig,
  subject: string,
): { readonly mappings: readonly SessionMapping[]; readonly isAssumed: boolean } {
  if (logins.length > 0) return { mappings: logins.map(({ signIn }) => sessionFor(gateway, signIn)), isAssumed: false }
  if (provider.exchange.evidence === 'original') return { mappings: [], isAssumed: true }
  return { mappings: [sessionOf(gateway.settings, identityOf(provider, subject))], isAssumed: true }
}

function identityOf(provider: ProviderConfig, subject: string): Identity {
  const [issuer = ''] = issuersOf(provider)
  const { id, protocol } = provider
  return { provider: id, protocol, issuer, subject, attributes: new Map(), authenticatedAt: new Date(0) }
}

export interface FoundRoles {
  /** Account by account. */
  readonly roles: readonly RoleArn[]
  /** Roles that IAM lets nobody change. */
  readonly reserved: readonly RoleArn[]
  /** Which rules leave roles open that cannot be named here. */
  readonly open: string | undefined
}

/**
 * The roles on which this user may have sessions: those that they may use now or took, those that rules name for the
 * provider in every account, and, where no sign-in of the user is known, those of the catalogue that rules may grant.
 */
export function rolesOf(
  gateway: Gateway,
  { config, known }: { readonly config: Config; readonly known: Catalog | undefined },
  provider: ProviderConfig,
  { logins, exchanges }: Pick<FoundUser, 'logins' | 'exchanges'>,
): FoundRoles {
  const planned = { ...config, known }
  const wanted = { provider: provider.id, allAccounts: true } as const
  const granted = logins.flatMap(({ signIn }) => listRoles(gateway, signIn.identity).map(({ arn }) => arn))
  const taken = exchanges.map(({ role }) => role)
  const named = namedRoles(planned, provider)
  const isUnknown = logins.length === 0
  const possible =
    isUnknown && known ? [...known.roles.values()].filter((role) => mayGrant(planned, provider, role)) : []
  const arns = new Set([...granted, ...taken, ...[...named, ...possible].map(({ arn }) => arn)])
  const roles = sorted([...arns].flatMap((arn) => parseRoleArn(arn) ?? []))
  const open = openRolesHint(planned, provider, wanted) ?? byAttribute(planned, provider)
  return {
    roles: roles.filter(({ path }) => !path.startsWith(RESERVED_PATH)),
    reserved: roles.filter(({ path }) => path.startsWith(RESERVED_PATH)),
    open: isUnknown ? open : undefined,
  }
}

type Planned = Config & { readonly known: Catalog | undefined }

function namedRoles(planned: Planned, provider: ProviderConfig): readonly RoleArn[] {
  try {
    return rolesFor(planned, provider, { provider: provider.id, allAccounts: true })
  } catch (error) {
    if (error instanceof TrustPolicyError) return rolesNamedFor(provider, planned)
    throw error
  }
}

function mayGrant(planned: Planned, provider: ProviderConfig, role: RoleArn): boolean {
  return planned.access.some((rule) => reaches(rule, provider) && isMeant(rule, role, planned))
}

/** The identity provider's own Role attribute may name any role. */
function byAttribute(planned: Planned, provider: ProviderConfig): string | undefined {
  const any = parseRoleArn('arn:aws:iam::000000000000:role/Any')
  return any && canReach(provider, planned, any) ? `The Role attribute of ${provider.id} may name any role.` : undefined
}

function sorted(roles: readonly RoleArn[]): readonly RoleArn[] {
  return roles.toSorted((a, b) => a.account.localeCompare(b.account) || a.name.localeCompare(b.name))
}
