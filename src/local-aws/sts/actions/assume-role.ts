import { roleDuration } from '../../../aws/facts/limits.ts'
import { type ContextValue, list, single } from '../../../iam/condition-keys/context.ts'
import { AwsError, texts, validationError } from '../../aws-errors.ts'
import { aboutRole, askedForRole, assumedRoleElements } from '../../cloud-trail/assumed-role.ts'
import type { CloudTrailFacts } from '../../cloud-trail/facts.ts'
import type { SignedCaller } from '../../permissions.ts'
import { listOf, type Parameters } from '../../query/parameters.ts'
import { checkArn, checkShapes, required } from '../../query/shapes.ts'
import { requireActiveRegion } from '../../regions.ts'
import { carriedBy } from '../../sessions.ts'
import { signedCaller } from '../../signed-caller.ts'
import type { Role } from '../../state.ts'
import { refuseAssumeRole, requireAssumeRole } from '../assume-role-trust.ts'
import type { Action, Call, Sts } from '../call.ts'
import { inheritedSourceIdentity, inheritedTags, joinTags, passedTags } from '../chain.ts'
import { IDENTITY_CENTER, type UserContext } from '../identity-contexts.ts'
import { inputs } from '../inputs.ts'
import { mfaShown } from '../mfa-check.ts'
import { openSession, requestedDuration } from '../session.ts'
import { sessionPoliciesOf } from '../session-policies.ts'
import type { SessionTags } from '../session-tags.ts'

/** In the order of aws-facts A.1. */
export const assumeRole: Action = (sts, call) => {
  const { parameters, now } = call
  const caller = signedCaller(sts, call, 'sts')
  checkShapes(inputs.AssumeRole, parameters)
  call.note(askedForRole(parameters))
  checkArn(required(parameters, 'RoleArn'))
  const contexts = listOf(parameters, 'ProvidedContexts', '.ProviderArn')
  for (const arn of contexts) checkArn(arn)
  const passed = passedTags(parameters, listOf(parameters, 'TransitiveTagKeys'))
  const inherited = inheritedTags(caller)
  const tags = joinTags(inherited, passed)
  call.note(askedForMore(parameters, passed, inherited))
  const role = findRole(sts, call, caller)
  call.note(aboutRole(role))
  requireActiveRegion(call.region, role.account, sts.iam.stsRegions(role.account))
  const seconds = durationOf(parameters, caller, role)
  const sessionName = required(parameters, 'RoleSessionName')
  const sourceIdentity = sourceIdentityOf(sts, call, caller, role)
  const mfaAt = mfaShown(sts.iam, caller, parameters, now)
  const provided = contextsIn(sts, call)
  requireAssumeRole(sts, call, role, {
    caller,
    sessionName,
    externalId: parameters.get('ExternalId'),
    sourceIdentity,
    passed,
    inherited,
    mfaAt,
    hasContexts: contexts.length > 0,
    contextKeys: contextKeysOf(provided, contexts),
  })
  if (provided.length < contexts.length) throw validationError(texts.contextInvalid)
  const policies = sessionPoliciesOf(parameters, sts.iam)
  const { session, members } = openSession(
    sts,
    {
      role,
      sessionName,
      seconds,
      sourceIdentity,
      tags,
      policies,
      contexts: sessionKeysOf(provided),
      ...handedDown(caller),
    },
    call,
  )
  return { members, summary: session.arn, responseElements: assumedRoleElements(session) }
}

/** The users of the provided contexts whose assertions are valid. */
function contextsIn({ contexts }: Sts, { parameters, now }: Call): readonly UserContext[] {
  const providers = listOf(parameters, 'ProvidedContexts', '.ProviderArn')
  const assertions = providers.map((_, n) => parameters.get(`ProvidedContexts.member.${n + 1}.ContextAssertion`))
  return providers.flatMap((provider, n) =>
    provider === IDENTITY_CENTER ? (contexts.open(assertions[n] ?? '', now) ?? []) : [],
  )
}

/** The keys while the role is being assumed. */
function contextKeysOf(provided: readonly UserContext[], providers: readonly string[]): readonly ContextValue[] {
  const [user] = provided
  return [
    list('sts:RequestContextProviders', providers, 'ProvidedContexts'),
    single('sts:RequestContext/identitystore:UserId', user?.userId, 'ContextAssertion'),
    single('sts:RequestContext/identitycenter:ApplicationArn', user?.application, 'ContextAssertion'),
  ]
}

/** The keys of the session, in its later calls. */
function sessionKeysOf(provided: readonly UserContext[]): readonly ContextValue[] {
  return provided.flatMap(({ userId, application }) => [
    single('identitystore:UserId', userId, 'ContextAssertion'),
    single('identitycenter:ApplicationArn', application, 'ContextAssertion'),
  ])
}

const CHAINED_SECONDS = roleDuration.default

/** The parameters that only AssumeRole has, as in the trail; never the MFA code. */
function askedForMore(parameters: Parameters, passed: SessionTags, inherited: SessionTags): CloudTrailFacts {
  return {
    requestParameters: {
      policy: parameters.get('Policy'),
      externalId: parameters.get('ExternalId'),
      serialNumber: parameters.get('SerialNumber'),
      sourceIdentity: parameters.get('SourceIdentity'),
      tags: passed.tags.size === 0 ? undefined : [...passed.tags].map(([key, value]) => ({ key, value })),
      transitiveTagKeys: passed.transitiveKeys.length === 0 ? undefined : passed.transitiveKeys,
      incomingTransitiveTags: inherited.tags.size === 0 ? undefined : Object.fromEntries(inherited.tags),
    },
  }
}

/** A missing role is AccessDenied, so callers cannot learn which roles exist. A root user can assume none. */
function findRole(sts: Sts, call: Call, caller: SignedCaller): Role {
  if (caller.kind === 'root') throw new AwsError('AccessDenied', texts.rootMayNotAssume, caller.arn)
  const arn = required(call.parameters, 'RoleArn')
  const role = sts.iam.role(arn)
  // Partitions share nothing: for a caller of another one the role does not exist.
  if (!role || role.partition !== caller.partition) throw refuseAssumeRole(sts, call, caller, 'sts:AssumeRole', arn)
  return role
}

/** Seconds. With temporary credentials an hour at most: a longer duration is an error and not clamped. */
function durationOf(parameters: Parameters, caller: SignedCaller, role: Role): number {
  const asked = Number(parameters.get('DurationSeconds') ?? 0)
  if (caller.temporary !== undefined && asked > CHAINED_SECONDS) throw validationError(texts.durationAboveChaining)
  return requestedDuration(parameters, role)
}

/** The source identity of the chain stays: another one is refused, the same one may be passed again. */
function sourceIdentityOf(sts: Sts, call: Call, caller: SignedCaller, role: Role): string | undefined {
  const passed = call.parameters.get('SourceIdentity')
  const inherited = inheritedSourceIdentity(caller)
  if (passed !== undefined && inherited !== undefined && passed !== inherited)
    throw refuseAssumeRole(sts, call, caller, 'sts:SetSourceIdentity', role.arn)
  return passed ?? inherited
}

/** What a session that assumes a role passes to the next: the provider at the beginning of the chain, and its keys. */
function handedDown(caller: SignedCaller) {
  return caller.temporary !== undefined && caller.kind === 'role-session'
    ? { chained: true, provider: caller.provider, identity: carriedBy(caller) }
    : { chained: caller.temporary !== undefined, provider: undefined, identity: [] }
}
