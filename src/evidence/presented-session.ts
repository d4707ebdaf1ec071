/**
 * The session that AWS will be asked for: from the gateway's templates if it vouches, else from the provider's
 * evidence.
 */
import { identityPoolOf } from '../access/identity-pool.ts'
import { type LeftOutOfSession, type SessionMapping, type SessionTemplates, sessionOf } from '../access/session.ts'
import { sessionOfAssertion, sessionOfToken } from './asserted-session.ts'
import type { EvidenceToPresent } from './presented-evidence.ts'

/** The session of a sign-in: the same for every role. */
export function presentedSession(
  templates: SessionTemplates,
  { provider, identity, original }: Pick<EvidenceToPresent, 'provider' | 'identity' | 'original'>,
): SessionMapping {
  const ours = sessionOf(templates, identity)
  if (provider.exchange.evidence === 'reissued')
    return identityPoolOf(provider) === undefined ? ours : throughPool(ours, templates)
  const theirs =
    original.kind === 'saml'
      ? sessionOfAssertion(original.attributes)
      : sessionOfToken(original.claims, ours.roleSessionName)
  return { ...theirs, leftOut: [...theirs.leftOut, ...unusedTemplates(templates, provider.id)] }
}

/** The pool's token has claims of its own: nothing but the name, which is a parameter of the call, reaches AWS. */
function throughPool({ roleSessionName, leftOut }: SessionMapping, templates: SessionTemplates): SessionMapping {
  return {
    roleSessionName,
    sourceIdentity: undefined,
    tags: new Map(),
    transitiveTagKeys: [],
    packedSizePercent: 0,
    leftOut: [...leftOut, ...unused(templates, 'the token of a Cognito identity pool has none')],
  }
}

/** The templates that have no effect because AWS sees only what the provider signed. */
function unusedTemplates(templates: SessionTemplates, provider: string): readonly LeftOutOfSession[] {
  return unused(templates, `AWS sees only what ${provider} itself has signed`)
}

function unused({ sourceIdentity, sessionTags }: SessionTemplates, reason: string): readonly LeftOutOfSession[] {
  return [
    ...(sourceIdentity === undefined ? [] : [{ what: 'sourceIdentity', reason }]),
    ...[...sessionTags.keys()].map((key) => ({ what: `sessionTags.${key}`, reason })),
  ]
}
