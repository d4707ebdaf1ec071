import { isObject } from '../../core/json.ts'
import { type Check, passed } from '../../core/verdict.ts'
import type { SignedToken } from './signed-token.ts'
import { type ExpectedToken, isText, mismatch, tokenChecks } from './token-checks.ts'

type LogoutTokenCheck = Check<Pick<SignedToken, 'header' | 'claims'>, ExpectedToken>

const EVENT = 'http://schemas.openid.net/event/backchannel-logout'

/** Back-Channel Logout 1.0, 2.4: a `typ` other than plain `JWT` must be that of a logout token. */
const typeIsLogout: LogoutTokenCheck = ({ header: { typ } }) =>
  typ === undefined || (typeof typ === 'string' && /^(application\/)?(logout\+)?jwt$/i.test(typ))
    ? passed()
    : mismatch('typ', 'logout+jwt', typ)

/** 2.6 step 4. A member of that name must be an object. */
const eventIsLogout: LogoutTokenCheck = ({ claims: { events } }) =>
  isObject(events) && isObject(events[EVENT]) ? passed() : mismatch('events', EVENT, events)

/** 2.6 step 5: names a user or a session; each, if present, is a string. */
const someoneIsNamed: LogoutTokenCheck = ({ claims: { sub, sid } }) => {
  const [subject, session] = [sub === undefined || isText(sub), sid === undefined || isText(sid)]
  if (!subject) return mismatch('sub', '1 to 255 characters', sub)
  if (!session) return mismatch('sid', '1 to 255 characters', sid)
  return sub === undefined && sid === undefined ? mismatch('sub', 'a sub or a sid', sub) : passed()
}

/** 2.6 step 6: our ID tokens have one, so none can be mistaken for a logout token. */
const nonceIsAbsent: LogoutTokenCheck = ({ claims }) =>
  'nonce' in claims ? mismatch('nonce', 'nothing', 'a nonce') : passed()

/** 2.4: the ID by which a replayed token is recognised. */
const tokenHasAnId: LogoutTokenCheck = ({ claims: { jti } }) =>
  isText(jti) ? passed() : mismatch('jti', '1 to 255 characters', jti)

const { isNotExpired, ...alike } = tokenChecks

/** Drafts before 1.0 had no `exp`; without one, `isFresh` alone ends it. */
const isNotExpiredIfItEnds: LogoutTokenCheck = (token, expected) =>
  token.claims.exp === undefined ? passed() : isNotExpired(token, expected)

/** Every check of a logout token after its signature. Back-Channel Logout 1.0, 2.6 */
export const logoutTokenChecks = {
  ...alike,
  isNotExpired: isNotExpiredIfItEnds,
  typeIsLogout,
  eventIsLogout,
  someoneIsNamed,
  nonceIsAbsent,
  tokenHasAnId,
}
