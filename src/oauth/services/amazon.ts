/** https://developer.amazon.com/docs/login-with-amazon/obtain-customer-profile.html */
import { AccessTokenError } from '../errors.ts'
import { numberIn, type Service } from '../service.ts'

export const amazon: Service = {
  authorizationPath: '/ap/oa',
  tokenPath: '/auth/o2/token',
  userClaim: 'user_id',
  describeToken: async (ask, _settings, token, now) => {
    const facts = await ask('/auth/o2/tokeninfo', { access_token: token })
    // Here `exp` is the number of seconds that are left.
    const left = numberIn(facts, 'exp')
    if (left === undefined)
      throw new AccessTokenError('access_token.rejected', { expected: 'the seconds that are left', source: 'exp' })
    return {
      application: facts.aud,
      user: facts.user_id,
      issuedAt: new Date((numberIn(facts, 'iat') ?? now.getTime() / 1000) * 1000),
      expiresAt: new Date(now.getTime() + left * 1000),
    }
  },
  profile: (ask, _settings, token) => ask('/user/profile', {}, { authorization: `Bearer ${token}` }),
}
