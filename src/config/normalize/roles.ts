/** Accounts, settings of roles, and access rules. */
import { contextValues } from '../../core/authentication/context.ts'
import { glob } from '../../core/patterns/glob.ts'
import { toValueMatch } from '../patterns.ts'
import { policyJson, type ReadText, type WrittenPolicy } from '../policies.ts'
import { conditionsOf, idpsOf, providersOf } from '../rules/when.ts'
import type { FileConfig } from '../schema.ts'
import type { AccessRule, Config, OperatorRule, RoleSettings } from '../types.ts'
import { conditionInFull } from './trust-marks.ts'
import { optional, seconds } from './values.ts'

export function accountsOf(accounts: FileConfig['accounts']): Config['accounts'] {
  return new Map(
    Object.entries(accounts).map(([id, { name, color, region }]) => [
      id,
      { name: name ?? id, ...optional('color', color), ...optional('region', region) },
    ]),
  )
}

export function roleSettingsOf(
  {
    match,
    alias,
    maxSessionDuration,
    maxAuthAge,
    authnContext,
    sessionPolicyArns,
    sessionPolicy,
    trustPolicy,
  }: FileConfig['roles'][number],
  readText: ReadText,
): RoleSettings {
  return {
    match,
    pattern: glob(match),
    ...optional('alias', alias),
    ...optional('maxSessionSeconds', maxSessionDuration === undefined ? undefined : seconds(maxSessionDuration)),
    ...optional('maxAuthAgeSeconds', maxAuthAge === undefined ? undefined : seconds(maxAuthAge)),
    ...optional(
      'authnContext',
      authnContext?.flatMap((name) => contextValues(name)),
    ),
    sessionPolicyArns,
    ...optional('sessionPolicy', policyOf(sessionPolicy, readText)),
    ...optional('trustPolicy', policyOf(trustPolicy, readText)),
  }
}

function policyOf(written: WrittenPolicy | undefined, readText: ReadText): string | undefined {
  if (written === undefined) return undefined
  const read = policyJson(written, readText)
  if (!('json' in read)) throw new TypeError(`no policy: ${read.found}`)
  return read.json
}

export function operatorRuleOf(rule: FileConfig['operators'][number], line: number): OperatorRule {
  return {
    when: {
      ...optional('provider', providersOf(rule)),
      ...optional('idp', idpsOf(rule)),
      conditions: conditionsOf(rule).map(([name, written]) => {
        const [attribute, values] = conditionInFull(name, [written].flat())
        return { attribute, anyOf: values.map(toValueMatch) }
      }),
    },
    line,
  }
}

export function accessRuleOf(rule: FileConfig['access'][number], line: number): AccessRule {
  return {
    ...operatorRuleOf(rule, line),
    roles: rule.roles,
  }
}
