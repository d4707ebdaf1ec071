/**
 * Evidence that is passed on as the identity provider signed it dies after minutes: STS takes a response for five. So
 * that a pick still works later, the person is sent through the identity provider once more, unseen where it can be, and
 * comes back to the same pick. Their login, session and open pages stay as they are if they are still the same person.
 */
import { StsError } from '../aws/errors.ts'
import type { SignIn } from '../core/identity.ts'
import { fingerprint, newToken } from '../core/ids.ts'
import { type Gateway, providerOf } from './gateway.ts'
import { type Login, readLogin, renewLogin } from './logins.ts'
import type { ParkedSignIn } from './parked-sign-ins.ts'
import { type StartedLogin, startSaml } from './start-login.ts'

/** A minute is left for the way to STS. */
const RENEW_AFTER_MS = 4 * 60_000

/** Whether AWS sees what the identity provider signed at this login's SAML provider. */
export const isPassedOn = (gateway: Gateway, { signIn: { identity } }: Login): boolean => {
  const { exchange } = providerOf(gateway, identity.provider).settings
  return exchange.via === 'saml' && exchange.evidence === 'original'
}

/** Whether AWS would soon no longer take what this login has to show. */
export const needsRenewal = (gateway: Gateway, login: Login): boolean => {
  if (!isPassedOn(gateway, login)) return false
  const { evidence } = login.signIn
  const now = gateway.now()
  return now.getTime() - evidence.issuedAt.getTime() > RENEW_AFTER_MS || evidence.expiresAt <= now
}

/** Asks the identity provider anew, unseen; ends at `returnTo`. Throws GatewayError or SamlError. */
export const startRenewal = async (
  gateway: Gateway,
  { id, signIn }: Login,
  { returnTo, ...asked }: { readonly returnTo: string; readonly browserSecret: string | undefined },
): Promise<StartedLogin> => {
  const provider = providerOf(gateway, signIn.identity.provider)
  if (provider.protocol !== 'saml') throw new Error('only SAML evidence is renewed')
  const browserSecret = asked.browserSecret ?? newToken()
  const intent = {
    returnTo,
    binding: fingerprint(browserSecret),
    isPassive: true,
    renews: id,
    ...(provider.settings.discovery ? { idp: signIn.identity.issuer } : {}),
  }
  return { departure: await startSaml(gateway, provider, intent), browserSecret }
}

const isSamePerson = ({ identity: one }: SignIn, { identity: other }: SignIn): boolean =>
  one.provider === other.provider && one.issuer === other.issuer && one.subject === other.subject

/** A provider may give each answer a session index of its own, and ask for a logout by any of them. */
const rememberingIndexes = (fresh: SignIn, { logoutRef: before }: SignIn): SignIn => {
  const { logoutRef } = fresh
  if (logoutRef.kind !== 'saml' || before.kind !== 'saml') return fresh
  const further = new Set(
    [before, logoutRef].flatMap(({ sessionIndex, furtherSessionIndexes = [] }) => [
      sessionIndex,
      ...furtherSessionIndexes,
    ]),
  )
  further.delete(logoutRef.sessionIndex)
  const furtherSessionIndexes = [...further].filter((index) => index !== undefined)
  return { ...fresh, logoutRef: { ...logoutRef, furtherSessionIndexes } }
}

/** Otherwise the person would be sent round and round: each answer is as old when it comes as the one before. */
const mustBeNew = (gateway: Gateway, login: Login): void => {
  if (!needsRenewal(gateway, login)) return
  throw new StsError('sts.evidence_stale', {
    expected: `an answer issued at about ${gateway.now().toISOString()}`,
    found: login.signIn.evidence.issuedAt.toISOString(),
    source: 'Assertion/@IssueInstant',
    hint: 'The clocks of the identity provider and of this gateway differ. Show the reference to whoever runs them.',
  })
}

/**
 * The login with the fresh evidence, where it is this browser's, live, and the same person's; else undefined. Throws
 * StsError `sts.evidence_stale` where what came is too old as well.
 */
export const renewedBy = async (
  gateway: Gateway,
  loginId: string | undefined,
  { renews, signIn }: ParkedSignIn,
): Promise<Login | undefined> => {
  if (renews === undefined || renews !== loginId) return undefined
  const login = await readLogin(gateway.store, loginId)
  if (!login || !isSamePerson(login.signIn, signIn)) return undefined
  const renewed = await renewLogin(gateway.store, login, rememberingIndexes(signIn, login.signIn))
  if (renewed) mustBeNew(gateway, renewed)
  return renewed
}
