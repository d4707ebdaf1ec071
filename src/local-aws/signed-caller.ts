import { callerIdentity } from './cloud-trail/identity.ts'
import { type Endpoint, isOptIn } from './regions.ts'
import type { Session } from './sessions.ts'
import { type SignedService, verifyRequest } from './sigv4/verify.ts'
import type { User } from './state.ts'
import type { Call, Sts } from './sts/call.ts'

/** The signer of the call, noted in the trail. Throws AwsError without a valid signature. */
export function signedCaller({ iam, sessions }: Sts, call: Call, service: SignedService): User | Session {
  const { request, now, endpoint } = call
  const scope = { service, region: endpoint.signingRegion }
  const findKey = (id: string): User | Session | undefined => {
    const holder = sessions.find(id) ?? iam.user(id)
    return holder && isKnownAt(endpoint, holder) ? holder : undefined
  }
  const caller = verifyRequest(request, findKey, now, scope)
  call.note({ userIdentity: callerIdentity(caller) })
  return caller
}

/**
 * Partitions share nothing, including keys; and regions that must be enabled do not accept credentials of the global
 * endpoint (F.2). The state does not contain the partition of a root user.
 */
function isKnownAt({ partition, region }: Endpoint, holder: User | Session): boolean {
  if (partition === undefined) return true
  if ('tokensFor' in holder && holder.tokensFor === 'default-regions' && isOptIn(region)) return false
  return holder.partition === partition || holder.kind === 'root'
}
