/** https://developers.facebook.com/docs/facebook-login/guides/advanced/manual-flow#checktoken */
import { createHmac } from 'node:crypto'
import { asObject } from '../../oidc/answer.ts'
import { cut } from '../../oidc/errors.ts'
import { AccessTokenError } from '../errors.ts'
import { numberIn, type Service } from '../service.ts'
import type { AccessTokenSettings } from '../settings.ts'

export const facebook: Service = {
  authorizationPath: '/dialog/oauth',
  tokenPath: '/oauth/access_token',
  userClaim: 'id',
  describeToken: async (ask, settings, token, now) => {
    const { data } = await ask('/debug_token', { input_token: token, access_token: applicationToken(settings) })
    const facts = asObject(data) ?? {}
    if (facts.is_valid !== true) {
      const message = asObject(facts.error)?.message
      const found = typeof message === 'string' ? cut(message) : 'not valid'
      throw new AccessTokenError('access_token.rejected', { expected: 'a valid token', found, source: 'is_valid' })
    }
    const issued = numberIn(facts, 'issued_at')
    return {
      application: facts.app_id,
      user: facts.user_id,
      issuedAt: issued === undefined ? now : new Date(issued * 1000),
      expiresAt: new Date((numberIn(facts, 'expires_at') ?? 0) * 1000),
    }
  },
  profile: (ask, settings, token) =>
    ask('/me', { fields: 'id,name,email', ...proof(settings, token) }, { authorization: `Bearer ${token}` }),
}

/** The application itself, as Facebook writes it. */
function applicationToken({ clientId, clientSecret }: AccessTokenSettings): string {
  return `${clientId}|${clientSecret?.reveal() ?? ''}`
}

/** https://developers.facebook.com/docs/graph-api/guides/secure-requests */
function proof({ clientSecret }: AccessTokenSettings, token: string): Readonly<Record<string, string>> {
  if (!clientSecret) return {}
  return { appsecret_proof: createHmac('sha256', clientSecret.reveal()).update(token).digest('hex') }
}
