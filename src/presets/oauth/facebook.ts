/**
 * Facebook Login: an access token, which AWS verifies at the Graph API.
 * https://developers.facebook.com/docs/facebook-login/guides/advanced/manual-flow
 */
import { accessTokenPreset } from './access-token-preset.ts'

export const facebook = accessTokenPreset({
  name: 'Facebook Login',
  guide: 'facebook.md',
  conditionKeys: ['graph.facebook.com:app_id', 'graph.facebook.com:id'],
  company: 'Facebook',
  scopes: ['public_profile', 'email'],
  service: {
    providerId: 'graph.facebook.com',
    authorization: 'https://www.facebook.com',
    api: 'https://graph.facebook.com',
  },
})
