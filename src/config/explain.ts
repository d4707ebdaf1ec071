/** Turns zod's issues into ours: what was expected, what was found, and the key that was probably meant. */
import type { z } from 'zod'
import { isObject } from '../core/json.ts'
import { nearest } from '../core/text/suggest.ts'
import { type ConfigIssue, type Path, showPath, showValue } from './issue.ts'
import { configJsonSchema } from './schema.ts'

type Issue = z.core.$ZodIssue
type JsonSchema = z.core.JSONSchema.BaseSchema

const typeWords: Readonly<Record<string, string>> = {
  object: 'a mapping',
  record: 'a mapping',
  array: 'a list',
  string: 'text',
  boolean: 'true or false',
}

/** One zod issue as ours: one for each unknown key. */
export function explainIssue(issue: Issue, values: unknown): readonly ConfigIssue[] {
  const inside = issuesInside(issue)
  if (inside.length > 0) return inside.flatMap((each) => explainIssue(each, values))
  const path = issue.path.map((step) => (typeof step === 'symbol' ? String(step) : step))
  if (issue.code === 'unrecognized_keys') return unknownKeys(path, issue.keys, values)
  if (issue.code === 'invalid_key')
    return [{ path, atKey: true, expected: issue.issues[0]?.message ?? 'another key', found: String(path.at(-1)) }]
  const value = valueAt(values, path)
  const suggestion = typeof value === 'string' ? nearest(value, choicesOf(issue)) : undefined
  return [
    {
      path,
      expected: `${expectedOf(issue)}${quoted(value, issue)}`,
      found: foundAt(path, value),
      ...(suggestion === undefined ? {} : { suggestion }),
    },
  ]
}

/** Of a union, the issues of the form that the value was meant as: a mapping or a list with errors inside. */
function issuesInside(issue: Issue): readonly Issue[] {
  if (issue.code !== 'invalid_union') return []
  const inside = issue.errors.find(
    (issues) => !issues.some(({ code, path }) => code === 'invalid_type' && path.length === 0),
  )
  return (inside ?? []).map((each) => ({ ...each, path: [...issue.path, ...each.path] }))
}

function unknownKeys(path: Path, keys: readonly string[], values: unknown): ConfigIssue[] {
  const known = knownKeys(path, values)
  return keys.map((key) => {
    const suggestion = nearest(key, known)
    const expected = path.length === 0 ? 'a key of the configuration' : `a key of ${showPath(path)}`
    return {
      path: [...path, key],
      atKey: true,
      expected,
      found: JSON.stringify(key),
      ...(suggestion === undefined ? { expected: `${expected} (${known.join(', ')})` } : { suggestion }),
    }
  })
}

/** The keys that the schema allows at a path. */
function knownKeys(path: Path, values: unknown): readonly string[] {
  const schema = path.reduce<JsonSchema>(
    (at, step, index) => chosenBranch(childSchema(at, step), valueAt(values, path.slice(0, index + 1))),
    configJsonSchema(),
  )
  return Object.keys(schema.properties ?? {})
}

/** The form that the value was meant as, by its `protocol` or its type. */
function chosenBranch(schema: JsonSchema, value: unknown): JsonSchema {
  const protocol = isObject(value) ? value.protocol : undefined
  const fits = ({ properties }: JsonSchema) => isObject(properties?.protocol) && properties.protocol.const === protocol
  const type = Array.isArray(value) ? 'array' : isObject(value) ? 'object' : 'string'
  return schema.oneOf?.find(fits) ?? schema.anyOf?.find((branch) => branch.type === type) ?? schema
}

function oneOf(choices: readonly string[]): string {
  return choices.length === 1 ? (choices[0] ?? '') : `one of ${choices.join(', ')}`
}

function childSchema(schema: JsonSchema, step: string | number): JsonSchema {
  const next = schema.properties?.[step] ?? schema.items ?? schema.additionalProperties
  return isObject(next) ? next : {}
}

function valueAt(values: unknown, path: Path): unknown {
  return path.reduce<unknown>((value, step) => {
    if (Array.isArray(value)) return value[Number(step)]
    return isObject(value) && Object.hasOwn(value, step) ? value[step] : undefined
  }, values)
}

/** The values that an enum or a union allows. */
function choicesOf(issue: Issue): readonly string[] {
  if (issue.code === 'invalid_value') return issue.values.map(String)
  return issue.code === 'invalid_union' && 'options' in issue ? (issue.options ?? []).map(String) : []
}

function expectedOf(issue: Issue): string {
  const choices = choicesOf(issue)
  if (choices.length > 0) return oneOf(choices)
  // The schema has its own messages; zod's default messages begin with this word.
  if (!issue.message.startsWith('Invalid ')) return issue.message
  return issue.code === 'invalid_type' ? (typeWords[issue.expected] ?? issue.expected) : issue.message
}

/** A number instead of text is usually an unquoted account ID. */
function quoted(value: unknown, issue: Issue): string {
  const wantsText = issue.code === 'invalid_union' || (issue.code === 'invalid_type' && issue.expected === 'string')
  return wantsText && (typeof value === 'number' || typeof value === 'boolean') ? ' (in quotes)' : ''
}

function foundAt(path: Path, value: unknown): string {
  if (!isSecret(path) || value === null || typeof value === 'object') return showValue(value)
  if (value === undefined) return 'nothing'
  // YAML reads an unquoted secret of digits as a number.
  return typeof value === 'string' ? `${value.length} characters` : `a ${typeof value}`
}

function isSecret(path: Path): boolean {
  return path.some((step) => /secret|password/i.test(String(step)))
}
