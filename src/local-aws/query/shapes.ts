/**
 * The constraints that a service model puts on parameters, and the errors that AWS returns (aws-facts A.3): all
 * violations of a call at once, in the order of the model. Knows no operation: sts/inputs.ts has those of STS.
 */
import { AwsError, texts, validationError } from '../aws-errors.ts'
import type { Parameters } from './parameters.ts'

interface TextShape {
  readonly type: 'text'
  /** In characters, both ends included. */
  readonly min?: number
  readonly max?: number
  /** The pattern as in the model, and its meaning: in Java's dialect `\w` is ASCII. */
  readonly pattern?: { readonly matches: RegExp; readonly text: string }
  /** The only allowed values. */
  readonly values?: readonly string[]
  /** Its value is never repeated in an error. */
  readonly sensitive?: boolean
}

interface IntegerShape {
  readonly type: 'integer'
  readonly min: number
  readonly max: number
}

interface BooleanShape {
  readonly type: 'boolean'
}

interface ListShape {
  readonly type: 'list'
  readonly of: Shape
  /** Of members. */
  readonly min?: number
  readonly max?: number
}

interface StructureShape {
  readonly type: 'structure'
  readonly members: readonly Member[]
}

export type Shape = TextShape | IntegerShape | BooleanShape | ListShape | StructureShape

export interface Member {
  readonly name: string
  readonly shape: Shape
  readonly required?: boolean
}

const ARN_FORM = /^arn:[^:]+:[^:]+:[^:]*:[^:]*:[^:]+$/

/** Throws ValidationError with every violation of the model, MalformedInput for an invalid number. */
export function checkShapes(members: readonly Member[], parameters: Parameters): void {
  const violations = memberViolations(members, '', '', parameters)
  if (violations.length === 0) return
  const plural = violations.length === 1 ? 'error' : 'errors'
  throw validationError(`${violations.length} validation ${plural} detected: ${violations.join('; ')}`)
}

function memberViolations(
  members: readonly Member[],
  namePrefix: string,
  pathPrefix: string,
  parameters: Parameters,
): string[] {
  return members.flatMap((member) =>
    violationsOf(member, namePrefix + member.name, pathPrefix + lowerFirst(member.name), parameters),
  )
}

/** `name` is the parameter's in the request, `path` the one in messages. */
function violationsOf({ shape, required }: Member, name: string, path: string, parameters: Parameters): string[] {
  if (!isThere(shape, name, parameters)) return required ? [violation(path, 'not be null')] : []
  if (shape.type === 'structure') return memberViolations(shape.members, `${name}.`, `${path}.`, parameters)
  if (shape.type === 'list') return listViolations(shape, name, path, parameters)
  const value = parameters.get(name) ?? ''
  if (shape.type === 'boolean') return booleanViolations(path, value)
  const constraints =
    shape.type === 'integer' ? outside(integer(name, value), shape, 'value') : textViolations(shape, value)
  const quoted = shape.type === 'text' && shape.sensitive ? undefined : value
  return constraints.map((constraint) => violation(path, constraint, quoted))
}

function isThere(shape: Shape, name: string, parameters: Parameters): boolean {
  if (shape.type === 'list') return isThere(shape.of, `${name}.member.1`, parameters)
  if (shape.type !== 'structure') return parameters.has(name)
  return shape.members.some((member) => isThere(member.shape, `${name}.${member.name}`, parameters))
}

function violation(path: string, constraint: string, value?: string): string {
  return `Value${value === undefined ? '' : ` '${quotable(value)}'`} at '${path}' failed to satisfy constraint: Member must ${constraint}`
}

/** Characters that XML cannot contain would make the response unwritable. */
function quotable(value: string): string {
  return value.replace(/[^\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/gu, '\uFFFD')
}

/** Members are named `tags.1.member.key`, and counted up to the first gap. */
function listViolations(shape: ListShape, name: string, path: string, parameters: Parameters): string[] {
  const violations: string[] = []
  let count = 0
  while (isThere(shape.of, `${name}.member.${count + 1}`, parameters)) {
    count++
    const member = { name, shape: shape.of }
    violations.push(...violationsOf(member, `${name}.member.${count}`, `${path}.${count}.member`, parameters))
  }
  const inside =
    shape.of.type === 'text' && violations.length > 0 ? [violation(path, everyMember(shape.of))] : violations
  return [...outside(count, shape, 'length').map((constraint) => violation(path, constraint)), ...inside]
}

/**
 * For a list of texts AWS names the list once, with all constraints of its members, and no value (recorded for IAM's
 * UntagRole and CreateOpenIDConnectProvider).
 */
function everyMember({ min = 0, max, pattern }: TextShape): string {
  const constraints = [
    ...(max === undefined ? [] : [`have length less than or equal to ${max}`]),
    `have length greater than or equal to ${min}`,
    ...(pattern ? [`satisfy regular expression pattern: ${pattern.text}`, 'not be null'] : []),
  ]
  return `satisfy constraint: [${constraints.map((constraint) => `Member must ${constraint}`).join(', ')}]`
}

function outside(measure: number, { min, max }: { readonly min?: number; readonly max?: number }, what: string) {
  return [
    ...(min !== undefined && measure < min ? [`have ${what} greater than or equal to ${min}`] : []),
    ...(max !== undefined && measure > max ? [`have ${what} less than or equal to ${max}`] : []),
  ]
}

function integer(name: string, text: string): number {
  if (!/^-?\d{1,15}$/.test(text)) throw new AwsError('MalformedInput', texts.notAnInteger(name))
  return Number(text)
}

/** In any case, as AWS reads it. */
function booleanViolations(path: string, value: string): string[] {
  return /^(?:true|false)$/i.test(value) ? [] : [violation(path, 'be a boolean', value)]
}

/**
 * The pattern before the length: AWS reports that for an empty RoleArn, which violates both (mmmorris1975/aws-runas
 * issue 80).
 */
function textViolations(shape: TextShape, value: string): string[] {
  return [
    ...(shape.pattern && !shape.pattern.matches.test(value)
      ? [`satisfy regular expression pattern: ${shape.pattern.text}`]
      : []),
    ...outside(value.length, shape, 'length'),
    ...(shape.values && !shape.values.includes(value) ? [`satisfy enum value set: [${shape.values.join(', ')}]`] : []),
  ]
}

function lowerFirst(name: string): string {
  return name.charAt(0).toLowerCase() + name.slice(1)
}

/** A parameter that the shapes require. */
export function required(parameters: Parameters, name: string): string {
  const value = parameters.get(name)
  if (value === undefined) throw new Error(`${name} is read before its shape was checked`)
  return value
}

/** Long enough for the shape but not an ARN (A.3). */
export function checkArn(value: string): void {
  if (!ARN_FORM.test(value)) throw validationError(`${quotable(value)} is invalid`)
}
