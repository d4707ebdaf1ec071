import type { RequestContext } from './condition-keys/context.ts'
import type { Principal } from './principals.ts'

/** What a policy is evaluated for: may this caller do that, with these condition keys? */
export interface PolicyRequest {
  readonly principal: Principal
  /** Such as `sts:AssumeRoleWithSAML`. */
  readonly action: string
  /** The ARN of the resource. A trust policy needs none: the role is the resource. */
  readonly resource?: string
  readonly context: RequestContext
}
