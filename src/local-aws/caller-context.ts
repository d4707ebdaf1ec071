/** The condition keys of a signed call: who signed it, with what credentials, and the call itself (aws-sts-semantics D.5). */
import { unsignedCallContext } from '../iam/condition-keys.ts'
import { type ContextValue, single } from '../iam/context.ts'
import type { SignedCaller } from './permissions.ts'
import type { WebRequest } from './reply.ts'
import type { Iam, Tags } from './state.ts'

const principalTypes = {
  root: 'Account',
  user: 'User',
  'role-session': 'AssumedRole',
  'federated-user': 'FederatedUser',
} as const satisfies Record<SignedCaller['kind'], string>

interface SignedCall {
  readonly request: WebRequest
  readonly region: string
  readonly now: Date
}

/** Of two values for one key the first counts: the caller's go before those of a call that nobody signed. */
export const callerContext = (iam: Iam, caller: SignedCaller, { request, region, now }: SignedCall): ContextValue[] => [
  single('aws:PrincipalArn', caller.kind === 'role-session' ? caller.roleArn : caller.arn),
  single('aws:PrincipalAccount', caller.account),
  single('aws:PrincipalType', principalTypes[caller.kind]),
  single('aws:userid', caller.userId),
  single('aws:username', caller.kind === 'user' ? caller.arn.slice(caller.arn.lastIndexOf('/') + 1) : undefined),
  ...[...principalTags(iam, caller)].map(([key, value]) => single(`aws:PrincipalTag/${key}`, value)),
  ...sessionContext(caller, now),
  ...unsignedCallContext({
    now,
    region,
    sourceIp: request.remoteAddress,
    secureTransport: false,
    userAgent: request.headers['user-agent'],
  }),
]

/** What only temporary credentials bring along; whether MFA was there, AWS does not say of long-term keys. */
const sessionContext = (caller: SignedCaller, now: Date): ContextValue[] => {
  if (caller.temporary === undefined) return []
  const { issuedAt, mfaAt } = caller
  const mfaAge = mfaAt && Math.floor((now.getTime() - mfaAt.getTime()) / 1000)
  return [
    single('aws:TokenIssueTime', issuedAt.toISOString()),
    single('aws:MultiFactorAuthPresent', String(mfaAt !== undefined)),
    single('aws:MultiFactorAuthAge', mfaAge === undefined ? undefined : String(mfaAge)),
    ...(caller.kind === 'role-session'
      ? [
          single('aws:SourceIdentity', caller.sourceIdentity),
          single('aws:FederatedProvider', caller.provider),
          ...caller.identity,
        ]
      : []),
  ]
}

/** A session's own tags go before those of its role or user, whichever way the key is written. */
const principalTags = (iam: Iam, caller: SignedCaller): Tags => {
  if (caller.temporary === undefined) return caller.tags
  const { principalArn } = caller
  const holder = caller.kind === 'role-session' ? iam.role(principalArn) : iam.userByArn(principalArn)
  return overridden(holder?.tags ?? new Map(), caller.tags)
}

/** Keys of tags are case-insensitive. */
export const overridden = (tags: Tags, by: Tags): Tags => {
  const keys = new Set([...by.keys()].map((key) => key.toLowerCase()))
  return new Map([...[...tags].filter(([key]) => !keys.has(key.toLowerCase())), ...by])
}
