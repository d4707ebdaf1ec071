import type { Condition } from '../conditions.ts'
import { isOn } from './statement-queries.ts'

interface SharedIssuer {
  /** The condition key that identifies the owner of a token: a trust policy must have a condition on it. */
  readonly key: string
  /** Whether IAM refuses a new policy without it. */
  readonly isRequired: boolean
}

/** Issuers whose tokens anyone can get, as AWS lists them ("identity provider controls", aws-facts C.3). */
export const sharedIssuers: ReadonlyMap<string, SharedIssuer> = new Map([
  ...asking(
    'sub',
    true,
    'token.actions.githubusercontent.com',
    'vstoken.actions.githubusercontent.com',
    'oidc-configuration.audit-log.githubusercontent.com',
    'gitlab.com',
    'agent.buildkite.com',
    'app.terraform.io',
    'oidc.codefresh.io',
    'scalr.io',
    'studio.datachain.ai/api',
    'tokens.cloud.shisho.dev',
    'proidc.upbound.io',
  ),
  ...asking('aud', true, 'cognito-identity.amazonaws.com', 'api.pulumi.com/oidc', 'sandboxes.cloud', 'oidc.vercel.com'),
  // Microsoft's own tenant, the same for every customer of Sentinel: the session name identifies the customer.
  ['sts.windows.net/33e01921-4d64-4f8c-a055-5bdaffd5e33d', { key: 'sts:RoleSessionName', isRequired: true }],
  // Anyone with an account there can get a token for a public application.
  ...asking('sub', false, 'accounts.google.com'),
  ...asking('user_id', false, 'www.amazon.com'),
  ...asking('id', false, 'graph.facebook.com'),
])

export function sharedIssuerOf(issuer: string | undefined): SharedIssuer | undefined {
  return sharedIssuers.get(issuer ?? '')
}

export function isAudience({ key }: SharedIssuer): boolean {
  return key.endsWith(':aud')
}

/** Whether the condition is on a shared issuer's key that identifies the owner of a token, other than its audience. */
export function isSubjectOfShared(condition: Condition): boolean {
  return [...sharedIssuers].some(
    ([issuer, shared]) => shared.key.startsWith(`${issuer}:`) && isOn(condition, shared.key) && !isAudience(shared),
  )
}

function asking(claim: string, isRequired: boolean, ...issuers: readonly string[]): readonly [string, SharedIssuer][] {
  return issuers.map((issuer) => [issuer, { key: `${issuer}:${claim}`, isRequired }])
}
