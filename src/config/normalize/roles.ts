/** Accounts, settings of roles, and access rules. */
import { contextValues } from '../../core/authentication/context.ts'
import { glob } from '../../core/patterns/glob.ts'
import { toValueMatch } from '../patterns.ts'
import { policyJson, type ReadText, type WrittenPolicy } from '../policies.ts'
import { conditionsOf, idpsOf, providersOf } from '../rules/when.ts'
import type { FileConfig } from '../schema.ts'
import type { AccessRule, Config, OperatorRule, RoleSelector, RoleSettings } from '../types.ts'
import { conditionInFull } from './trust-marks.ts'
import { optional, seconds } from './values.ts'

export function accountsOf(accounts: FileConfig['accounts']): Config['accounts'] {
  return new Map(
    Object.entries(accounts).map(([id, { name, color, environment, region }]) => [
      id,
      {
        name: name ?? id,
        ...optional('color', color),
        ...optional('environment', environment),
        ...optional('region', region),
      },
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
    sensitive,
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
    ...optional('sensitive', sensitive),
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

export function requestAccessOf(written: FileConfig['requestAccess']): Config['requestAccess'] {
  if (written === undefined) return undefined
  const { url, show } = typeof written === 'string' ? { url: written, show: [] } : written
  return { url, show: show.map(glob) }
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
    roles: rule.roles.filter((role) => typeof role === 'string'),
    ...optional('selectors', selectorsOf(rule)),
  }
}

type FileSelector = Exclude<FileConfig['access'][number]['roles'][number], string>

function selectorsOf({ roles }: FileConfig['access'][number]): readonly RoleSelector[] | undefined {
  const selectors = roles.filter((role) => typeof role !== 'string')
  return selectors.length === 0 ? undefined : selectors.map(roleSelectorOf)
}

function roleSelectorOf(selector: FileSelector): RoleSelector {
  const { tag, attribute = 'groups', separator = ' ', path, name, account, ou, accountTag } = selector
  return {
    shown: shownSelector(selector),
    ...optional('grantTag', typeof tag === 'string' ? { key: tag, attribute, separator } : undefined),
    tags: globsByKey(typeof tag === 'string' ? {} : tag),
    ...optional('path', globs(path)),
    ...optional('name', globs(name)),
    ...optional('account', globs(account)),
    ...optional('ou', globs(ou)),
    accountTags: globsByKey(accountTag),
  }
}

function globs(texts: string | readonly string[] | undefined) {
  return texts === undefined ? undefined : [texts].flat().map(glob)
}

function globsByKey(values: Readonly<Record<string, string | readonly string[]>> = {}) {
  return new Map(Object.entries(values).map(([key, texts]) => [key, [texts].flat().map(glob)]))
}

/** `tag fedgate:groups, ou Workloads` */
function shownSelector({ tag, path, name, account, ou, accountTag }: FileSelector): string {
  const tags = Object.entries(typeof tag === 'object' ? tag : {})
  const parts = [
    ...(typeof tag === 'string' ? [`tag ${tag}`] : []),
    ...tags.map(([key, values]) => `tag ${key} = ${[values].flat().join(' or ')}`),
    ...Object.entries({ path, name, account, ou }).flatMap(([key, values]) =>
      values === undefined ? [] : [`${key} ${[values].flat().join(' or ')}`],
    ),
    ...Object.entries(accountTag ?? {}).map(([key, values]) => `account tag ${key} = ${[values].flat().join(' or ')}`),
  ]
  return parts.join(', ')
}
