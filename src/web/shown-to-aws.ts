import { type Gateway, providerOf } from '../gateway/gateway.ts'
import type { Login } from '../gateway/logins.ts'
import { isPassedOn } from '../gateway/renewal.ts'
import { sessionFor } from '../gateway/session-mapping.ts'
import { toInstant } from './instant.ts'
import type { ShownToAws } from './models/roles.ts'

/** What AWS will see of this person, whichever role is taken: said before the click. */
export const shownToAws = (gateway: Gateway, login: Login): ShownToAws => {
  const { identity, evidence, renewal } = login.signIn
  const { exchange } = providerOf(gateway, identity.provider).settings
  const { roleSessionName, sourceIdentity, tags } = sessionFor(gateway, login.signIn)
  const isOriginal = isPassedOn(gateway, login)
  const since = isOriginal ? evidence.issuedAt : identity.authenticatedAt
  return {
    exchange: { via: exchange.via, evidence: exchange.evidence },
    sessionName: roleSessionName,
    sourceIdentity,
    tags: [...tags].map(([key, value]) => `${key}=${value}`),
    since: toInstant(since),
    minutesSince: Math.max(0, Math.floor((gateway.now().getTime() - since.getTime()) / 60_000)),
    // What can be refreshed without the person is as good as lasting.
    until: isOriginal && !renewal ? toInstant(evidence.expiresAt) : undefined,
  }
}
