/** Questions to which `explain` once gave a wrong or a thin answer, each with the files that showed it. */
import { readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { fixSentence, reasonSentence } from '../../src/access/preflight/explanation.ts'
import { explained } from '../../src/cli/explain/question.ts'
import { readConfig } from '../../src/cli/load-config.ts'
import type { Config } from '../../src/config/types.ts'
import { lintTrustPolicy } from '../../src/iam/lint.ts'

const FAULTS = join(import.meta.dirname, '../fixtures/faults/aws')
const ROLE = 'arn:aws:iam::111122223333:role'
/** Within the life of the files' tokens. */
const NOW = new Date(1_796_010_100_000)

let config: Config
const made: string[] = []

beforeAll(async () => {
  config = await readConfig(join(FAULTS, 'explain-issuer-false-allow/fedgate.yaml'), {})
})

afterAll(() => Promise.all(made.map((file) => rm(file))))

const fileOf = async (name: string, text: string): Promise<string> => {
  const file = join(tmpdir(), `fedgate-${process.pid}-${name}`)
  made.push(file)
  await writeFile(file, text)
  return file
}

interface Question {
  readonly provider?: string
  readonly role?: string
  readonly claims: string
  readonly trustPolicy?: string
}

const ask = async ({ provider = 'corp', role = 'Developer', claims, trustPolicy }: Question) => {
  const [file, policy] = [claims, trustPolicy ?? 'explain-issuer-false-allow/sp.json'].map((path) =>
    path.startsWith('/') ? path : join(FAULTS, path),
  )
  const options = { config: '', provider, role: `${ROLE}/${role}`, claims: file ?? '', trustPolicy: policy ?? '' }
  const one = await explained(config, options, NOW)
  const { preflight } = one
  return { ...one, outcome: preflight.outcome, reason: reasonSentence(preflight), change: fixSentence(preflight) }
}

const response = (name = 'explain-issuer-false-allow/response.xml') => readFile(join(FAULTS, name), 'utf8')
const OURS = 'https://idp.example.com/saml'
const THEIRS = 'https://other.example.com'

/** A response that AWS will accept, but for the Recipient, which the policy at hand asks for. */
const fromOurs = async () => (await response()).replaceAll(THEIRS, OURS)

describe('A response in a file', () => {
  it('a response in a file of another issuer than the provider has in IAM was allowed', async () => {
    const { outcome, reason } = await ask({ claims: 'explain-issuer-false-allow/response.xml' })
    expect(outcome).toBe('denied')
    expect(reason).toContain('Issuer not present in specified provider')
    expect(reason).toContain(`expected ${OURS}, actual ${THEIRS}, Assertion/Issuer`)
  })

  it('a response in a file of the right issuer is allowed', async () => {
    expect((await ask({ claims: await fileOf('right.xml', await fromOurs()) })).outcome).toBe('allowed')
  })

  it('a response in a file whose Response has another Issuer than its Assertion is unknown', async () => {
    const claims = await fileOf('two-issuers.xml', (await fromOurs()).replace(OURS, THEIRS))
    const { outcome, reason } = await ask({ claims })
    expect(outcome).toBe('unknown')
    expect(reason).toContain(`actual ${THEIRS}, Response/Issuer`)
  })

  it('a response in a file with a status other than Success was allowed', async () => {
    const claims = await fileOf('responder.xml', (await fromOurs()).replace('status:Success', 'status:Responder'))
    const { outcome, reason } = await ask({ claims })
    expect(outcome).toBe('denied')
    expect(reason).toContain('expected Success, actual Responder')
  })

  it('a response in a file with a second AudienceRestriction that does not name AWS was allowed', async () => {
    const another = '<a:AudienceRestriction><a:Audience>https://elsewhere.example</a:Audience></a:AudienceRestriction>'
    const claims = await fileOf('audiences.xml', (await fromOurs()).replace('</a:Conditions>', `${another}$&`))
    const { outcome, reason } = await ask({ claims })
    expect(outcome).toBe('unknown')
    expect(reason).toContain('https://elsewhere.example')
  })

  it('a response in a file with an attribute of AWS in another case names it', async () => {
    const { outcome, reason } = await ask({ claims: 'explain-tag-value/case.xml' })
    expect(outcome).toBe('denied')
    expect(reason).toContain('https://aws.amazon.com/SAML/attributes/Role is not it: upper and lower case differ')
  })

  it('a response in a file with a bad character in a tag names tag and characters, and not the value', async () => {
    const { outcome, reason } = await ask({ claims: 'explain-tag-value/bad-char.xml' })
    expect(outcome).toBe('denied')
    expect(reason).toContain('the value of Dept with "&" "(" ")"')
    expect(reason).not.toContain('west')
  })

  it('a response in a file with two values of a tag names tag and count', async () => {
    const { outcome, reason } = await ask({ claims: 'explain-tag-value/two-values.xml' })
    expect(outcome).toBe('denied')
    expect(reason).toContain('actual 2 values of Dept')
  })
})

describe('A GitHub job', () => {
  const github = { provider: 'github', role: 'CI' }

  it('a GitHub job in an environment, where the policy asks for a branch, is shown its sub', async () => {
    const { outcome, reason } = await ask({
      ...github,
      claims: 'explain-sub-environment/gh.json',
      trustPolicy: 'explain-sub-environment/trust.json',
    })
    expect(outcome).toBe('denied')
    expect(reason).toContain(
      'the job runs in the environment dev, so its sub is repo:octo-org/octo-repo:environment:dev and names no branch',
    )
  })

  it('a GitHub job of a pull request, where the policy asks for a branch, is shown its sub', async () => {
    const text = await response('explain-sub-environment/gh.json')
    const claims = await fileOf('pull.json', text.replace('environment:dev', 'pull_request'))
    const { reason } = await ask({ ...github, claims, trustPolicy: 'explain-sub-environment/trust.json' })
    expect(reason).toContain('the job was started by a pull request')
  })

  it('a GitHub job of a repository that the policy writes in another case is shown that only case differs', async () => {
    const claims = await fileOf(
      'branch.json',
      (await response('explain-sub-environment/gh.json')).replace('environment:dev', 'ref:refs/heads/main'),
    )
    const { outcome, reason } = await ask({ ...github, claims, trustPolicy: 'explain-sub-environment/trust-case.json' })
    expect(outcome).toBe('denied')
    expect(reason).toContain('only case differs')
  })

  it('a GitHub job with another audience was told about saml:aud', async () => {
    const { outcome, evidence, trustPolicy } = await ask({
      ...github,
      claims: 'lint-oidc-aud-cure/gh.json',
      trustPolicy: 'lint-oidc-aud-cure/trust.json',
    })
    expect(outcome).toBe('denied')
    if (!trustPolicy) throw new Error('no policy')
    const inUse = { kind: 'web-identity', provider: evidence.principal, audience: 'sts.amazonaws.com' } as const
    const [finding] = lintTrustPolicy(trustPolicy, { evidence: [{ ...inUse, tags: false, sourceIdentity: false }] })
    expect(finding?.code).toBe('trust.audience_mismatch')
    expect(finding?.hint).toMatch(/^token\.actions\.githubusercontent\.com:aud is .*ask for sts\.amazonaws\.com/)
    expect(finding?.hint).not.toContain('saml')
  })

  it('a GitHub job whose role trusts a principal that was deleted is answered as if that one were not there', async () => {
    const trust = { ...github, claims: 'stale-principal/gh.json', trustPolicy: 'stale-principal/trust.json' }
    expect((await ask(trust)).outcome).toBe('allowed')
    const own = await readConfig(join(FAULTS, 'stale-principal/fedgate.yaml'), {})
    const options = { config: '', provider: 'github', role: `${ROLE}/CI`, claims: join(FAULTS, trust.claims) }
    const warnings: string[] = []
    const { preflight } = await explained(own, options, NOW, (line) => warnings.push(line))
    expect([preflight.outcome, warnings]).toEqual(['allowed', []])
  })

  it('a GitHub job whose token has no exp is warned about, and unknown where it is a token', async () => {
    const { exp: _, ...rest } = JSON.parse(await response('stale-principal/gh.json'))
    const times = async (text: string) => {
      const claims = await fileOf('no-exp', text)
      const { preflight } = await ask({ ...github, claims, trustPolicy: 'stale-principal/trust.json' })
      return preflight.verdict.find(({ name }) => name === 'timesAreIntegers')
    }
    expect(await times(JSON.stringify(rest))).toMatchObject({
      outcome: 'pass',
      warning: expect.stringContaining('exp'),
    })
    const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')
    expect(await times(`${part({ alg: 'RS256' })}.${part(rest)}.eA`)).toMatchObject({
      outcome: 'unknown',
      found: 'no exp',
    })
  })
})

it('A token of Entra whose azp is not its aud names azp', async () => {
  const iss = 'https://login.microsoftonline.com/00000000-0000-0000-0000-000000000001/v2.0'
  const token = { iss, aud: 'app-1', azp: 'caller-2', sub: 'alice', iat: 1_796_010_000, exp: 1_796_020_000 }
  const host = 'login.microsoftonline.com/00000000-0000-0000-0000-000000000001/v2.0'
  const statement = {
    Effect: 'Allow',
    Principal: { Federated: `arn:aws:iam::111122223333:oidc-provider/${host}` },
    Action: 'sts:AssumeRoleWithWebIdentity',
    Condition: { StringEquals: { [`${host}:sub`]: 'alice' } },
  }
  const { outcome, reason, change } = await ask({
    provider: 'entra',
    role: 'Ent',
    claims: await fileOf('entra.json', JSON.stringify(token)),
    trustPolicy: await fileOf('entra-trust.json', JSON.stringify({ Version: '2012-10-17', Statement: [statement] })),
  })
  expect(outcome).toBe('unknown')
  expect(reason).toContain('caller-2 in azp, which AWS compares in place of aud (app-1)')
  expect(change).toContain("as Entra's v2 tokens do")
})

it('A trust policy of the configuration that cannot be read leaves its role unknown, with a warning', async () => {
  const strange = {
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', NotPrincipal: '*', Action: 'sts:AssumeRole' }],
  }
  const [first] = config.roles
  expect(first).toBeUndefined()
  const match = `${ROLE}/CI`
  const settings = { match, pattern: { test: (arn: string) => arn === match }, sessionPolicyArns: [] }
  const odd: Config = { ...config, roles: [{ ...settings, trustPolicy: JSON.stringify(strange) }] }
  const warnings: string[] = []
  const options = { config: '', provider: 'github', role: match, claims: join(FAULTS, 'stale-principal/gh.json') }
  const { preflight } = await explained(odd, options, NOW, (line) => warnings.push(line))
  expect(preflight.outcome).toBe('unknown')
  expect(warnings).toEqual([expect.stringMatching(/trustPolicy of .*role\/CI cannot be read.*NotPrincipal/)])
})
