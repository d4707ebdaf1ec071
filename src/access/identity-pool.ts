/** A Cognito identity pool between the provider and AWS: then the pool vouches, and AWS sees its claims only. */
import type { ProviderConfig } from '../config/types.ts'

/** The `iss` of every identity pool, which IAM knows by name. */
export const COGNITO_ISSUER = 'https://cognito-identity.amazonaws.com'

/** undefined: the provider's own token, or evidence of the gateway, is sent to AWS. */
export function identityPoolOf({ exchange }: Pick<ProviderConfig, 'exchange'>): string | undefined {
  return exchange.via === 'web-identity' ? exchange.identityPoolId : undefined
}
