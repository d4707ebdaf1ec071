import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type SessionTemplates, sessionOf } from '../../src/access/session.ts'
import { identity } from './identities.ts'

const templates = (changes: Partial<SessionTemplates> = {}): SessionTemplates => ({
  sessionName: '{subject}',
  sessionTags: new Map(),
  transitiveTags: [],
  ...changes,
})

const tagged = (template: string, attributes: Readonly<Record<string, readonly string[]>>) =>
  sessionOf(templates({ sessionTags: new Map([['Team', template]]), transitiveTags: ['Team'] }), identity(attributes))

describe("a session's name", () => {
  const named = (sessionName: string, attributes = {}) => sessionOf(templates({ sessionName }), identity(attributes))

  it("a session's name is the template filled in, by any name of an attribute", () => {
    expect(named('{email}', { 'urn:oid:0.9.2342.19200300.100.1.3': ['alice@example.com'] })).toMatchObject({
      roleSessionName: 'alice@example.com',
      leftOut: [],
    })
    expect(named('{provider}.{subject}').roleSessionName).toBe('corp.alice')
  })

  it.each([
    ['is missing', {}],
    ['is empty', { email: [''] }],
  ])("a session's name is the subject where a claim of the template %s, and says so", (_, attributes) => {
    expect(named('x-{email}', attributes)).toMatchObject({
      roleSessionName: 'alice',
      leftOut: [{ what: 'sessionName', reason: 'the sign-in has no email: the subject is used instead' }],
    })
  })

  it('names the provider too where the template does and a claim is missing: another may have the same subject', () => {
    expect(named('{provider}-{email}').roleSessionName).toBe('corp.alice')
    expect(named('{email}').roleSessionName).toBe('alice')
  })

  it('takes the first value of several', () => {
    expect(named('{email}', { email: ['a@example.com', 'b@example.com'] }).roleSessionName).toBe('a@example.com')
  })

  it("a session's name does not read __proto__ or fill in twice", () => {
    expect(named('{__proto__}').roleSessionName).toBe('alice')
    expect(named('{email}', { email: ['{subject}'] }).roleSessionName).toMatch(/^-subject--[0-9a-f]{16}$/)
  })
})

describe('a session tag', () => {
  it('a session tag is the template filled in, and goes along where it is transitive', () => {
    expect(tagged('{provider}/{team}', { team: ['blue'] })).toMatchObject({
      tags: new Map([['Team', 'corp/blue']]),
      transitiveTagKeys: ['Team'],
      leftOut: [],
    })
  })

  it('a session tag may be the same for every user', () => {
    expect(tagged('gateway', {}).tags.get('Team')).toBe('gateway')
  })

  it('counts a value that comes twice once', () => {
    expect(tagged('{team}', { team: ['blue', 'blue'] }).tags.get('Team')).toBe('blue')
  })

  it.each([
    ['no value', {}, 'the sign-in has no team'],
    ['an empty value', { team: [''] }, 'the sign-in has no team'],
    ['several values', { team: ['blue', 'red'] }, 'the sign-in has 2 values of team'],
    [
      'a character that AWS does not take',
      { team: ['blue;red'] },
      'its value has characters that AWS does not take there',
    ],
    ['a line end', { team: ['blue\n'] }, 'its value has characters that AWS does not take there'],
    ['257 characters', { team: ['x'.repeat(257)] }, 'its value has 257 characters, and AWS takes 0 to 256'],
  ])('a session tag is left out with the reason, and is no transitive key, for %s', (_, attributes, reason) => {
    expect(tagged('{team}', attributes)).toMatchObject({
      tags: new Map(),
      transitiveTagKeys: [],
      leftOut: [{ what: 'sessionTags.Team', reason }],
    })
  })

  it.each(['x'.repeat(256), 'Forschung & Entwicklung'.replace('&', '+'), 'Ünï cödé_.:/=+-@', '𝒳'.repeat(256)])(
    'keeps %s as it is',
    (value) => {
      expect(tagged('{team}', { team: [value] }).tags.get('Team')).toBe(value)
    },
  )

  it('a session tag never has a value that the provider did not send', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', minLength: 1, maxLength: 300 }), (value) => {
        expect([undefined, value]).toContain(tagged('{team}', { team: [value] }).tags.get('Team'))
      }),
    )
  })

  it('a session tag does not show a value in the reason: it is for the log', () => {
    expect(JSON.stringify(tagged('{team}', { team: ['secret;team'] }).leftOut)).not.toContain('secret')
  })
})

describe("a session's source identity", () => {
  const sourced = (attributes: Readonly<Record<string, readonly string[]>>) =>
    sessionOf(templates({ sourceIdentity: '{uid}' }), identity({ email: ['a@example.com'], ...attributes }))

  it("a session's source identity is the template filled in", () => {
    expect(sourced({ uid: ['alice'] })).toMatchObject({ sourceIdentity: 'alice', leftOut: [] })
  })

  it("a session's source identity is none where the configuration asks for none", () => {
    expect(sessionOf(templates(), identity({ email: ['a@example.com'] }))).toMatchObject({
      sourceIdentity: undefined,
      leftOut: [],
    })
  })

  it.each([
    ['no value', {}, 'the sign-in has no uid'],
    ['several values', { uid: ['alice', 'al'] }, 'the sign-in has 2 values of uid'],
    [
      'a character that AWS does not take',
      { uid: ['al ice'] },
      'its value has characters that AWS does not take there',
    ],
    ['one character', { uid: ['a'] }, 'its value has 1 characters, and AWS takes 2 to 64'],
    ['65 characters', { uid: ['a'.repeat(65)] }, 'its value has 65 characters, and AWS takes 2 to 64'],
  ])("a session's source identity is never altered, but missing with the reason, for %s", (_, attributes, reason) => {
    expect(sourced(attributes)).toMatchObject({
      sourceIdentity: undefined,
      leftOut: [{ what: 'sourceIdentity', reason }],
    })
  })
})

describe('the estimate of what the tags weigh (aws-facts D.4)', () => {
  it('the estimated size of tags is nothing without tags', () => {
    expect(sessionOf(templates(), identity()).packedSizePercent).toBe(0)
  })

  it('meets the published measurement: nine tags T1 to T9 of 250 characters are 498 %', () => {
    const keys = Array.from({ length: 9 }, (_, index) => `T${index + 1}`)
    const sessionTags = new Map(keys.map((key) => [key, 'a'.repeat(250)]))
    expect(sessionOf(templates({ sessionTags }), identity()).packedSizePercent).toBeCloseTo(498, -1)
  })
})
