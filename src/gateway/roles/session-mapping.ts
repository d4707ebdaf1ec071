/** What a person's AWS session will carry, on whose word soever: the gateway's templates, or the provider's evidence. */

import { type LeftOutOfSession, type SessionMapping, type SessionTemplates, sessionOf } from '../../access/session.ts'
import { signInWarnings } from '../../access/sign-in-warnings.ts'
import type { SignIn } from '../../core/identity.ts'
import { sessionOfAssertion, sessionOfToken } from '../../evidence/asserted-session.ts'
import { type Gateway, providerOf } from '../gateway.ts'

export interface CarriedSession extends SessionMapping {
  /** What is amiss with this sign-in all the same, in sentences. */
  readonly warnings: readonly string[]
}

/** The templates that come to nothing because AWS sees only what the provider signed. */
export function unusedTemplates(
  { sourceIdentity, sessionTags }: SessionTemplates,
  provider: string,
): readonly LeftOutOfSession[] {
  const reason = `AWS sees only what ${provider} itself has signed`
  return [
    ...(sourceIdentity === undefined ? [] : [{ what: 'sourceIdentity', reason }]),
    ...[...sessionTags.keys()].map((key) => ({ what: `sessionTags.${key}`, reason })),
  ]
}

/** What the session of this sign-in will carry, whichever role is taken. Throws GatewayError `provider.unknown`. */
export function sessionFor(gateway: Gateway, signIn: SignIn): CarriedSession {
  return {
    ...mappingFor(gateway, signIn),
    warnings: signInWarnings(signIn),
  }
}

function mappingFor(gateway: Gateway, { identity, evidence }: SignIn): SessionMapping {
  const { exchange } = providerOf(gateway, identity.provider).settings
  const ours = sessionOf(gateway.settings, identity)
  if (exchange.evidence === 'reissued') return ours
  const theirs =
    evidence.kind === 'saml'
      ? sessionOfAssertion(identity.attributes)
      : sessionOfToken(claimsOf(evidence.token.reveal()), ours.roleSessionName)
  return { ...theirs, leftOut: [...theirs.leftOut, ...unusedTemplates(gateway.settings, identity.provider)] }
}

/** The claims of a token that has been verified. RFC 7519 7.2 */
function claimsOf(token: string): Readonly<Record<string, unknown>> {
  return JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as Record<string, unknown>
}
