import type { SignIn } from '../core/identity.ts'
import { Secret } from '../core/secret.ts'
import {
  type Check,
  failed,
  firstFailure,
  type Observe,
  passed,
  runChecks,
  throwFirstFailure,
} from '../core/verdict.ts'
import type { Json } from '../oidc/answer.ts'
import { cut } from '../oidc/errors.ts'
import { describeUser } from '../oidc/left-out.ts'
import { AccessTokenError, type AccessTokenErrorCode } from './errors.ts'
import type { Ask, Service, TokenFacts } from './service.ts'
import type { AccessTokenSettings } from './settings.ts'

interface Described extends TokenFacts {
  readonly profile: Json
}

interface Expected {
  readonly clientId: string
  readonly userClaim: string
  readonly now: Date
}

type TokenCheck = Check<Described, Expected>

/** Any application could present its users' tokens to us otherwise. RFC 6749 10.16 */
const applicationIsUs: TokenCheck = ({ application }, { clientId }) =>
  application === clientId ? passed() : failed(clientId, shown(application), 'the application')

const isNotExpired: TokenCheck = ({ expiresAt }, { now }) =>
  expiresAt > now ? passed() : failed(`after ${now.toISOString()}`, expiresAt.toISOString(), 'the end of the token')

const userIsNamed: TokenCheck = ({ user }) =>
  typeof user === 'string' && user.trim() !== '' && user.length <= 255
    ? passed()
    : failed('the ID of a user', shown(user), 'the user')

const profileIsTheUsers: TokenCheck = ({ user, profile }, { userClaim }) =>
  profile[userClaim] === user ? passed() : failed(shown(user), shown(profile[userClaim]), userClaim)

/** In the order in which failures are reported. */
export const accessTokenChecks = { applicationIsUs, isNotExpired, userIsNamed, profileIsTheUsers }

const codes: Readonly<Record<keyof typeof accessTokenChecks, AccessTokenErrorCode>> = {
  applicationIsUs: 'access_token.other_application',
  isNotExpired: 'access_token.expired',
  userIsNamed: 'access_token.user_missing',
  profileIsTheUsers: 'access_token.other_user',
}

/**
 * The sign-in of an access token that its provider has verified: for our application, with the user it names. Throws
 * OidcError or AccessTokenError.
 */
export async function signInFromAccessToken(
  { settings, service, ask }: { readonly settings: AccessTokenSettings; readonly service: Service; readonly ask: Ask },
  token: string,
  now: Date,
  observe: Observe = () => {},
): Promise<SignIn> {
  const facts = await service.describeToken(ask, settings, token, now)
  // The profile of a token that is not for us is not even requested.
  const before = { ...facts, profile: { [service.userClaim]: facts.user } }
  const expected = { clientId: settings.clientId, userClaim: service.userClaim, now }
  check(before, expected, (verdict) => firstFailure(verdict) && observe(verdict))
  const profile = await service.profile(ask, settings, token)
  check({ ...facts, profile }, expected, observe)
  return signInOf(settings, token, facts, profile, now)
}

function check(described: Described, expected: Expected, observe: Observe): void {
  const verdict = runChecks(accessTokenChecks, described, expected)
  observe(verdict)
  throwFirstFailure(verdict, codes, (code, failure) => new AccessTokenError(code, failure))
}

function signInOf(
  settings: AccessTokenSettings,
  token: string,
  { issuedAt, expiresAt, user }: TokenFacts,
  profile: Json,
  now: Date,
): SignIn {
  const { attributes, leftOut } = describeUser(settings, profile)
  const subject = String(user)
  return {
    identity: {
      provider: settings.id,
      protocol: 'oidc',
      issuer: settings.issuer,
      subject,
      attributes,
      // Neither provider says when the user authenticated.
      authenticatedAt: now,
      isTimeAssumed: true,
    },
    evidence: {
      kind: 'web-identity',
      token: new Secret(token),
      issuedAt,
      expiresAt,
      accessToken: { providerId: settings.providerId, application: settings.clientId, user: subject },
    },
    logoutRef: { kind: 'oidc', subject },
    ...(leftOut.length > 0 && { leftOut }),
  }
}

function shown(value: unknown): string {
  return value === undefined ? 'nothing' : cut(typeof value === 'string' ? value : JSON.stringify(value))
}
