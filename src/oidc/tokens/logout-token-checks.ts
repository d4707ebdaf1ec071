import { type Check, pass } from '../../core/verdict.ts'
import type { SignedToken } from './signed-token.ts'
import { type ExpectedToken, isText, mismatch, tokenChecks } from './token-checks.ts'

type LogoutTokenCheck = Check<Pick<SignedToken, 'header' | 'claims'>, ExpectedToken>

const EVENT = 'http://schemas.openid.net/event/backchannel-logout'

/** Back-Channel Logout 1.0, 2.4: where the header says what it is, it says so. `JWT` says nothing. */
const typeIsLogout: LogoutTokenCheck = ({ header: { typ } }) =>
  typ === undefined || (typeof typ === 'string' && /^(application\/)?(logout\+)?jwt$/i.test(typ))
    ? pass
    : mismatch('typ', 'logout+jwt', typ)

/** 2.6 step 4. A member of that name that is no object is another event. */
const eventIsLogout: LogoutTokenCheck = ({ claims: { events } }) =>
  isObject(events) && isObject(events[EVENT]) ? pass : mismatch('events', EVENT, events)

/** 2.6 step 5: who or which session; each, where it is there, is text. */
const someoneIsNamed: LogoutTokenCheck = ({ claims: { sub, sid } }) => {
  const [subject, session] = [sub === undefined || isText(sub), sid === undefined || isText(sid)]
  if (!subject) return mismatch('sub', '1 to 255 characters', sub)
  if (!session) return mismatch('sid', '1 to 255 characters', sid)
  return sub === undefined && sid === undefined ? mismatch('sub', 'a sub or a sid', sub) : pass
}

/** 2.6 step 6: an ID token of ours has one, so that it can never be taken for a logout token. */
const nonceIsAbsent: LogoutTokenCheck = ({ claims }) =>
  'nonce' in claims ? mismatch('nonce', 'nothing', 'a nonce') : pass

/** 2.4: by it, a token counts once. */
const tokenHasAnId: LogoutTokenCheck = ({ claims: { jti } }) =>
  isText(jti) ? pass : mismatch('jti', '1 to 255 characters', jti)

const { isNotExpired, ...alike } = tokenChecks

/** Drafts before 1.0 had no `exp`; without one, `isFresh` alone ends it. */
const isNotExpiredIfItEnds: LogoutTokenCheck = (token, expected) =>
  token.claims.exp === undefined ? pass : isNotExpired(token, expected)

/** Every rule for a logout token once its signature holds. Back-Channel Logout 1.0, 2.6 */
export const logoutTokenChecks = {
  ...alike,
  isNotExpired: isNotExpiredIfItEnds,
  typeIsLogout,
  eventIsLogout,
  someoneIsNamed,
  nonceIsAbsent,
  tokenHasAnId,
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
