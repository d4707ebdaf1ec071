interface SharedIssuer {
  /** The claim of which a trust policy must ask. */
  readonly claim: string
  /** Whether IAM refuses a new policy that does not. */
  readonly isRequired: boolean
}

const asking = (claim: string, isRequired: boolean, ...issuers: readonly string[]): readonly [string, SharedIssuer][] =>
  issuers.map((issuer) => [issuer, { claim, isRequired }])

/**
 * Issuers whose tokens anybody can have (aws-sts-semantics C.3). The list is from memory, as AWS's own could not be
 * read: a rule that warns too often is the better mistake.
 */
export const sharedIssuers: ReadonlyMap<string, SharedIssuer> = new Map([
  ...asking(
    'sub',
    true,
    'token.actions.githubusercontent.com',
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
  // Whoever has an account there can get a token for an application that is open to the public.
  ...asking('sub', false, 'accounts.google.com'),
  ...asking('user_id', false, 'www.amazon.com'),
  ...asking('id', false, 'graph.facebook.com'),
])
