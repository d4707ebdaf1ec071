/** What a session is called and carries, and what scopes it down. */
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { changed, parse, problemsOf, sample } from './sample.ts'

const withKeys = (yaml: string): string => `${sample}${yaml}\n`

/** What is wrong, without the place. */
const complaints = (text: string, files = {}): readonly string[] =>
  problemsOf(text, { files }).map((line) => line.replace(/^\d+:\d+ /, ''))

describe('session tags and source identity', () => {
  it('session tags and source identity are templates, by key, and in the order of the file', () => {
    const config = parse(
      withKeys(`sourceIdentity: "{subject}"
sessionTags: { CostCenter: "{costCenter}", Team: "{provider}/{team}", Gateway: "fedgate 1" }
transitiveTags: [CostCenter]`),
    )
    expect(config.sourceIdentity).toBe('{subject}')
    expect([...config.sessionTags]).toEqual([
      ['CostCenter', '{costCenter}'],
      ['Team', '{provider}/{team}'],
      ['Gateway', 'fedgate 1'],
    ])
    expect(config.transitiveTags).toEqual(['CostCenter'])
  })

  it('session tags and source identity are none where the configuration says nothing', () => {
    const { sessionTags, transitiveTags, ...config } = parse(sample)
    expect([sessionTags.size, transitiveTags.length, 'sourceIdentity' in config]).toEqual([0, 0, false])
  })

  it.each([
    [
      'an unfinished brace',
      'sessionTags: { Team: "{team" }',
      'sessionTags.Team: expected a template: names in braces, and otherwise letters, digits, spaces and _.:/=+-@, found "{team"',
    ],
    [
      'braces without a name',
      'sessionTags: { Team: "x{}" }',
      'sessionTags.Team: expected a template: names in braces, and otherwise letters, digits, spaces and _.:/=+-@, found "x{}"',
    ],
    [
      'a character that AWS refuses in a tag',
      'sessionTags: { Team: "a;{team}" }',
      'sessionTags.Team: expected a template: names in braces, and otherwise letters, digits, spaces and _.:/=+-@, found "a;{team}"',
    ],
    [
      'a character that AWS refuses in a key',
      'sessionTags: { "Te#m": "{team}" }',
      `sessionTags."Te#m": expected a tag's key: 1 to 128 letters, digits, spaces and _.:/=+-@, found Te#m`,
    ],
    [
      'a key of 129 characters',
      `sessionTags: { ${'k'.repeat(129)}: "{team}" }`,
      `sessionTags.${'k'.repeat(129)}: expected a tag's key: 1 to 128 letters, digits, spaces and _.:/=+-@, found ${'k'.repeat(129)}`,
    ],
    [
      "AWS's own prefix",
      'sessionTags: { "AWS:team": "{team}" }',
      'sessionTags."AWS:team": expected a key without AWS\'s own prefix aws:, found "AWS:team"',
    ],
    [
      'keys that differ in case only',
      'sessionTags: { Team: "{team}", TEAM: "{team}" }',
      'sessionTags.TEAM: expected a key that differs from Team in more than case, found "TEAM"',
    ],
    [
      'a number for a template',
      'sessionTags: { Team: 4711 }',
      'sessionTags.Team: expected a template such as {costCenter} (in quotes), found the number 4711',
    ],
    [
      'a transitive tag that is none',
      'sessionTags: { Team: "{team}" }\ntransitiveTags: [Taem]',
      'transitiveTags[0]: expected a key of sessionTags (Team), found "Taem"; did you mean Team?',
    ],
    [
      'a transitive tag in another case',
      'sessionTags: { Team: "{team}" }\ntransitiveTags: [team]',
      'transitiveTags[0]: expected a key of sessionTags (Team), found "team"; did you mean Team?',
    ],
    [
      'transitive tags without any',
      'transitiveTags: [Team]',
      'transitiveTags[0]: expected a key of sessionTags (none configured), found "Team"',
    ],
    [
      'a transitive tag twice',
      'sessionTags: { Team: "{team}" }\ntransitiveTags: [Team, Team]',
      'transitiveTags[1]: expected each key once, found "Team"',
    ],
    [
      'a source identity that is the same for everybody',
      'sourceIdentity: fedgate',
      'sourceIdentity: expected a template with a name in braces, such as {subject}, found "fedgate"',
    ],
    [
      'a source identity with a space',
      'sourceIdentity: "{provider} {subject}"',
      'sourceIdentity: expected a template: names in braces, and otherwise letters, digits and _+=,.@-, found "{provider} {subject}"',
    ],
  ])('refuse %s', (_, keys, complaint) => {
    expect(complaints(withKeys(keys))).toEqual([complaint])
  })

  it('session tags and source identity are fifty at most', () => {
    const tags = (count: number) => Array.from({ length: count }, (_, n) => `K${n}: "{team}"`).join(', ')
    expect(complaints(withKeys(`sessionTags: { ${tags(50)} }`))).toEqual([])
    expect(complaints(withKeys(`sessionTags: { ${tags(51)} }`))).toEqual([
      'sessionTags: expected at most 50 tags, found 51',
    ])
  })
})

