/** What a session carries where AWS reads the provider's own evidence: the places of aws-facts B.4 and C.7. */
import { describe, expect, it } from 'vitest'
import type { PreflightInput } from '../../src/access/preflight/facts.ts'
import { sessionChecks } from '../../src/access/preflight/session-checks.ts'
import type { SessionMapping } from '../../src/access/session.ts'
import { runChecks } from '../../src/core/verdict.ts'
import { sessionOfAssertion, sessionOfToken } from '../../src/evidence/asserted-session.ts'

const circumstances: Omit<PreflightInput, 'session'> = {
  evidence: {
    kind: 'web-identity',
    principal: 'accounts.google.com',
    issuer: 'https://accounts.google.com',
    identity: [],
    subject: 'alice',
    audiences: [],
    statedAudiences: [],
    clientId: '',
  },
  call: { now: new Date(0), region: 'eu-west-1', secureTransport: true },
}

/** The checks that refuse such a session. */
const failedOf = (session: SessionMapping): readonly string[] =>
  runChecks(sessionChecks, { ...circumstances, session })
    .filter(({ outcome }) => outcome === 'fail')
    .map(({ name }) => name)

const AWS = 'https://aws.amazon.com/SAML/Attributes/'
const TAGS = 'https://aws.amazon.com/tags'

const asserted = (attributes: Readonly<Record<string, readonly string[]>>) =>
  sessionOfAssertion(new Map(Object.entries(attributes)))

describe("an identity provider's own assertion", () => {
  it('names the session, its tags, which of them go along, and the source identity (B.4)', () => {
    const session = asserted({
      [`${AWS}RoleSessionName`]: ['alice@corp'],
      [`${AWS}PrincipalTag:CostCenter`]: ['4711'],
      [`${AWS}PrincipalTag:Team`]: ['blue'],
      [`${AWS}TransitiveTagKeys`]: ['CostCenter'],
      [`${AWS}SourceIdentity`]: ['alice'],
      [`${AWS.toLowerCase()}principaltag:Other`]: ['not read: names are compared byte for byte'],
    })
    expect(session).toMatchObject({
      roleSessionName: 'alice@corp',
      sourceIdentity: 'alice',
      tags: new Map([
        ['CostCenter', '4711'],
        ['Team', 'blue'],
      ]),
      transitiveTagKeys: ['CostCenter'],
      leftOut: [],
    })
    // 22 octets of 456 (D.4).
    expect(session.packedSizePercent).toBe(5)
  })

  it("an identity provider's own assertion may state no session, tags or source identity", () => {
    expect(asserted({ email: ['alice@example.com'] })).toEqual({
      roleSessionName: '',
      sourceIdentity: undefined,
      tags: new Map(),
      transitiveTagKeys: [],
      packedSizePercent: 0,
      leftOut: [],
    })
  })

  it("an identity provider's own assertion is known to be refused for a tag of several values (B.4: one value)", () => {
    expect(asserted({ [`${AWS}PrincipalTag:Team`]: ['blue', 'red'] }).leftOut).toEqual([
      { what: 'tag Team', reason: '2 values, and AWS takes exactly one' },
    ])
  })

  // B.4: exactly one RoleSessionName, one SourceIdentity, one value for a tag.
  it.each([
    ['RoleSessionName', ['alice', 'bob'], 'sessionNameIsLegal'],
    ['SourceIdentity', ['alice', 'bob'], 'sourceIdentityIsLegal'],
    ['PrincipalTag:Team', ['blue', 'red'], 'sessionTagsAreLegal'],
    ['PrincipalTag:Team', [], 'sessionTagsAreLegal'],
  ])("an identity provider's own assertion with the values of %s %j fails a check", (name, values, check) => {
    const attributes = { [`${AWS}RoleSessionName`]: ['alice'], [`${AWS}${name}`]: values }
    expect(failedOf(asserted(attributes))).toEqual([check])
  })

  it("an identity provider's own assertion with one value each fails none", () => {
    const attributes = { RoleSessionName: ['alice'], SourceIdentity: ['alice'], 'PrincipalTag:Team': [''] }
    const named = Object.entries(attributes).map(([name, values]) => [AWS + name, values])
    expect(failedOf(asserted(Object.fromEntries(named)))).toEqual([])
  })
})

describe("a provider's own token (C.7)", () => {
  const tags = new Map([
    ['CostCenter', '4711'],
    ['Team', 'blue'],
  ])

  it("a provider's own token has tags in one nested claim, each a list of one", () => {
    const claims = {
      [TAGS]: { principal_tags: { CostCenter: ['4711'], Team: ['blue'] }, transitive_tag_keys: ['CostCenter'] },
      'https://aws.amazon.com/source_identity': 'alice',
    }
    expect(sessionOfToken(claims, 'alice@corp')).toMatchObject({
      roleSessionName: 'alice@corp',
      sourceIdentity: 'alice',
      tags,
      transitiveTagKeys: ['CostCenter'],
    })
  })

  it("a provider's own token may have a claim for each tag, if the provider cannot nest", () => {
    const claims = {
      [`${TAGS}/principal_tags/CostCenter`]: '4711',
      [`${TAGS}/principal_tags/Team`]: 'blue',
      [`${TAGS}/transitive_tag_keys`]: ['CostCenter'],
    }
    expect(sessionOfToken(claims, 'x')).toMatchObject({ tags, transitiveTagKeys: ['CostCenter'] })
  })

  it('counts as nested where it has both', () => {
    const claims = { [TAGS]: { principal_tags: { Team: ['blue'] } }, [`${TAGS}/principal_tags/Team`]: 'red' }
    expect(sessionOfToken(claims, 'x').tags).toEqual(new Map([['Team', 'blue']]))
  })

  it.each([null, 'text', [], { principal_tags: 'text' }])("a provider's own token has no tags in %j", (claim) => {
    expect(sessionOfToken({ [TAGS]: claim }, 'x').tags).toEqual(new Map())
  })

  // C.7: each value is a list of one text, or a text; more than one is an error.
  it.each([[[]], [['a', 'b']], [1], [[1]], [null], [true]])('fails a check for the tag %j', (value) => {
    expect(failedOf(sessionOfToken({ [TAGS]: { principal_tags: { Team: value } } }, 'alice'))).toEqual([
      'sessionTagsAreLegal',
    ])
  })

  it('fails a check for a source identity that is no text', () => {
    expect(failedOf(sessionOfToken({ 'https://aws.amazon.com/source_identity': ['alice'] }, 'alice'))).toEqual([
      'sourceIdentityIsLegal',
    ])
  })
})
