/**
 * `fedgate check --against URL`: what a new configuration would change at a running gateway, before it is loaded. The gateway
 * shows its configuration as it is written, to operators only; both are read here with the same code. Start at runAgainst.
 */
import { stringify } from 'yaml'
import { parseConfig } from '../../config/load.ts'
import type { Config, WrittenConfig } from '../../config/types.ts'
import { changesOf } from '../../config/written.ts'
import { isObject } from '../../core/json.ts'
import { grantsOfRules } from '../access/grants.ts'
import type { Grant } from '../access/report.ts'
import { configuredCatalog } from '../catalog/configured.ts'
import { CheckError } from '../errors.ts'
import { Ended, exitCodes } from '../exit-codes.ts'
import { awsFacts, readConfig } from '../load-config.ts'
import { openOutput } from '../output.ts'
import { needsRestart } from '../serving/needs-restart.ts'
import { callApi } from '../user/session/api.ts'
import { openSession } from '../user/session/session.ts'
import { chosenGateway } from '../user/session/settings.ts'
import { thisMachine } from '../user/user-commands.ts'
import type { Difference, RuleChange } from './difference.ts'
import { differenceLines } from './lines.ts'

export interface AgainstOptions {
  /** Path of the new configuration. */
  readonly config: string
  /** URL of the running gateway, where the user of this machine is signed in as an operator. */
  readonly against: string
  readonly json?: true
}

/** Throws ConfigError, CatalogError, CheckError, UserError, or Ended with 1 if anything would change. */
export async function runAgainst({ config: file, against, json }: AgainstOptions): Promise<void> {
  const output = openOutput(process.stdout, process.stderr, process.env)
  const next = await readConfig(file, process.env, 'offline')
  const difference = await differenceBetween(await runningConfiguration(against), next)
  if (json) output.print(JSON.stringify(difference, undefined, 2))
  else for (const line of differenceLines(difference)) output.print(line)
  for (const note of difference.notes) output.note(note)
  if (difference.settings.length > 0 || difference.rules.length > 0) throw new Ended(exitCodes.failed)
}

/** As the gateway runs it now, by the session that `fedgate login` began. Throws UserError or CheckError. */
async function runningConfiguration(url: string): Promise<WrittenConfig> {
  const machine = thisMachine(openOutput(process.stdout, process.stderr, process.env))
  const gateway = await chosenGateway(machine, url)
  const session = await openSession(machine, gateway)
  const answer = await callApi(session, { method: 'GET', path: '/api/configuration' }, machine.now)
  if (isObject(answer.configuration)) return answer.configuration
  throw new CheckError('check.gateway_older', {
    sentence: `The gateway at ${gateway} does not show its configuration.`,
  })
}

/** Pure but for the catalogue of the new configuration, with which the rules of both are expanded. */
export async function differenceBetween(running: WrittenConfig, next: Config): Promise<Difference> {
  const changes = changesOf(running, next.written)
  const before = asConfig(running, next)
  // Where the rules of both can be read, their grants say more than their text.
  const settings = changes
    .filter(({ setting }) => before === undefined || setting !== 'access')
    .map((change) => ({ ...change, needsRestart: needsRestart(change) }))
  return {
    version: 1,
    settings,
    rules: before === undefined ? [] : await ruleChanges(before, next),
    notes: [
      ...(before === undefined && changes.some(({ setting }) => setting === 'access')
        ? [
            'The running rules cannot be read here, for example because they use variables: only settings were compared.',
          ]
        : []),
      'The contents of files (keys, metadata, policies) and the values of variables were not compared.',
    ],
  }
}

/** The running configuration as if its file were the new one's. undefined if it cannot be read on this machine. */
function asConfig(running: WrittenConfig, next: Config): Config | undefined {
  try {
    return parseConfig(stringify(withoutPolicies(running)), {
      file: next.file,
      env: process.env,
      readFile: () => {
        throw new Error('files of the running gateway are not here')
      },
      aws: awsFacts,
      purpose: 'offline',
    })
  } catch {
    return undefined
  }
}

/** Policies may be files of the gateway's machine, and decide no grant. */
function withoutPolicies(running: WrittenConfig): WrittenConfig {
  if (!Array.isArray(running.roles)) return running
  const roles = running.roles.map((role) => {
    if (!isObject(role)) return role
    const { trustPolicy: _, sessionPolicy: __, ...settings } = role
    return settings
  })
  return { ...running, roles }
}

/** The grants that one has and the other does not, by users and the rule that decides. */
async function ruleChanges(before: Config, next: Config): Promise<readonly RuleChange[]> {
  const catalog = await configuredCatalog(next)
  const [earlier, later] = [grantsOfRules({ config: before, catalog }), grantsOfRules({ config: next, catalog })]
  const [earlierKeys, laterKeys] = [new Set(earlier.map(keyOf)), new Set(later.map(keyOf))]
  const changes = new Map<string, { who: string; provider: string; granted: string[]; lost: string[] }>()
  const changeFor = ({ who, provider }: Grant) => {
    const key = JSON.stringify([who, provider])
    const change = changes.get(key) ?? { who, provider, granted: [], lost: [] }
    changes.set(key, change)
    return change
  }
  for (const grant of later) if (!earlierKeys.has(keyOf(grant))) changeFor(grant).granted.push(grant.role)
  for (const grant of earlier) if (!laterKeys.has(keyOf(grant))) changeFor(grant).lost.push(grant.role)
  return [...changes.values()].map(({ granted, lost, ...change }) => ({
    ...change,
    granted: [...new Set(granted)],
    lost: [...new Set(lost)],
  }))
}

function keyOf({ who, provider, role }: Grant): string {
  return JSON.stringify([who, provider, role])
}
