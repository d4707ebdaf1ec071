/**
 * Login with Amazon: an access token, which AWS verifies at Amazon itself.
 * https://developer.amazon.com/docs/login-with-amazon/authorization-code-grant.html
 */
import { accessTokenPreset } from './access-token-preset.ts'

export const amazon = accessTokenPreset({
  name: 'Login with Amazon',
  guide: 'amazon.md',
  conditionKeys: ['www.amazon.com:app_id', 'www.amazon.com:user_id'],
  company: 'Amazon',
  scopes: ['profile'],
  service: {
    providerId: 'www.amazon.com',
    authorization: 'https://www.amazon.com',
    api: 'https://api.amazon.com',
  },
})
