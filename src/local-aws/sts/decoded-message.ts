/** What DecodeAuthorizationMessage shows of a denied call: JSON as AWS documents its contents (aws-sts-semantics A.5). */
import type { RequestContext } from '../../iam/condition-keys/context.ts'
import type { Statement } from '../../iam/policy.ts'
import type { Attempt, Refusal, SignedCaller } from '../permissions.ts'

const items = <Item>(list: readonly Item[]) => ({ items: list })
const values = (texts: readonly string[]) => items(texts.map((value) => ({ value })))

export const decodedMessage = (
  caller: SignedCaller,
  { action, resource, context }: Attempt,
  { isExplicit, decision }: Refusal,
): string =>
  JSON.stringify({
    allowed: false,
    explicitDeny: isExplicit,
    matchedStatements: items(decision?.statement ? [matchedStatement(decision.statement)] : []),
    failures: items([]),
    context: {
      principal: { id: caller.userId, name: caller.arn.slice(caller.arn.lastIndexOf('/') + 1), arn: caller.arn },
      action,
      resource,
      conditions: conditionsOf(context),
    },
  })

const matchedStatement = ({ sid, effect, principal, actions, resources, conditions }: Statement) => ({
  statementId: sid ?? '',
  effect: effect.toUpperCase(),
  principals: values([principal.text]),
  principalGroups: items([]),
  actions: values(actions.names.map(({ text }) => text)),
  resources: values(resources?.names.map(({ text }) => text) ?? []),
  conditions: items(conditions.map(({ operator, key, wanted }) => ({ key, operator, values: values([wanted]) }))),
})

const conditionsOf = (context: RequestContext) =>
  items([...context.values()].map((entry) => ({ key: entry.key, values: values(entry.values) })))
