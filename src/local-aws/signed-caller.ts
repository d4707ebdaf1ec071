import { callerIdentity } from './cloud-trail/identity.ts'
import type { Session } from './sessions.ts'
import { type SignedService, verifyRequest } from './sigv4/verify.ts'
import type { User } from './state.ts'
import type { Call, Sts } from './sts/call.ts'

/** Whose signature the call carries, told to the trail. Throws AwsError where there is none that holds. */
export const signedCaller = ({ iam, sessions }: Sts, call: Call, service: SignedService): User | Session => {
  const { request, now, endpoint } = call
  const scope = { service, region: endpoint.signingRegion }
  const caller = verifyRequest(
    request,
    (id): User | Session | undefined => sessions.find(id) ?? iam.user(id),
    now,
    scope,
  )
  call.note({ userIdentity: callerIdentity(caller) })
  return caller
}
