import { outboundToken } from '../../../aws/facts/limits.ts'
import { requestTagContext } from '../../../iam/condition-keys/condition-keys.ts'
import { list, single } from '../../../iam/condition-keys/context.ts'
import { element } from '../../../xml/write.ts'
import { requirePermission } from '../../authorize.ts'
import { AwsError, texts, validationError } from '../../aws-errors.ts'
import { type CloudTrailFacts, trailInstant } from '../../cloud-trail/facts.ts'
import { outboundClaims } from '../../outbound/claims.ts'
import { type OutboundAlgorithm, outboundAlgorithms } from '../../outbound/issuers.ts'
import type { SignedCaller } from '../../permissions.ts'
import { timestamp } from '../../query/answer.ts'
import { listOf, type Parameters } from '../../query/parameters.ts'
import { checkShapes, required } from '../../query/shapes.ts'
import { requireActiveRegion, requireRegional } from '../../regions.ts'
import { signedCaller } from '../../signed-caller.ts'
import type { Tags } from '../../state.ts'
import type { Action, Call, Sts } from '../call.ts'
import { passedTags } from '../chain.ts'
import { inputs } from '../inputs.ts'

interface Asked {
  readonly audiences: readonly string[]
  readonly algorithm: OutboundAlgorithm
  readonly seconds: number
  readonly tags: Tags
}

/** A signed JWT about the caller, for services outside AWS: STS itself accepts none of these tokens (A.5). */
export const getWebIdentityToken: Action = async (sts, call) => {
  const { parameters, now } = call
  requireRegional(call.endpoint)
  const caller = signedCaller(sts, call, 'sts')
  checkShapes(inputs.GetWebIdentityToken, parameters)
  const asked = askedOf(parameters)
  call.note(askedFor(asked))
  const { account } = caller
  requireActiveRegion(call.region, account, sts.iam.stsRegions(account))
  requireToken(sts, call, caller, asked)
  if (!sts.iam.settings.of(account).outboundFederation)
    throw new AwsError('OutboundWebIdentityFederationDisabledException', texts.outboundDisabled)
  const expiration = expirationOf(caller, asked.seconds, now)
  const { audiences, tags, algorithm } = asked
  const issuer = sts.outbound.urlOf(account)
  const claims = outboundClaims(sts.iam, caller, {
    issuer,
    audiences,
    tags,
    region: call.region,
    issuedAt: now,
    expiration,
  })
  if (Buffer.byteLength(JSON.stringify(claims)) > outboundToken.payload)
    throw new AwsError('JWTPayloadSizeExceededException', texts.outboundTooLarge)
  const token = await sts.outbound.sign(account, algorithm, claims)
  return {
    members: [element('WebIdentityToken', {}, token), element('Expiration', {}, timestamp(expiration))],
    summary: `${caller.arn} for ${audiences.join(', ')}`,
    responseElements: { expiration: trailInstant(expiration) },
  }
}

function askedOf(parameters: Parameters): Asked {
  const wanted = required(parameters, 'SigningAlgorithm')
  const algorithm = outboundAlgorithms.find((one) => one === wanted)
  if (algorithm === undefined) throw validationError(texts.signingAlgorithm)
  return {
    algorithm,
    audiences: listOf(parameters, 'Audience'),
    seconds: Number(parameters.get('DurationSeconds') ?? outboundToken.duration.default),
    tags: passedTags(parameters).tags,
  }
}

function askedFor({ audiences, algorithm, seconds, tags }: Asked): CloudTrailFacts {
  return {
    requestParameters: {
      audience: audiences,
      signingAlgorithm: algorithm,
      durationSeconds: seconds,
      tags: tags.size === 0 ? undefined : [...tags].map(([key, value]) => ({ key, value })),
    },
  }
}

/** Throws AccessDenied. Tags need a permission of their own, which is evaluated with the same keys. */
function requireToken(
  sts: Sts,
  call: Call,
  caller: SignedCaller,
  { audiences, algorithm, seconds, tags }: Asked,
): void {
  const keys = [
    list('sts:IdentityTokenAudience', audiences, 'Audience'),
    single('sts:SigningAlgorithm', algorithm, 'SigningAlgorithm'),
    single('sts:DurationSeconds', String(seconds), 'DurationSeconds'),
    ...requestTagContext(tags),
  ]
  const resource = `arn:${caller.partition}:sts::${caller.account}:self`
  requirePermission(sts, call, caller, { action: 'sts:GetWebIdentityToken', resource, keys })
  if (tags.size > 0) requirePermission(sts, call, caller, { action: 'sts:TagGetWebIdentityToken', resource, keys })
}

/** Whole seconds. A token must not outlive the session that asks for it. */
function expirationOf({ temporary }: SignedCaller, seconds: number, now: Date): Date {
  const expiration = new Date((Math.floor(now.getTime() / 1000) + seconds) * 1000)
  if (temporary && expiration > temporary.expiration)
    throw new AwsError('SessionDurationEscalationException', texts.outboundOutlivesSession)
  return expiration
}
