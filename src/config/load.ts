/**
 * Owns the configuration: turns a YAML file into the `Config` of types.ts, or into a list of problems with their places
 * in the file. Independent of protocols, AWS and servers: the meaning of a value is decided where it is used.
 * Start here: parseConfig runs all steps (document.ts: YAML and variables; schema.ts: the shape; rules.ts: rules over
 * several keys; explain.ts: error messages; normalize.ts: the form that the other folders use).
 */
import { accessSync, constants, readFileSync, statSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import type { z } from 'zod'
import { isObject } from '../core/json.ts'
import { type ConfigDocument, readDocument } from './document.ts'
import { ConfigError, invalidConfig } from './errors.ts'
import { explainIssue } from './explain.ts'
import { interpolateWith } from './interpolate.ts'
import type { ConfigIssue, Path, Problem } from './issue.ts'
import { normalize } from './normalize.ts'
import { type AwsFacts, partialConfigOf, providerIdsOf } from './partial-config.ts'
import type { ReadText } from './policies.ts'
import { withPresetValues } from './preset-values.ts'
import { withPresets } from './presets.ts'
import { checkRules } from './rules.ts'
import { configSchema } from './schema.ts'
import type { Config } from './types.ts'
import { neededFor, type Purpose } from './unread.ts'
import { writtenConfig } from './written.ts'

export interface ParseOptions {
  /** The file's path as shown in messages; paths in the configuration are relative to its folder. */
  readonly file: string
  readonly env: Readonly<Record<string, string | undefined>>
  /** The text of a file by its absolute path. Throws when it cannot be read. */
  readonly readFile: (path: string) => string
  /** Whether a file can be read, without reading it, as it may be large. Default: by reading it. */
  readonly canRead?: (path: string) => boolean
  readonly aws: AwsFacts
  /** Default: `gateway`. */
  readonly purpose?: Purpose
}

/**
 * The configuration of a YAML text.
 * @throws ConfigError with every problem at once, each with file, line and column.
 */
export function parseConfig(
  text: string,
  { file, env, readFile: read, canRead = canReadBy(read), aws, purpose = 'gateway' }: ParseOptions,
): Config {
  const absolute = resolve(file)
  const folder = dirname(absolute)
  const document = readDocument(text, file, interpolateWith({ folder, env, readFile: read }))
  if (document.values === undefined) return rejects(file, document.problems)
  const needed = neededFor(purpose, document)
  const values = withPresets(withPresetValues(withTypedVariables({ ...document, ...needed })))
  const parsed = configSchema.safeParse(values)
  const issues: readonly z.core.$ZodIssue[] = parsed.error?.issues ?? []
  const isReadable = (path: string): boolean => purpose === 'offline' || canRead(resolve(folder, path))
  const readText = readingOnce((path) => read(resolve(folder, path)))
  const shape = issues.flatMap((issue) => explainIssue(issue, values))
  const rules = isObject(values)
    ? checkRules(partialConfigOf(values), { isReadable, readText, aws, providerIds: providerIdsOf(values) })
    : []
  const misfits = withoutEchoes([...shape, ...withoutConsequences(rules, shape)], needed.problems)
    .map((issue) => withoutValues(issue, document))
    .map(document.locate)
  const problems = [...needed.problems, ...misfits]
  if (!parsed.success || problems.length > 0) return rejects(file, problems)
  const ruleLine = (list: string, index: number) => document.locate({ path: [list, index], expected: '' }).line
  return {
    ...normalize(parsed.data, { file: absolute, folder, ruleLine, readText }),
    unread: needed.unread,
    written: writtenConfig(document),
  }
}

function canReadBy(read: ParseOptions['readFile']) {
  return (path: string): boolean => textOf(read, path) !== undefined
}

function textOf(read: (path: string) => string, path: string): string | undefined {
  try {
    return read(path)
  } catch {
    return undefined
  }
}

function rejects(file: string, problems: readonly Problem[]): never {
  throw invalidConfig(file, problems)
}

function withTypedVariables({ values, writtenAt }: Pick<ConfigDocument, 'values' | 'writtenAt'>): unknown {
  const issues = configSchema.safeParse(values).error?.issues ?? []
  return issues.reduce<unknown>((typed, issue) => {
    const path = issue.path.map((step) => (typeof step === 'symbol' ? String(step) : step))
    const isVariable = issue.code === 'invalid_type' && writtenAt(path) !== undefined
    return isVariable ? replaceAt(typed, path, (text) => fromText(issue.expected, text)) : typed
  }, values)
}

function replaceAt(values: unknown, path: Path, replace: (value: unknown) => unknown): unknown {
  const [step, ...rest] = path
  if (step === undefined) return replace(values)
  if (Array.isArray(values)) return values.map((each, i) => (i === step ? replaceAt(each, rest, replace) : each))
  return isObject(values) ? { ...values, [step]: replaceAt(values[step], rest, replace) } : values
}

/** A variable's value is text: it is converted where a number or a boolean is expected. */
function fromText(expected: string, text: unknown): unknown {
  if (expected === 'boolean' && (text === 'true' || text === 'false')) return text === 'true'
  if (/^(number|int)$/.test(expected) && typeof text === 'string' && /^\d{1,9}$/.test(text)) return Number(text)
  return text
}

/** Reads each file only once, so the text that was checked is the one that is used. */
function readingOnce(read: (path: string) => string): ReadText {
  const texts = new Map<string, string | undefined>()
  return (path) => {
    if (!texts.has(path)) texts.set(path, textOf(read, path))
    return texts.get(path)
  }
}

/** Without the issues of values that another problem already names. */
function withoutEchoes(issues: readonly ConfigIssue[], problems: readonly Problem[]): readonly ConfigIssue[] {
  const named = new Set(problems.map(({ path }) => JSON.stringify(path)))
  return issues.filter(({ path }) => !named.has(JSON.stringify(path)))
}

/** Without the rules' issues about missing values that exist but are invalid. */
function withoutConsequences(rules: readonly ConfigIssue[], shape: readonly ConfigIssue[]): readonly ConfigIssue[] {
  return rules.filter((rule) => !shape.some(({ path }) => isWithin(path, rule.path)))
}

function isWithin(path: Path, around: Path): boolean {
  return path.length > around.length && around.every((step, index) => step === path[index])
}

/** A variable may hold a secret: messages show its name, not its value. */
function withoutValues(issue: ConfigIssue, { writtenAt }: ConfigDocument): ConfigIssue {
  const written = writtenAt(issue.path)
  if (written === undefined || issue.found === undefined) return issue
  const { suggestion: _, ...rest } = issue
  return { ...rest, found: `the value of ${written}` }
}

/**
 * Reads a configuration file, and what it refers to.
 * @throws ConfigError if the file does not exist, cannot be read, or is invalid.
 */
export async function loadConfig(
  file: string,
  env: NodeJS.ProcessEnv,
  aws: AwsFacts,
  purpose: Purpose = 'gateway',
): Promise<Config> {
  return loadConfigText(await readConfigFile(file), { file, env, aws, purpose })
}

/**
 * The text of a configuration file.
 * @throws ConfigError if the file does not exist or cannot be read.
 */
export async function readConfigFile(file: string): Promise<string> {
  return readFile(file, 'utf8').catch((cause: unknown) => {
    throw isMissing(cause)
      ? new ConfigError('config.not_found', { sentence: `The configuration file ${file} does not exist.`, cause })
      : new ConfigError('config.unreadable', { sentence: `The configuration file ${file} cannot be read.`, cause })
  })
}

/**
 * The configuration of a text that was read from that file, with what it refers to.
 * @throws ConfigError if it is invalid.
 */
export function loadConfigText(text: string, options: Omit<ParseOptions, 'readFile' | 'canRead'>): Config {
  return parseConfig(text, { ...options, readFile: (path) => readFileSync(path, 'utf8'), canRead: canReadFile })
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT'
}

function canReadFile(path: string): boolean {
  try {
    accessSync(path, constants.R_OK)
    return statSync(path).isFile()
  } catch {
    return false
  }
}
