/** Keys that AWS never fills: an Allow that requires one admits no caller, a Deny may exclude every caller. */
import type { Condition } from '../../conditions.ts'
import type { Policy, Statement } from '../../policy.ts'
import type { EvidenceKind } from '../facts.ts'
import type { LintMatch, LintRule } from '../finding.ts'
import { type Callers, type KeyProblem, keyProblem } from '../keys.ts'
import { callOf, covers, providersOf } from '../statement-queries.ts'

interface Problem {
  readonly condition: Condition
  readonly problem: KeyProblem
}

export const keyRules = {
  'trust.key_never_filled': {
    severity: 'error',
    sentence: 'AWS never fills the key in this call.',
    hint: 'Ask for a key that the call has, or leave the condition away.',
    find: matches('never', ({ why }, key) => ({ sentence: `AWS never fills ${key} in this call: ${why}.` })),
  },
  'trust.key_misspelt': {
    severity: 'error',
    sentence: 'AWS knows no such key.',
    hint: 'Correct the key.',
    find: matches('misspelt', ({ meant }, key) => ({
      sentence: `AWS never fills ${key} in this call.`,
      hint: `Did you mean ${meant}?`,
    })),
  },
  'trust.claim_is_no_key': {
    severity: 'error',
    sentence: 'AWS makes no condition key of that claim or attribute.',
    hint: 'Ask for a claim that AWS shows, or have it sent as a session tag and ask for aws:RequestTag/….',
    find: matches('claim', ({ exposed }, key) => ({
      sentence: `AWS makes no condition key ${key} of what it is shown${exposed.length === 0 ? '' : `, only of ${exposed.join(', ')}`}.`,
    })),
  },
} as const satisfies Readonly<Record<string, LintRule>>

function matches<Kind extends KeyProblem['kind']>(
  kind: Kind,
  textOf: (problem: Extract<KeyProblem, { kind: Kind }>, key: string) => Omit<LintMatch, 'path'>,
) {
  return (policy: Policy): readonly LintMatch[] =>
    problems(policy).flatMap(({ condition: { path, key }, problem }) =>
      problem.kind === kind ? [{ path, ...textOf(problem as Extract<KeyProblem, { kind: Kind }>, key) }] : [],
    )
}

function problems({ statements }: Policy): readonly Problem[] {
  return statements.flatMap((statement) => {
    const callers = callersOf(statement)
    if (callers === undefined) return []
    return statement.conditions.flatMap((condition) => {
      const problem = keyProblem(condition.key, callers)
      return problem === undefined ? [] : [{ condition, problem }]
    })
  })
}

/** A statement about roles and users, or about any principal, is checked against the calls that it covers. */
function callersOf(statement: Statement): Callers | undefined {
  const providers = providersOf(statement)
  const { arns, accounts, services } = statement.principal
  if (arns.size + accounts.size + services.size > 0) return undefined
  const kinds = (['saml', 'web-identity'] as const).filter((kind: EvidenceKind) =>
    providers.length > 0 ? providers.some((one) => one.kind === kind) : covers(statement, callOf[kind]),
  )
  // Any principal includes every issuer: nothing can be concluded.
  if (providers.length === 0) return undefined
  return {
    kinds: new Set(kinds),
    issuers: new Set(providers.flatMap(({ issuer }) => (issuer === undefined ? [] : [issuer.toLowerCase()]))),
  }
}
