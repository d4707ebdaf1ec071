import type { RequestContext } from './condition-keys/context.ts'
import type { Principal } from './principals.ts'

/** What a policy is asked: may this caller do that, under these circumstances? */
export interface PolicyRequest {
  readonly principal: Principal
  /** Such as `sts:AssumeRoleWithSAML`. */
  readonly action: string
  /** What the call is about, as an ARN. A trust policy needs none: it is the role's. */
  readonly resource?: string
  readonly context: RequestContext
}
