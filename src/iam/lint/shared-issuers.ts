import type { Condition } from '../conditions.ts'
import { isOn } from './reading.ts'

interface SharedIssuer {
  /** The condition key that tells whose the token is: a trust policy must ask for it. */
  readonly key: string
  /** Whether IAM refuses a new policy that does not. */
  readonly isRequired: boolean
}

/** Issuers whose tokens anybody can have, as AWS lists them ("identity provider controls", aws-facts C.3). */
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
  // Microsoft's own tenant, the same for every customer of Sentinel: who is meant stands in the name of the session.
  ['sts.windows.net/33e01921-4d64-4f8c-a055-5bdaffd5e33d', { key: 'sts:RoleSessionName', isRequired: true }],
  // Anyone who has an account there can get a token for an application that is open to the public.
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

/**
 * Whether the condition is on a key of a shared issuer's own that tells whose the token is, and not on its audience.
 */
export function isSubjectOfShared(condition: Condition): boolean {
  return [...sharedIssuers].some(
    ([issuer, shared]) => shared.key.startsWith(`${issuer}:`) && isOn(condition, shared.key) && !isAudience(shared),
  )
}

function asking(claim: string, isRequired: boolean, ...issuers: readonly string[]): readonly [string, SharedIssuer][] {
  return issuers.map((issuer) => [issuer, { key: `${issuer}:${claim}`, isRequired }])
}