describe('operators', () => {
  it('operators are matched as by an access rule, with the line of the rule', () => {
    const text = withKeys('operators:\n  - when: { provider: corp, groups: [platform, "/^ops-.+$/"] }')
    expect(parse(text).operators).toEqual([
      {
        when: {
          provider: ['corp'],
          conditions: [
            {
              attribute: 'groups',
              anyOf: [
                { kind: 'text', value: 'platform' },
                { kind: 'pattern', pattern: expect.objectContaining({ source: '^ops-.+$' }) },
              ],
            },
          ],
        },
        line: sample.split('\n').length + 1,
      },
    ])
  })

  it('operators do not exist where the configuration names none', () => {
    expect(parse(sample).operators).toEqual([])
  })

  it.each([
    [
      'an unknown provider',
      '{ provider: crop, groups: ops }',
      'operators[0].when.provider: expected the id of a provider (corp, google), found "crop"; did you mean corp?',
    ],
    [
      'no provider: any of them could make its people operators',
      '{ groups: ops }',
      'operators[0].when: expected provider: with the ids of trusted providers, found a rule for every provider',
    ],
    [
      'a broken expression',
      '{ provider: google, groups: "/(/" }',
      'operators[0].when.groups: expected a regular expression between the slashes, found Invalid regular expression: /(/u: Unterminated group',
    ],
  ])('operators are refused with %s', (_, when, complaint) => {
    expect(complaints(withKeys(`operators:\n  - when: ${when}`))).toEqual([complaint])
  })

  it('name the identity provider where users choose it', () => {
    const open = changed('clockSkew: 60s', 'discovery: true').replaceAll(
      'provider: corp,',
      'provider: corp, idp: urn:x,',
    )
    expect(complaints(`${open}operators:\n  - when: { provider: corp }\n`)).toEqual([
      'operators[0].when: expected idp: with entityIDs, or marks such as registrationAuthority, because users choose their identity provider at corp, found a rule for every identity provider',
    ])
  })
})

const trust = {
  Version: '2012-10-17',
  Statement: [
    {
      Effect: 'Allow',
      Principal: { Federated: 'arn:aws:iam::111122223333:saml-provider/fedgate' },
      Action: 'sts:AssumeRoleWithSAML',
    },
  ],
}
const session = {
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Action: 's3:GetObject', Resource: `arn:aws:s3:::home/\${aws:username}/*` }],
}

/** The sample with these lines in its first role entry. */
const withRole = (lines: string): string =>
  changed('    maxSessionDuration: 1h\n', `    maxSessionDuration: 1h\n${lines}\n`)

