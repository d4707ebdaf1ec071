import { type ContextValue, requestContext } from '../../src/iam/condition-keys/context.ts'
import { type Decision, evaluate } from '../../src/iam/evaluate.ts'
import { parseTrustPolicy } from '../../src/iam/policy.ts'

export const SAML_PROVIDER = 'arn:aws:iam::111122223333:saml-provider/corp'
export const ACTION = 'sts:AssumeRoleWithSAML'

export const statement = (overrides: Readonly<Record<string, unknown>> = {}) => ({
  Effect: 'Allow',
  Principal: { Federated: SAML_PROVIDER },
  Action: ACTION,
  ...overrides,
})

export const document = (...statements: readonly unknown[]) => ({ Version: '2012-10-17', Statement: statements })

export interface Asked {
  readonly federated?: string
  readonly action?: string
  readonly context?: readonly ContextValue[]
}

export const decide = (
  policy: unknown,
  { federated = SAML_PROVIDER, action = ACTION, context = [] }: Asked = {},
): Decision =>
  evaluate(parseTrustPolicy(policy), { principal: { federated }, action, context: requestContext(context) })

/** Whether a single Allow with that Condition lets the request in. */
export const allows = (condition: unknown, context: readonly ContextValue[], version = '2012-10-17'): boolean =>
  decide({ Version: version, Statement: [statement({ Condition: condition })] }, { context }).effect === 'allow'

/** Whether a Deny with that Condition, next to an Allow without any, keeps the request out. */
export const denies = (condition: unknown, context: readonly ContextValue[]): boolean =>
  decide(document(statement(), statement({ Effect: 'Deny', Condition: condition })), { context }).effect ===
  'explicit-deny'
