/**
 * The constraints of the parameters as STS's service model states them (aws-sts-semantics A.2) and the errors it
 * answers (A.3): all violations of a call at once, in the order of the shape.
 */
import * as limits from '../../aws/facts/limits.ts'
import { AwsError, texts, validationError } from '../aws-errors.ts'
import type { Parameters } from './parameters.ts'

interface Shape {
  readonly name: string
  readonly required?: boolean
  readonly range: limits.Range
  readonly integer?: boolean
  readonly pattern?: { readonly matches: RegExp; readonly text: string }
  /** Its value is never repeated in an error. */
  readonly sensitive?: boolean
}

const SESSION_NAME = { matches: limits.roleSessionName.pattern, text: '[\\w+=,.@-]*' }
const POLICY = { matches: /^[\t\n\r\u0020-\u00FF]+$/, text: '[\\u0009\\u000A\\u000D\\u0020-\\u00FF]+' }
const ARN = {
  matches: /^[\t\n\r\u0020-\u007E\u0085\u00A0-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]+$/u,
  text: '[\\u0009\\u000A\\u000D\\u0020-\\u007E\\u0085\\u00A0-\\uD7FF\\uE000-\\uFFFD\\u10000-\\u10FFFF]+',
}

const arnShape = (name: string): Shape => ({ name, required: true, range: limits.arn, pattern: ARN })
const durationShape: Shape = { name: 'DurationSeconds', range: limits.roleDuration, integer: true }
const policyShape: Shape = { name: 'Policy', range: limits.sessionPolicy, pattern: POLICY }

export const assumeRoleWithSamlShapes: readonly Shape[] = [
  arnShape('RoleArn'),
  arnShape('PrincipalArn'),
  { name: 'SAMLAssertion', required: true, range: limits.samlAssertion, sensitive: true },
  policyShape,
  durationShape,
]

export const assumeRoleWithWebIdentityShapes: readonly Shape[] = [
  arnShape('RoleArn'),
  { name: 'RoleSessionName', required: true, range: limits.roleSessionName, pattern: SESSION_NAME },
  { name: 'WebIdentityToken', required: true, range: limits.webIdentityToken, sensitive: true },
  { name: 'ProviderId', range: { min: 4, max: 2048 } },
  policyShape,
  durationShape,
]

/** Characters that XML cannot carry would make the answer unwritable. */
const quotable = (value: string): string =>
  value.replace(/[^\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/gu, '\uFFFD')

const violationsOf = (shape: Shape, value: string | undefined): string[] => {
  const { name, range, sensitive = false, pattern } = shape
  const member = name.charAt(0).toLowerCase() + name.slice(1)
  const violation = (constraint: string): string => {
    const quoted = sensitive || value === undefined ? '' : ` '${quotable(value)}'`
    return `Value${quoted} at '${member}' failed to satisfy constraint: Member must ${constraint}`
  }
  if (value === undefined) return shape.required ? [violation('not be null')] : []
  const [measure, what] = shape.integer ? [integer(name, value), 'value'] : [value.length, 'length']
  return [
    ...(measure < range.min ? [violation(`have ${what} greater than or equal to ${range.min}`)] : []),
    ...(measure > range.max ? [violation(`have ${what} less than or equal to ${range.max}`)] : []),
    ...(pattern && value !== '' && !pattern.matches.test(value)
      ? [violation(`satisfy regular expression pattern: ${pattern.text}`)]
      : []),
  ]
}

const integer = (name: string, text: string): number => {
  if (!/^-?\d{1,15}$/.test(text)) throw new AwsError('MalformedInput', texts.notAnInteger(name))
  return Number(text)
}

/** Throws ValidationError with everything that violates the shapes. */
export const checkShapes = (shapes: readonly Shape[], parameters: Parameters): void => {
  const violations = shapes.flatMap((shape) => violationsOf(shape, parameters.get(shape.name)))
  if (violations.length === 0) return
  const plural = violations.length === 1 ? 'error' : 'errors'
  throw validationError(`${violations.length} validation ${plural} detected: ${violations.join('; ')}`)
}

/** A parameter that the shapes require. */
export const required = (parameters: Parameters, name: string): string => {
  const value = parameters.get(name)
  if (value === undefined) throw new Error(`${name} is read before its shape was checked`)
  return value
}

const ARN_FORM = /^arn:[^:]+:[^:]+:[^:]*:[^:]*:[^:]+$/

/** Long enough for the shape and still no ARN (A.3). */
export const checkArn = (value: string): void => {
  if (!ARN_FORM.test(value)) throw validationError(`${quotable(value)} is invalid`)
}