describe('policies of a role', () => {
  const files = {
    '/etc/fedgate/policies/trust.json': JSON.stringify(trust, null, 2),
    '/etc/fedgate/policies/session.json': JSON.stringify(session, null, 2),
  }

  it('policies are read from JSON files, as compact JSON', () => {
    const text = withRole('    trustPolicy: ./policies/trust.json\n    sessionPolicy: policies/session.json')
    expect(parse(text, { files }).roles[0]).toMatchObject({
      trustPolicy: JSON.stringify(trust),
      sessionPolicy: JSON.stringify(session),
      sessionPolicyArns: [],
    })
  })

  it('policies may be in the configuration, where policy variables stay unchanged', () => {
    const text = withRole(`    trustPolicy: ${JSON.stringify(trust)}\n    sessionPolicy: ${JSON.stringify(session)}`)
    expect(parse(text, { env: { aws: 'wrong' } }).roles[0]).toMatchObject({
      trustPolicy: JSON.stringify(trust),
      sessionPolicy: JSON.stringify(session),
    })
  })

  it('take variables of the environment where they stand in the configuration', () => {
    const text = withRole(`    trustPolicy: ${JSON.stringify(trust).replace('111122223333', `\${ACCOUNT}`)}`)
    expect(parse(text, { env: { ACCOUNT: '111122223333' } }).roles[0]?.trustPolicy).toBe(JSON.stringify(trust))
  })

  it('policies are sent in the characters that STS accepts', () => {
    const named = { ...session, Statement: [{ ...session.Statement[0], Resource: 'arn:aws:s3:::日本é/*' }] }
    const { sessionPolicy = '' } = parse(withRole(`    sessionPolicy: ${JSON.stringify(named)}`)).roles[0] ?? {}
    expect(sessionPolicy).toContain('arn:aws:s3:::\\u65e5\\u672cé/*')
    expect(JSON.parse(sessionPolicy)).toEqual(named)
  })

  it('policies that AWS would refuse are reported with the file and the place in it', () => {
    const broken = { ...session, Statement: [{ ...session.Statement[0], Effect: 'allow' }] }
    const text = withRole('    sessionPolicy: ./policies/session.json')
    expect(complaints(text, { '/etc/fedgate/policies/session.json': JSON.stringify(broken) })).toEqual([
      expect.stringMatching(
        /^roles\[0\]\.sessionPolicy: expected Allow or Deny at Statement\[0\]\.Effect of \.\/policies\/session\.json, found .*allow/,
      ),
    ])
  })

  it('policies in the configuration that AWS would refuse are reported at their line', () => {
    const text = withRole(`    sessionPolicy:
      Version: "2012-10-17"
      Statement:
        - Effect: allow
          Action: s3:GetObject
          Resource: "*"`)
    const line = text.split('\n').findIndex((each) => each.includes('Effect: allow')) + 1
    const [problem = ''] = problemsOf(text)
    expect(problem).toMatch(
      new RegExp(`^${line}:\\d+ roles\\[0\\]\\.sessionPolicy\\.Statement\\[0\\]\\.Effect: expected Allow or Deny`),
    )
  })

  it('trust policies do not stop the gateway where they cannot be read: AWS has accepted them', () => {
    const strange = { ...trust, Statement: [{ ...trust.Statement[0], NotPrincipal: { AWS: '*' } }] }
    expect(parse(withRole(`    trustPolicy: ${JSON.stringify(strange)}`)).roles[0]?.trustPolicy).toBe(
      JSON.stringify(strange),
    )
  })

  it.each([
    ['URL-encoded, as the answer of the API has it', encodeURIComponent(JSON.stringify(trust))],
    ['in the answer of `aws iam get-role`', JSON.stringify({ Role: { AssumeRolePolicyDocument: trust } }, null, 4)],
    [
      'URL-encoded in such an answer',
      JSON.stringify({ Role: { AssumeRolePolicyDocument: encodeURIComponent(JSON.stringify(trust)) } }),
    ],
  ])('trust policies are read %s', (_, content) => {
    const text = withRole('    trustPolicy: ./policies/trust.json')
    const { roles } = parse(text, { files: { '/etc/fedgate/policies/trust.json': content } })
    expect(roles[0]?.trustPolicy).toBe(JSON.stringify(trust))
  })

  it('policies of the wrong kind are refused: a session policy has no principal', () => {
    expect(complaints(withRole(`    sessionPolicy: ${JSON.stringify(trust)}`)).join('\n')).toMatch(/Principal/)
  })

  it('policies of a missing or malformed file are refused without quoting it', () => {
    const text = withRole('    trustPolicy: ./policies/trust.json')
    expect(complaints(text)).toEqual(['roles[0].trustPolicy: expected a readable file, found "./policies/trust.json"'])
    const secret = complaints(text, { '/etc/fedgate/policies/trust.json': 'hunter2 {' })
    expect(secret).toEqual([
      expect.stringContaining('roles[0].trustPolicy: expected JSON in ./policies/trust.json, found'),
    ])
    expect(secret.join()).not.toContain('hunter')
  })

  it('policies of a file with a name twice are refused: one of two Condition blocks would be lost', () => {
    const text = withRole('    trustPolicy: ./policies/trust.json')
    const twice = JSON.stringify(trust).replace('"Action"', '"Effect":"Deny","Action"')
    expect(complaints(text, { '/etc/fedgate/policies/trust.json': twice })).toEqual([
      'roles[0].trustPolicy: expected unique names in every object of ./policies/trust.json, found a duplicate',
    ])
  })

  it('policies that scope down are 2048 characters at most, ARNs included', () => {
    const arn = 'arn:aws:iam::aws:policy/ReadOnlyAccess'
    const sized = (characters: number): string => {
      const empty = JSON.stringify({ ...session, Id: '' })
      const padded = JSON.stringify({ ...session, Id: 'x'.repeat(characters - empty.length) })
      return withRole(`    sessionPolicyArns: ["${arn}"]\n    sessionPolicy: ${padded}`)
    }
    expect(complaints(sized(2048 - arn.length))).toEqual([])
    expect(complaints(sized(2049 - arn.length))).toEqual([
      'roles[0].sessionPolicy: expected at most 2048 characters as compact JSON, including the ARNs of sessionPolicyArns, found 2049 characters',
    ])
  })

  it.each([
    ['arn:aws:iam::aws:policy/ReadOnlyAccess', true],
    ['arn:aws-cn:iam::111122223333:policy/team/Read', true],
    ['ReadOnlyAccess', false],
    ['arn:aws:iam::111122223333:role/Admin', false],
    ['arn:aws:iam::1111:policy/Read', false],
  ])('%s as ARN of a managed policy: %s', (arn, isOne) => {
    const found = complaints(withRole(`    sessionPolicyArns: ["${arn}"]`))
    expect(found.length === 0).toBe(isOne)
  })

  it('a role has at most ten managed policies', () => {
    const arns = Array.from({ length: 11 }, (_, n) => `"arn:aws:iam::aws:policy/P${n}"`).join(', ')
    expect(complaints(withRole(`    sessionPolicyArns: [${arns}]`))).toEqual([
      'roles[0].sessionPolicyArns: expected at most 10 ARNs, found a list',
    ])
  })
})

