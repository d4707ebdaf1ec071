/** The condition keys of a signed call: the signer, the credentials, and the call itself (aws-facts D.5). */
import { signedCallContext, type TemporaryFacts } from '../iam/condition-keys/condition-keys.ts'
import type { ContextValue } from '../iam/condition-keys/context.ts'
import type { HttpRequest } from './http.ts'
import { roleOf, type SignedCaller } from './permissions.ts'
import { carriedBy } from './sessions.ts'
import type { IamStore, Tags } from './state.ts'

const principalTypes = {
  root: 'Account',
  user: 'User',
  'role-session': 'AssumedRole',
  'federated-user': 'FederatedUser',
} as const satisfies Record<SignedCaller['kind'], string>

interface SignedCall {
  readonly request: HttpRequest
  readonly region: string
  readonly now: Date
}

/** The keys of an unsigned call are not included. */
export function callerContext(
  iam: IamStore,
  caller: SignedCaller,
  { request, region, now }: SignedCall,
): ContextValue[] {
  return signedCallContext(
    {
      now,
      region,
      sourceIp: request.remoteAddress,
      secureTransport: false,
      userAgent: request.headers['user-agent'],
    },
    {
      type: principalTypes[caller.kind],
      arn: caller.kind === 'role-session' ? caller.roleArn : caller.arn,
      account: caller.account,
      userId: caller.userId,
      tags: principalTags(iam, caller),
      ...(caller.temporary === undefined ? {} : { temporary: temporaryFacts(caller) }),
    },
  )
}

/** A session's own tags take precedence over those of its role or user, whatever the case of the key. */
export function principalTags(iam: IamStore, caller: SignedCaller): Tags {
  if (caller.temporary === undefined) return caller.tags
  const { principalArn } = caller
  const holder = caller.kind === 'role-session' ? roleOf(iam, caller) : iam.userByArn(principalArn)
  return overridden(holder?.tags ?? new Map(), caller.tags)
}

function temporaryFacts(caller: Extract<SignedCaller, { temporary: object }>): TemporaryFacts {
  return {
    issuedAt: caller.issuedAt,
    mfaAt: caller.mfaAt,
    sourceIdentity: caller.kind === 'federated-user' ? undefined : caller.sourceIdentity,
    federatedProvider: caller.kind === 'role-session' ? caller.provider : undefined,
    carried: caller.kind === 'role-session' ? carriedBy(caller) : [],
  }
}

/** Keys of tags are case-insensitive. */
export function overridden(tags: Tags, by: Tags): Tags {
  const keys = new Set([...by.keys()].map((key) => key.toLowerCase()))
  return new Map([...[...tags].filter(([key]) => !keys.has(key.toLowerCase())), ...by])
}
