/** Which roles of which users change with a change: each is judged twice, with what AWS has registered staying as it is. */

import { grantedRoles } from '../../access/entitlement.ts'
import { reasonSentence } from '../../access/preflight/explanation.ts'
import type { Catalog } from '../../catalog/catalog.ts'
import type { Config, ProviderConfig } from '../../config/types.ts'
import type { RoleArn } from '../../core/arn.ts'
import type { OriginalEvidence } from '../../evidence/original-evidence.ts'
import type { Policy } from '../../iam/policy.ts'
import { judge } from '../explain/judgement.ts'
import { identityOf } from '../explain/sign-in-from-claims.ts'
import type { TrustPolicyOf } from '../trust-policy/known-policies.ts'
import type { Change } from './change-file.ts'
import { changedClaims } from './changed-claims.ts'
import { type Obstacle, obstacleOf } from './registrations.ts'
import { evidenceOf, type RehearsedUser } from './users.ts'

export type RoleState = 'allowed' | 'unknown' | 'denied' | 'not granted'

/** A role whose state for a user changes. */
export interface RehearsedRole {
  readonly who: string
  readonly provider: string
  readonly role: string
  readonly before: RoleState
  readonly after: RoleState
  /** The user loses it, or may lose it. */
  readonly breaks: boolean
  /** Why, after the change. */
  readonly reason: string
}

export interface Rehearsal {
  /** Of this format. */
  readonly version: 1
  readonly changes: readonly RehearsedRole[]
  readonly counts: { readonly users: number; readonly roles: number; readonly unchanged: number }
  /** What could not be rehearsed, as sentences. */
  readonly notes: readonly string[]
}

export interface Rehearsed {
  readonly before: Config
  readonly after: Config
  readonly change: Change
  readonly catalog: Catalog | undefined
  /** As AWS has them now. */
  readonly trustPolicyOf: TrustPolicyOf
  readonly now: Date
}

/** From best to worst. */
const order: readonly RoleState[] = ['allowed', 'unknown', 'denied', 'not granted']

/** Throws ExplainError for claims that a provider cannot have sent. */
export async function rehearse(
  rehearsed: Rehearsed,
  { users, notes }: { readonly users: readonly RehearsedUser[]; readonly notes: readonly string[] },
): Promise<Rehearsal> {
  const obstacles = await obstaclesOf(rehearsed)
  const rows = (await Promise.all(users.map((user) => rowsOf(rehearsed, user, obstacles)))).flat()
  const changes = rows.filter(({ before, after }) => before !== after)
  const unknown = rows.filter(({ before, after }) => before === 'unknown' && after === 'unknown').length
  return {
    version: 1,
    changes,
    counts: {
      users: users.length,
      roles: new Set(rows.map(({ role }) => role)).size,
      unchanged: rows.length - changes.length,
    },
    notes: [
      ...notes,
      ...(unknown === 0
        ? []
        : [
            `${unknown} roles of users stay unknown, because their trust policies are not known here or depend on more.`,
          ]),
    ],
  }
}

/** The same provider after the change: by its id, or if that changes, by its place. */
function providerAfter({ before, after }: Rehearsed, { id }: ProviderConfig): ProviderConfig | undefined {
  const same = after.providers.find((provider) => provider.id === id)
  if (same || before.providers.length !== after.providers.length) return same
  const renamed = after.providers[before.providers.findIndex((provider) => provider.id === id)]
  return renamed && before.providers.some((provider) => provider.id === renamed.id) ? undefined : renamed
}

type Obstacles = ReadonlyMap<string, Obstacle | undefined>

async function obstaclesOf(rehearsed: Rehearsed): Promise<Obstacles> {
  const { before, after, now } = rehearsed
  const found = await Promise.all(
    before.providers.map(async (provider): Promise<readonly [string, Obstacle | undefined]> => {
      const next = providerAfter(rehearsed, provider)
      return [
        provider.id,
        next && (await obstacleOf({ config: before, provider }, { config: after, provider: next }, now)),
      ]
    }),
  )
  return new Map(found)
}

async function rowsOf(
  rehearsed: Rehearsed,
  user: RehearsedUser,
  obstacles: Obstacles,
): Promise<readonly RehearsedRole[]> {
  const { before, after, change, catalog, trustPolicyOf } = rehearsed
  const provider = before.providers.find(({ id }) => id === user.provider)
  if (!provider) return []
  const next = providerAfter(rehearsed, provider)
  const now = { config: before, provider, original: await evidenceOf(user, provider, before) }
  const later = next && {
    config: after,
    provider: next,
    original: await evidenceOf(
      { ...user, claims: changedClaims(user.claims, provider.id, change.claims) },
      next,
      after,
    ),
  }
  const roles = new Map(
    [...rolesOf(now, catalog), ...(later ? rolesOf(later, catalog) : [])].map((role) => [role.arn, role]),
  )
  return [...roles.values()].map((role) => {
    const earlier = stateOf(rehearsed, now, role, trustPolicyOf(role), undefined)
    const policy = change.trustPolicies.get(role.arn) ?? trustPolicyOf(role)
    const changed = later
      ? stateOf(rehearsed, later, role, policy, obstacles.get(provider.id))
      : { state: 'not granted' as const, reason: `The provider ${provider.id} is gone.` }
    return {
      who: user.who,
      provider: provider.id,
      role: role.arn,
      before: earlier.state,
      after: changed.state,
      breaks: order.indexOf(changed.state) > order.indexOf(earlier.state),
      reason: changed.reason,
    }
  })
}

/** One sign-in under one configuration. */
interface SignIn {
  readonly config: Config
  readonly provider: ProviderConfig
  readonly original: OriginalEvidence
}

function rolesOf({ config, provider, original }: SignIn, catalog: Catalog | undefined): readonly RoleArn[] {
  const identity = identityOf(original, provider, config)
  return grantedRoles(provider, identity, config.access, catalog).map(({ role }) => role)
}

function stateOf(
  { catalog, now }: Rehearsed,
  { config, provider, original }: SignIn,
  role: RoleArn,
  trustPolicy: Policy | undefined,
  obstacle: Obstacle | undefined,
): { readonly state: RoleState; readonly reason: string } {
  const { granted, preflight } = judge(config, { provider, role, original, catalog, trustPolicy, now })
  if (!granted) return { state: 'not granted', reason: 'No rule under access grants the role.' }
  if (obstacle?.outcome === 'denied') return { state: 'denied', reason: obstacle.reason }
  if (preflight.outcome === 'allowed' && obstacle) return { state: 'unknown', reason: obstacle.reason }
  return { state: preflight.outcome, reason: reasonSentence(preflight) ?? '' }
}
