/** What the services besides STS and IAM share: who signed a call, for which region, and what the trail gets. */
import { randomUUID } from 'node:crypto'
import type { RecordedCall } from '../cloud-trail/event.ts'
import { createTrailRecorder } from '../cloud-trail/facts.ts'
import type { Trail } from '../cloud-trail/trail.ts'
import type { Log } from '../endpoint.ts'
import type { HttpRequest } from '../http.ts'
import type { SignedCaller } from '../permissions.ts'
import type { Parameters } from '../query/parameters.ts'
import { endpointOf } from '../regions.ts'
import { signedCaller } from '../signed-caller.ts'
import { signedScope } from '../sigv4/authorization.ts'
import type { SignedService } from '../sigv4/verify.ts'
import type { Call, Sts } from '../sts/call.ts'
import type { ServiceError } from './service-error.ts'

/** What every service is given. */
export interface ServiceHost {
  readonly aws: Sts
  readonly trail: Trail
  readonly log: Log
}

export interface StartedCall {
  readonly call: Call
  /** Ends the call in the trail; `error`: how. */
  record(service: RecordedCall['service'], eventName: string, error: ServiceError | undefined): void
}

const ANY_REGION = 'us-east-1'

/** The region is that of the signature: on loopback the host does not show one. */
export function startCall(
  { trail }: ServiceHost,
  request: HttpRequest,
  now: Date,
  parameters: Parameters,
): StartedCall {
  const gathered = createTrailRecorder()
  const call: Call = {
    parameters,
    request,
    requestId: randomUUID(),
    endpoint: endpointOf(request.headers.host),
    region: signedScope(request)?.region ?? ANY_REGION,
    now,
    note: gathered.note,
  }
  return {
    call,
    record: (service, eventName, error) => trail.record({ call, service, eventName, facts: gathered.facts, error }),
  }
}

/** The signer. Throws AwsError without a valid signature for that service. */
export function callerOf({ aws }: ServiceHost, call: Call, service: SignedService): SignedCaller {
  return signedCaller(aws, call, service)
}
