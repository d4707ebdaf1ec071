/** `fedgate explain --batch`: a question on each line of JSON, an answer on each line, in the same order. */
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import type { Readable, Writable } from 'node:stream'
import { FedgateError, reasonOf } from '../../core/errors.ts'
import { isObject, repeatedName } from '../../core/json.ts'
import { notRun, type Verdict } from '../../core/verdict.ts'
import { conditionKeyOf } from '../../iam/condition-keys/condition-keys.ts'
import { type ContextValue, requestContext } from '../../iam/condition-keys/context.ts'
import { type Decision, evaluate } from '../../iam/evaluate.ts'
import { type Policy, parseTrustPolicy } from '../../iam/policy.ts'
import type { Principal } from '../../iam/principals.ts'
import { explainJson } from './text.ts'

type Fields = Readonly<Record<string, unknown>>

/** What is wrong with a line, in words. */
class BadLine extends Error {}

/** In characters: twice IAM's largest policy. */
const LONGEST_KEPT = 8192
const MOST_KEPT = 1000

interface Line {
  readonly text: string
  readonly isAnswer: boolean
}

/** Policies are parsed once for all lines that have them, except those too large for any role. */
export function policyReader(): (policy: unknown) => Policy {
  const known = new Map<string, Policy>()
  return (policy) => {
    if (policy === undefined) throw new BadLine('policy: expected a trust policy')
    const text = typeof policy === 'string' ? policy : jsonOf(policy)
    if (text.length > LONGEST_KEPT) return parseTrustPolicy(text)
    const found = known.get(text) ?? parseTrustPolicy(text)
    if (known.size >= MOST_KEPT) known.clear()
    known.set(text, found)
    return found
  }
}

function jsonOf(policy: unknown): string {
  try {
    return JSON.stringify(policy)
  } catch {
    throw new BadLine('policy: nested too deep to be read')
  }
}

/** Empty lines are left out. `failures`: how many lines could not be answered; each has its own `{"line", "error"}`. */
export async function answerLines(input: Readable, output: Writable): Promise<{ failures: number }> {
  const readPolicy = policyReader()
  let failures = 0
  let number = 0
  for await (const line of createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY })) {
    number++
    if (line.trim() === '') continue
    const { text, isAnswer } = answered(line, number, readPolicy)
    if (!isAnswer) failures++
    if (!output.write(`${text}\n`)) await once(output, 'drain')
  }
  return { failures }
}

function answered(line: string, number: number, readPolicy: (policy: unknown) => Policy): Line {
  try {
    return { text: answerOf(line, readPolicy), isAnswer: true }
  } catch (error) {
    return { text: JSON.stringify({ line: number, ...problemOf(error) }), isAnswer: false }
  }
}

function answerOf(line: string, readPolicy: (policy: unknown) => Policy): string {
  const question = fieldsOf(JSON.parse(line), 'the line')
  const name = repeatedName(line)
  if (name !== undefined) throw new BadLine(`the line: expected each name once in an object, found ${name} twice`)
  const action = textOf(question.action, 'action')
  const context = contextOf(question.context)
  const decision = evaluate(
    readPolicy(question.policy),
    { principal: principalOf(question.principal), action, context: requestContext(context) },
    { unconfirmed: 'unknown' },
  )
  const checks = [...decision.verdict, ...furtherChecks(decision)]
  return explainJson({ decision: decisionOf(decision), action, context, checks })
}

function fieldsOf(value: unknown, name: string): Fields {
  if (isObject(value)) return value
  throw new BadLine(`${name}: expected an object`)
}

function textOf(value: unknown, name: string): string {
  if (typeof value === 'string' && value !== '') return value
  throw new BadLine(`${name}: expected a text`)
}

/** AWS decides whether a key can hold a list; for keys that it does not know, the values show it. */
function contextOf(value: unknown): ContextValue[] {
  return Object.entries(fieldsOf(value ?? {}, 'context')).map(([key, given]) => {
    const values = valuesOf(given, key)
    return { key, values, multi: (conditionKeyOf(key)?.multi ?? false) || values.length > 1, source: 'context' }
  })
}

function valuesOf(value: unknown, key: string): readonly string[] {
  const list: unknown[] = Array.isArray(value) ? value : [value]
  if (list.every((each) => typeof each === 'string')) return list
  throw new BadLine(`context.${key}: expected a list of texts`)
}

/** Such as `{"Federated": "arn:…"}`, as in a policy; `"*"`: an unsigned call without an identity provider. */
function principalOf(value: unknown): Principal {
  if (value === '*') return { anonymous: true }
  const fields = fieldsOf(value, 'principal')
  const [kind = '', ...more] = Object.keys(fields)
  const name = textOf(fields[kind], `principal.${kind}`)
  if (more.length === 0 && kind === 'Federated') return { federated: name }
  if (more.length === 0 && kind === 'AWS') return { aws: name }
  if (more.length === 0 && kind === 'Service') return { service: name }
  throw new BadLine('principal: expected one of Federated, AWS and Service')
}

/** A policy that names an account leaves the decision to the caller's own policies (A.5). */
function furtherChecks({ namedAs }: Decision): Verdict {
  return namedAs === 'account' ? [{ name: 'callersOwnPolicies', ...notRun('they must allow the call too') }] : []
}

function decisionOf({ effect }: Decision): 'allow' | 'deny' | 'unknown' {
  return effect === 'allow' || effect === 'unknown' ? effect : 'deny'
}

function problemOf(error: unknown): { error: string; code?: string } {
  if (error instanceof FedgateError)
    return { error: [error.message, reasonOf(error)].filter((part) => part !== undefined).join(' '), code: error.code }
  if (error instanceof BadLine) return { error: error.message }
  if (error instanceof SyntaxError) return { error: `no JSON: ${error.message}` }
  throw error
}
