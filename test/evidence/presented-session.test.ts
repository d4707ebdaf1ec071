/** Whose word the session is made of. That it is the same for a login and for claims in a file, the two callers share. */
import { describe, expect, it } from 'vitest'
import type { SessionTemplates } from '../../src/access/session.ts'
import type { ProviderConfig } from '../../src/config/types.ts'
import type { OriginalEvidence } from '../../src/evidence/original-evidence.ts'
import { presentedSession } from '../../src/evidence/presented-session.ts'
import { identity } from '../access/identities.ts'

const templates: SessionTemplates = {
  sessionName: '{subject}',
  sourceIdentity: '{email}',
  sessionTags: new Map([['Team', '{team}']]),
  transitiveTags: [],
}

const token: OriginalEvidence = {
  kind: 'web-identity',
  claims: {
    'https://aws.amazon.com/tags': { principal_tags: { Team: ['green'] } },
    'https://aws.amazon.com/source_identity': 'alice-at-corp',
  },
}

const sessionWith = (evidence: 'original' | 'reissued', original: OriginalEvidence = token) =>
  presentedSession(templates, {
    provider: { id: 'corp', exchange: { via: 'web-identity', evidence } } as ProviderConfig,
    identity: identity({ team: ['blue'] }),
    original,
  })

describe('the session', () => {
  it('the session of reissued evidence is what the templates say, and tells why it lacks the source identity', () => {
    expect(sessionWith('reissued')).toMatchObject({
      roleSessionName: 'alice',
      tags: new Map([['Team', 'blue']]),
      sourceIdentity: undefined,
      whyNoSourceIdentity: 'the sign-in has no email',
    })
  })

  it('the session of a token that goes through an identity pool has its name alone', () => {
    const identityPoolId = 'eu-west-1:0a1b2c3d-3333-4444-8555-666677778888'
    const session = presentedSession(templates, {
      provider: {
        id: 'corp',
        exchange: { via: 'web-identity', evidence: 'reissued', identityPoolId },
      } as ProviderConfig,
      identity: identity({ team: ['blue'] }),
      original: token,
    })
    expect(session).toMatchObject({ roleSessionName: 'alice', tags: new Map(), sourceIdentity: undefined })
    expect(session.leftOut.map(({ what }) => what)).toEqual(
      expect.arrayContaining(['sourceIdentity', 'sessionTags.Team']),
    )
  })

  it('the session of original evidence is what the provider signed, which may lack a source identity', () => {
    const session = sessionWith('original')
    expect(session).toMatchObject({ tags: new Map([['Team', 'green']]), sourceIdentity: 'alice-at-corp' })
    expect(session.leftOut.map(({ what }) => what)).toEqual(['sourceIdentity', 'sessionTags.Team'])
    const bare = sessionWith('original', { kind: 'web-identity', claims: {} })
    expect(bare.sourceIdentity).toBeUndefined()
    expect(bare.whyNoSourceIdentity).toBeUndefined()
  })
})
