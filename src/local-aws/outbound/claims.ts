/** What a token of GetWebIdentityToken says of its caller (aws-facts A.5). */
import { randomUUID } from 'node:crypto'
import type { JWTPayload } from 'jose'
import { ORGANIZATION, organizationOf, organizationPath } from '../account/organization.ts'
import { principalTags } from '../caller-context.ts'
import type { SignedCaller } from '../permissions.ts'
import { timestamp } from '../query/answer.ts'
import type { IamStore, Tags } from '../state.ts'

/** The claim that has everything but the standard claims. */
const NAMESPACE = 'https://sts.amazonaws.com/'

export interface AskedToken {
  readonly issuer: string
  readonly audiences: readonly string[]
  readonly tags: Tags
  readonly region: string
  readonly issuedAt: Date
  readonly expiration: Date
}

/** Claims without a value are left out. */
export function outboundClaims(iam: IamStore, caller: SignedCaller, asked: AskedToken): JWTPayload {
  const { issuer, audiences, issuedAt, expiration } = asked
  const [only, ...more] = audiences
  return {
    iss: issuer,
    sub: principalOf(caller),
    ...(only === undefined ? {} : { aud: more.length === 0 ? only : [...audiences] }),
    iat: Math.floor(issuedAt.getTime() / 1000),
    exp: Math.floor(expiration.getTime() / 1000),
    jti: randomUUID(),
    [NAMESPACE]: callerClaims(iam, caller, asked),
  }
}

/** Of a role session the role. */
function principalOf(caller: SignedCaller): string {
  return caller.kind === 'role-session' ? caller.roleArn : caller.arn
}

function callerClaims(iam: IamStore, caller: SignedCaller, { region, tags }: AskedToken) {
  const path = organizationPath(organizationOf(iam.accounts()), caller.account)
  const { sourceIdentity, provider } = caller.kind === 'role-session' ? caller : {}
  return {
    aws_account: caller.account,
    source_region: region,
    principal_id: principalOf(caller),
    ...(path === undefined ? {} : { org_id: ORGANIZATION, ou_path: [path] }),
    ...objectOf('principal_tags', principalTags(iam, caller)),
    ...(caller.temporary ? { original_session_exp: timestamp(caller.temporary.expiration) } : {}),
    ...(sourceIdentity === undefined ? {} : { source_identity: sourceIdentity }),
    ...(provider === undefined ? {} : { federated_provider: provider }),
    ...objectOf('request_tags', tags),
  }
}

function objectOf(name: string, tags: Tags): Readonly<Record<string, unknown>> {
  return tags.size === 0 ? {} : { [name]: Object.fromEntries(tags) }
}
