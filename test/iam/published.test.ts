/** The trust policies of published guides, parsed and evaluated (test/fixtures/iam/published). */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { conditionKeyOf } from '../../src/iam/condition-keys/condition-keys.ts'
import { requestContext } from '../../src/iam/condition-keys/context.ts'
import { evaluate } from '../../src/iam/evaluate.ts'
import { parseTrustPolicy } from '../../src/iam/policy.ts'

interface Caller {
  readonly Federated?: string
  readonly AWS?: string
}

interface Example {
  readonly guide: string
  readonly policy: unknown
  readonly request: Required<Asked>
  readonly neighbours: readonly (Asked & { readonly differs: string })[]
}

interface Asked {
  readonly principal?: Caller
  readonly action?: string
  readonly context?: Readonly<Record<string, readonly string[]>>
}

const FOLDER = join(import.meta.dirname, '../fixtures/iam/published')
const examples: readonly (readonly [string, Example])[] = readdirSync(FOLDER)
  .filter((name) => name.endsWith('.json'))
  .map((name) => [name, JSON.parse(readFileSync(join(FOLDER, name), 'utf8'))])

/** Which keys hold a list is what AWS publishes, and so the table's part. */
const decide = (policy: unknown, { principal, action, context }: Required<Asked>, unconfirmed: 'apply' | 'unknown') =>
  evaluate(
    parseTrustPolicy(policy),
    {
      principal: principal.Federated === undefined ? { aws: principal.AWS ?? '' } : { federated: principal.Federated },
      action,
      context: requestContext(
        Object.entries(context).map(([key, values]) => ({ key, values, multi: conditionKeyOf(key)?.multi ?? false })),
      ),
    },
    { unconfirmed },
  ).effect

describe.each(examples)('%s', (_, { policy, request, neighbours }) => {
  it.each(['apply', 'unknown'] as const)('admits the one it is for (%s)', (unconfirmed) => {
    expect(decide(policy, request, unconfirmed)).toBe('allow')
  })

  it.each(neighbours)('refuses $differs', ({ context, ...other }) => {
    const asked = { ...request, ...other, context: { ...request.context, ...context } }
    expect(decide(policy, asked, 'unknown')).toBe('implicit-deny')
  })
})

it('The guides named by the task are all there', () => {
  const names = examples.map(([name]) => name.replace('.json', ''))
  expect(names).toEqual(
    expect.arrayContaining([
      'github-actions',
      'gitlab',
      'cognito-authenticated',
      'google',
      'adfs',
      'okta',
      'eks-service-account',
    ]),
  )
})
