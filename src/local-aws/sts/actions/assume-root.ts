import { rootDuration } from '../../../aws/facts/limits.ts'
import { parseArn } from '../../../core/arn.ts'
import { single } from '../../../iam/condition-keys/context.ts'
import type { Policy } from '../../../iam/policy.ts'
import { element } from '../../../xml/write.ts'
import { isMember, managesRootAccess, organizationOf } from '../../account/organization.ts'
import { requirePermission } from '../../authorize.ts'
import { AwsError, texts, validationError } from '../../aws-errors.ts'
import { type CloudTrailFacts, trailInstant } from '../../cloud-trail/facts.ts'
import type { SignedCaller } from '../../permissions.ts'
import type { Parameters } from '../../query/parameters.ts'
import { checkArn, checkShapes, required } from '../../query/shapes.ts'
import { requireActiveRegion, requireRegional } from '../../regions.ts'
import type { UserSession } from '../../sessions.ts'
import { signedCaller } from '../../signed-caller.ts'
import type { Action, Call, Sts } from '../call.ts'
import { inheritedSourceIdentity } from '../chain.ts'
import { inputs } from '../inputs.ts'
import { credentialsMarkup, newCredentials, tokenSizeMarkup } from '../session.ts'
import { taskPolicy } from '../task-policies.ts'

/** A session of the root user of a member account, limited to one task, for the account that manages root access. */
export const assumeRoot: Action = (sts, call) => {
  const { parameters, now } = call
  requireRegional(call.endpoint)
  const caller = signedCaller(sts, call, 'sts')
  checkShapes(inputs.AssumeRoot, parameters)
  const taskPolicyArn = required(parameters, 'TaskPolicyArn.arn')
  checkArn(taskPolicyArn)
  call.note(askedFor(parameters, taskPolicyArn))
  if (caller.kind === 'root') throw new AwsError('AccessDenied', texts.rootMayNotAssumeRoot, caller.arn)
  const account = targetOf(required(parameters, 'TargetPrincipal'))
  const arn = `arn:${caller.partition}:iam::${account}:root`
  const keys = [single('sts:TaskPolicyArn', taskPolicyArn, 'TaskPolicyArn')]
  requirePermission(sts, call, caller, { action: 'sts:AssumeRoot', resource: arn, keys })
  const policy = taskPolicy(taskPolicyArn)
  if (!policy) throw validationError(texts.taskPolicyUnknown)
  requireRootAccess(sts, caller, account)
  requireActiveRegion(call.region, account, sts.iam.stsRegions(account))
  const session = rootSession(sts, call, { caller, account, arn, policy })
  sts.sessions.add(session, now)
  const { accessKeyId, temporary, sourceIdentity } = session
  return {
    members: [
      credentialsMarkup(session),
      sourceIdentity === undefined ? undefined : element('SourceIdentity', {}, sourceIdentity),
      ...tokenSizeMarkup(session),
    ],
    summary: `${arn} with ${taskPolicyArn}`,
    responseElements: { credentials: { accessKeyId, expiration: trailInstant(temporary.expiration) }, sourceIdentity },
  }
}

function askedFor(parameters: Parameters, arn: string): CloudTrailFacts {
  const seconds = parameters.get('DurationSeconds')
  return {
    requestParameters: {
      targetPrincipal: parameters.get('TargetPrincipal'),
      taskPolicyArn: { arn },
      durationSeconds: seconds === undefined ? undefined : Number(seconds),
    },
  }
}

/** The account that is meant by its number or by the ARN of its root user. */
function targetOf(principal: string): string {
  if (/^\d{12}$/.test(principal)) return principal
  const arn = parseArn(principal)
  if (arn?.service === 'iam' && arn.resource === 'root' && /^\d{12}$/.test(arn.account)) return arn.account
  throw validationError(texts.targetPrincipalInvalid)
}

/** Throws AccessDenied: callers do not learn which of these is missing. */
function requireRootAccess({ iam }: Sts, { account, arn }: SignedCaller, target: string): void {
  const organization = organizationOf(iam.accounts())
  const { management } = organization
  const denied = (reason: string): AwsError => new AwsError('AccessDenied', texts.rootAccessDenied(arn, target), reason)
  if (!managesRootAccess(organization, account))
    throw denied(`${account} is neither the management account nor a delegated administrator`)
  if (!isMember(organization, target)) throw denied(`${target} is no member account of the organization`)
  if (management === undefined || !iam.settings.of(management).rootFeatures.includes('RootSessions'))
    throw denied('root sessions are not enabled in the organization: iam:EnableOrganizationsRootSessions')
}

interface RootSession {
  readonly caller: SignedCaller
  readonly account: string
  readonly arn: string
  readonly policy: Policy
}

function rootSession(sts: Sts, call: Call, { caller, account, arn, policy }: RootSession): UserSession {
  const seconds = Number(call.parameters.get('DurationSeconds') ?? rootDuration.default)
  return {
    kind: 'root',
    ...newCredentials(sts.iam, account, seconds, call),
    partition: caller.partition,
    account,
    arn,
    userId: account,
    principalArn: arn,
    mfaAt: undefined,
    tags: new Map(),
    taskPolicy: policy,
    sourceIdentity: inheritedSourceIdentity(caller),
  }
}
