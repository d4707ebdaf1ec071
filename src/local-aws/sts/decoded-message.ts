/** What DecodeAuthorizationMessage returns for a denied call: JSON as AWS documents its contents (aws-facts A.5). */
import type { RequestContext } from '../../iam/condition-keys/context.ts'
import type { Statement } from '../../iam/policy.ts'
import type { Attempt, Refusal, SignedCaller } from '../permissions.ts'

export function decodedMessage(
  caller: SignedCaller,
  { action, resource, context }: Attempt,
  { isExplicit, decision }: Refusal,
): string {
  return JSON.stringify({
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
}

function items<Item>(list: readonly Item[]) {
  return { items: list }
}

function matchedStatement({ sid, effect, principal, actions, resources, conditions }: Statement) {
  return {
    statementId: sid ?? '',
    effect: effect.toUpperCase(),
    principals: values([principal.text]),
    principalGroups: items([]),
    actions: values(actions.names.map(({ text }) => text)),
    resources: values(resources?.names.map(({ text }) => text) ?? []),
    conditions: items(conditions.map(({ operator, key, wanted }) => ({ key, operator, values: values([wanted]) }))),
  }
}

function values(texts: readonly string[]) {
  return items(texts.map((value) => ({ value })))
}

function conditionsOf(context: RequestContext) {
  return items([...context.values()].map((entry) => ({ key: entry.key, values: values(entry.values) })))
}