describe('sts.fips', () => {
  const inRegion = (region: string, account = region) =>
    changed('  region: eu-west-1\n', `  region: ${region}\n  fips: true\n`).replace(
      'color: red, region: eu-west-1',
      `color: red, region: ${account}`,
    )

  it.each(['us-east-1', 'us-west-2', 'us-gov-east-1'])('goes with %s', (region) => {
    expect(complaints(inRegion(region))).toEqual([])
    expect(parse(inRegion(region)).sts.fips).toBe(true)
  })

  it('sts.fips is refused with a region that has no such endpoint, of STS or of an account', () => {
    const expected = 'expected a region where STS has a FIPS endpoint, or sts.fips: false, found'
    expect(complaints(inRegion('eu-west-1', 'us-east-1'))).toEqual([`sts.region: ${expected} "eu-west-1"`])
    expect(complaints(inRegion('us-east-1', 'cn-north-1'))).toEqual([
      `accounts.111122223333.region: ${expected} "cn-north-1"`,
    ])
  })

  it('sts.fips is refused where AWS is not what is spoken to', () => {
    const local = inRegion('us-east-1').replace('endpoint: aws', 'endpoint: local')
    expect(complaints(local)).toEqual([
      'sts.fips: expected false, as only sts.endpoint: aws has FIPS endpoints, found true',
    ])
  })
})

it('docs/sessions.md shows a configuration that is one', () => {
  const page = readFileSync(new URL('../../docs/sessions.md', import.meta.url), 'utf8')
  const [, shown = ''] = /```yaml\n([^`]+)```/.exec(page) ?? []
  const [before = ''] = sample.split('roles:\n')
  const config = parse(`${before}${shown}`)
  expect([...config.sessionTags.keys()]).toEqual(['CostCenter', 'Team'])
  expect(config.roles[0]?.sessionPolicy).toContain(`home/\${aws:userid}/*`)
})
