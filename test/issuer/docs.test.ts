/** What docs/issuer.md shows is what works. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { awsFacts } from '../../src/cli/load-config.ts'
import { parseConfig } from '../../src/config/load.ts'
import { webIdentityContext } from '../../src/iam/condition-keys/condition-keys.ts'
import { requestContext } from '../../src/iam/condition-keys/context.ts'
import { evaluate } from '../../src/iam/evaluate.ts'
import { parseTrustPolicy } from '../../src/iam/policy.ts'

const page = readFileSync(join(import.meta.dirname, '../../docs/issuer.md'), 'utf8')

/** The one piece of the page in that language that has this in it. */
const shown = (language: string, containing: string): string => {
  const pieces = [...page.matchAll(/```(\w+)\n([\s\S]*?)```/g)].filter(
    ([, of, text = '']) => of === language && text.includes(containing),
  )
  expect(pieces).toHaveLength(1)
  return pieces[0]?.[2] ?? ''
}

describe('docs/issuer.md', () => {
  it('shows a configuration that is one', () => {
    const text = `baseUrl: https://aws.example.com
session: { secret: 0123456789abcdef0123456789abcdef }
providers: [{ id: google, protocol: oidc, issuer: "https://accounts.google.com", clientId: client-1 }]
${shown('yaml', 'issuer:')}`
    const { issuer } = parseConfig(text, { file: 'fedgate.yaml', env: {}, readFile: () => '', aws: awsFacts })
    expect(issuer).toMatchObject({ url: 'https://keys.example.com', audience: 'sts.amazonaws.com' })
  })

  it.each([
    ['corp', 'allow'],
    ['partner', 'implicit-deny'],
  ])('shows a trust policy that for the users of %s says: %s', (provider, effect) => {
    const statement: unknown = JSON.parse(shown('json', 'Principal'))
    const policy = parseTrustPolicy({ Version: '2012-10-17', Statement: [statement] })
    const claims = { amr: ['pwd', `provider:${provider}`] }
    const identity = webIdentityContext({
      issuer: 'https://keys.example.com',
      subject: 'alice-1',
      audience: 'sts.amazonaws.com',
      claims,
    })
    const principal = { federated: 'arn:aws:iam::111122223333:oidc-provider/keys.example.com' }
    const asked = { principal, action: 'sts:AssumeRoleWithWebIdentity', context: requestContext(identity) }
    expect(evaluate(policy, asked).effect).toBe(effect)
  })
})
