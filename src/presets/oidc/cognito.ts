/**
 * Amazon Cognito user pools: an issuer for each pool, with its sign-in pages on a domain of the pool.
 * https://docs.aws.amazon.com/cognito/latest/developerguide/amazon-cognito-user-pools-using-the-id-token.html
 */
import { issuerHasShape, noAcrValues, type OidcPreset, parameterHasForm } from '../oidc-preset.ts'

const POOL = /^([a-z]{2}(?:-[a-z]+)+-\d{1,2})_[0-9a-zA-Z]{1,55}$/

export const cognito: OidcPreset = {
  name: 'Amazon Cognito user pool',
  guide: 'cognito.md',
  parameters: ['userPoolId'],
  issuerShape: 'https://cognito-idp.REGION.amazonaws.com/USER-POOL-ID',
  issuerOf: ({ userPoolId }) => {
    const region = POOL.exec(userPoolId ?? '')?.[1]
    if (region === undefined) return undefined
    const suffix = region.startsWith('cn-') ? 'amazonaws.com.cn' : 'amazonaws.com'
    return `https://cognito-idp.${region}.${suffix}/${userPoolId}`
  },
  // Its logout page knows client_id and no ID token.
  fills: () => ({ scopes: ['openid', 'email', 'profile'], endSessionMethod: 'get' }),
  rules: [
    parameterHasForm(
      'userPoolId',
      'a user pool ID without its region, or the ID of an identity pool',
      POOL,
      'a user pool ID such as eu-west-1_AbCdEfGhI (an identity pool goes into exchange.identityPoolId)',
    ),
    issuerHasShape(
      "the pool's sign-in domain as issuer",
      /^https:\/\/cognito-idp\.[a-z0-9-]+\.amazonaws\.com(\.cn)?\/[a-z0-9-]+_[0-9a-zA-Z]+$/,
      'https://cognito-idp.REGION.amazonaws.com/USER-POOL-ID: the domain of the sign-in pages is not the issuer',
    ),
    noAcrValues('nothing, as the ID tokens of Cognito have no acr: require MFA in the user pool'),
  ],
  conditionKeys: [
    'cognito-idp.REGION.amazonaws.com/USER-POOL-ID:aud',
    'cognito-idp.REGION.amazonaws.com/USER-POOL-ID:sub',
  ],
  groups: 'cognito:groups',
  secondFactor: 'no claim: set MFA enforcement of the user pool to "Require MFA"',
  publishes: [
    { member: 'response_types_supported', value: 'code' },
    { member: 'subject_types_supported', value: 'public' },
    { member: 'id_token_signing_alg_values_supported', value: 'RS256' },
  ],
}
