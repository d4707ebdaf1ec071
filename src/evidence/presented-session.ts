/**
 * The session that AWS will be asked for: from the gateway's templates if it vouches, else from the provider's
 * evidence.
 */
import { type LeftOutOfSession, type SessionMapping, type SessionTemplates, sessionOf } from '../access/session.ts'
import { sessionOfAssertion, sessionOfToken } from './asserted-session.ts'
import type { EvidenceToPresent } from './presented-evidence.ts'

/** The session of a sign-in: the same for every role. */
export function presentedSession(
  templates: SessionTemplates,
  { provider, identity, original }: Pick<EvidenceToPresent, 'provider' | 'identity' | 'original'>,
): SessionMapping {
  const ours = sessionOf(templates, identity)
  if (provider.exchange.evidence === 'reissued') return ours
  const theirs =
    original.kind === 'saml'
      ? sessionOfAssertion(original.attributes)
      : sessionOfToken(original.claims, ours.roleSessionName)
  return { ...theirs, leftOut: [...theirs.leftOut, ...unusedTemplates(templates, provider.id)] }
}

/** The templates that have no effect because AWS sees only what the provider signed. */
function unusedTemplates(
  { sourceIdentity, sessionTags }: SessionTemplates,
  provider: string,
): readonly LeftOutOfSession[] {
  const reason = `AWS sees only what ${provider} itself has signed`
  return [
    ...(sourceIdentity === undefined ? [] : [{ what: 'sourceIdentity', reason }]),
    ...[...sessionTags.keys()].map((key) => ({ what: `sessionTags.${key}`, reason })),
  ]
}
