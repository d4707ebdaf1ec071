/** Skips settings that a command does not need, so that it works without the gateway's secrets and variables. */
import { randomBytes } from 'node:crypto'
import { isObject } from '../core/json.ts'
import type { ConfigDocument } from './document.ts'
import { type Path, showPath } from './issue.ts'

/**
 * What the configuration is read for. `gateway`: all settings. `check`: all, on a machine that may not have the session
 * secret. `offline`: only what concerns AWS; no secrets, no settings of the server, and files only when they are used.
 */
export type Purpose = 'gateway' | 'check' | 'offline'

export interface Needed extends Pick<ConfigDocument, 'values' | 'problems'> {
  /** What is not read, such as `session.secret`. */
  readonly unread: readonly string[]
}

type Values = Readonly<Record<string, unknown>>

const SESSION_SECRET = ['session', 'secret'] as const

/** Settings of the server only, which may contain variables of its environment. */
const OF_THE_SERVER = ['session', 'listen', 'trustProxy', 'audit', 'metrics', 'limits', 'branding', 'federation']

/** The document without the settings that the purpose does not need, and without their problems. */
export function neededFor(purpose: Purpose, document: ConfigDocument): Needed {
  if (purpose === 'gateway' || !isObject(document.values)) return { ...document, unread: [] }
  return purpose === 'check'
    ? withoutMissingSecret(document, document.values)
    : withoutSecrets(document, document.values)
}

/** A secret that exists is checked: the gateway would not start with one that is too short. */
function withoutMissingSecret(document: ConfigDocument, values: Values): Needed {
  const problems = document.problems.filter(({ path }) => !isAtOrIn(path, SESSION_SECRET))
  if (problems.length === document.problems.length) return { values, problems, unread: [] }
  return { values: withSessionSecret(values), problems, unread: [showPath(SESSION_SECRET)] }
}

function isAtOrIn(path: Path, around: Path): boolean {
  return around.every((step, index) => step === path[index])
}

function withSessionSecret(values: Values): Values {
  const { session = {} } = values
  return isObject(session) ? { ...values, session: { ...session, secret: placeholder() } } : values
}

/** Random each time: a cookie signed with it would never be valid. */
function placeholder(): string {
  return randomBytes(32).toString('hex')
}

function withoutSecrets({ problems }: ConfigDocument, values: Values): Needed {
  const isUnused = (path: Path): boolean => isClientSecret(path) || OF_THE_SERVER.some((key) => isAtOrIn(path, [key]))
  const unused = problems.map(({ path }) => path).filter((path) => isUnused(path) && !isClientSecret(path))
  const left = unused.reduce<Values>((rest, path) => without(rest, path) as Values, values)
  const { providers } = left
  return {
    values: withSessionSecret(
      Array.isArray(providers) ? { ...left, providers: providers.map(withoutClientSecret) } : left,
    ),
    problems: problems.filter(({ path }) => !isUnused(path)),
    unread: [showPath(SESSION_SECRET)],
  }
}

function isClientSecret([list, , key]: Path): boolean {
  return list === 'providers' && key === 'clientSecret'
}

/** Removes the value at the path, or its whole list, so that the default applies. */
function without(value: unknown, [step, ...rest]: Path): unknown {
  if (!isObject(value) || step === undefined) return undefined
  return { ...value, [step]: without(value[step], rest) }
}

function withoutClientSecret(provider: unknown): unknown {
  return isObject(provider) && 'clientSecret' in provider ? { ...provider, clientSecret: placeholder() } : provider
}
