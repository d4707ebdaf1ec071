/**
 * The condition operators of IAM as a table (aws-facts E.4). An operator compiles the policy's values once and then
 * tests whether a request value matches any of them; conditions.ts handles lists, absence and negation.
 */
import { BlockList, isIP, isIPv4 } from 'node:net'
import type { RequestContext } from './condition-keys/context.ts'
import { arnMatcher, matcher, type Pattern, pattern, resolvedText } from './patterns.ts'

/** undefined: the request's value is not of the operator's type, so nothing matches, negated or not. */
export type Comparison = (value: string, context: RequestContext) => boolean | undefined

export interface Operator {
  /** `…NotEquals` and similar: true if no value of the policy matches, and if the key is absent. */
  readonly negated: boolean
  /** Whether `${…}` in the policy's values is a policy variable (D.6). */
  readonly variables: boolean
  readonly wildcards: boolean
  /** Whether its values are texts, which JSON quotes. */
  readonly ofTexts: boolean
  /** The form of a policy value, if not every text is allowed. */
  readonly wants?: string
  /** undefined if the policy's value is malformed. */
  compile(value: Pattern): Comparison | undefined
}

type Compile = Operator['compile']
type Fold = (text: string) => string

/**
 * Character by character, as a variable's value is: within a whole text, the lower case of a sigma would depend on its
 * neighbours.
 */
const lower: Fold = (text) =>
  Array.from(text, (letter) => letter.toLowerCase())
    .join('')
    .replaceAll('ς', 'σ')

const ISO_8601 = /^(\d{4})(?:-(\d\d)(?:-(\d\d)(?:T\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:\d\d))?)?)?$/

const bool: Compile = (wanted) => {
  if (wanted.literal !== undefined && !/^(true|false)$/i.test(wanted.literal)) return undefined
  return (value, context) =>
    /^(true|false)$/i.test(value) ? resolvedText(wanted, context)?.toLowerCase() === value.toLowerCase() : undefined
}

const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/
const binary: Compile = ({ text: wanted }) =>
  BASE64.test(wanted) ? (value) => (BASE64.test(value) ? value === wanted : undefined) : undefined

/** An IPv6 range contains no IPv4 address, although BlockList says so for `::/0`: AWS requires both to be listed. */
const address: Compile = ({ text: cidr }) => {
  const range = addressRange(cidr)
  const isOfIpv6 = cidr.includes(':')
  return (
    range &&
    ((value) => {
      if (!isIP(value)) return undefined
      return isIPv4(value) ? !isOfIpv6 && range.check(value, 'ipv4') : range.check(value, 'ipv6')
    })
  )
}

const arn: Compile = (wanted) => arnMatcher(wanted)

const stringEquals = operator(text(), { ofTexts: true, variables: true })
const stringEqualsIgnoreCase = operator(text(lower), { ofTexts: true, variables: true })
const stringLike = operator(text(), { ofTexts: true, variables: true, wildcards: true })
const arnLike = operator(arn, { variables: true, wildcards: true, wants: 'an ARN of six parts' })
const ipAddress = operator(address, { wants: 'an IP address or a range such as 203.0.113.0/24' })

/** All operators but Null, which tests the key and not a value. A Map: operator names come from documents. */
export const operators: ReadonlyMap<string, Operator> = new Map(
  Object.entries({
    StringEquals: stringEquals,
    StringNotEquals: negation(stringEquals),
    StringEqualsIgnoreCase: stringEqualsIgnoreCase,
    StringNotEqualsIgnoreCase: negation(stringEqualsIgnoreCase),
    StringLike: stringLike,
    StringNotLike: negation(stringLike),
    NumericEquals: numeric(equal),
    NumericNotEquals: negation(numeric(equal)),
    NumericLessThan: numeric(less),
    NumericLessThanEquals: numeric(lessOrEqual),
    NumericGreaterThan: numeric(greater),
    NumericGreaterThanEquals: numeric(greaterOrEqual),
    DateEquals: date(equal),
    DateNotEquals: negation(date(equal)),
    DateLessThan: date(less),
    DateLessThanEquals: date(lessOrEqual),
    DateGreaterThan: date(greater),
    DateGreaterThanEquals: date(greaterOrEqual),
    Bool: operator(bool, { variables: true, wants: 'true or false' }),
    BinaryEquals: operator(binary, { wants: 'base64' }),
    IpAddress: ipAddress,
    NotIpAddress: negation(ipAddress),
    ArnEquals: arnLike,
    ArnLike: arnLike,
    ArnNotEquals: negation(arnLike),
    ArnNotLike: negation(arnLike),
  }),
)

/** A value of a condition, by how its operator and the Version of its policy treat `*`, `?` and `${…}` (D.6). */
export function compilePattern(value: string, { wildcards, variables }: Operator, versionHasVariables: boolean) {
  return pattern(value, { wildcards, variables: variables && versionHasVariables })
}

function text(fold?: Fold): Compile {
  return (wanted) => matcher(wanted, fold)
}

function addressRange(cidr: string): BlockList | undefined {
  const [address = '', prefix, ...more] = cidr.split('/')
  const version = isIP(address)
  const widest = version === 4 ? 32 : 128
  if (version === 0 || more.length > 0 || (prefix !== undefined && !/^\d{1,3}$/.test(prefix))) return undefined
  const length = Number(prefix ?? widest)
  if (length > widest) return undefined
  const range = new BlockList()
  range.addSubnet(address, length, version === 4 ? 'ipv4' : 'ipv6')
  return range
}

function operator(compile: Compile, options: Partial<Omit<Operator, 'compile'>> = {}): Operator {
  return {
    negated: false,
    variables: false,
    wildcards: false,
    ofTexts: false,
    ...options,
    compile,
  }
}

function negation(of: Operator): Operator {
  return { ...of, negated: true }
}

function numeric(holds: (value: number, wanted: number) => boolean): Operator {
  return operator(ordered(number, holds), { wants: 'a number' })
}

/** Compares the parsed values of both sides. */
function ordered(
  parse: (text: string) => number | undefined,
  holds: (value: number, wanted: number) => boolean,
): Compile {
  return ({ text: wantedText }) => {
    const wanted = parse(wantedText)
    if (wanted === undefined) return undefined
    return (valueText) => {
      const value = parse(valueText)
      return value === undefined ? undefined : holds(value, wanted)
    }
  }
}

function number(text: string): number | undefined {
  return /^[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?$/.test(text) ? Number(text) : undefined
}

function equal(a: number, b: number): boolean {
  return a === b
}

function less(a: number, b: number): boolean {
  return a < b
}

function lessOrEqual(a: number, b: number): boolean {
  return a <= b
}

function greater(a: number, b: number): boolean {
  return a > b
}

function greaterOrEqual(a: number, b: number): boolean {
  return a >= b
}

function date(holds: (value: number, wanted: number) => boolean): Operator {
  return operator(ordered(instant, holds), { wants: 'a date such as 2026-11-22T00:00:00Z or seconds since 1970' })
}

/** W3C's profile of ISO 8601, or seconds since 1970; four digits alone are a year. Milliseconds since 1970. */
function instant(text: string): number | undefined {
  if (/^\d{5,12}$/.test(text)) return Number(text) * 1000
  const [, year, month = '01', day = '01'] = ISO_8601.exec(text) ?? []
  const time = year === undefined ? Number.NaN : Date.parse(text)
  return Number.isNaN(time) || !isInCalendar(Number(year), Number(month), Number(day)) ? undefined : time
}

/** Date.parse reads 30 February as 2 March. */
function isInCalendar(year: number, month: number, day: number): boolean {
  return day <= 28 || new Date(Date.UTC(year, month - 1, day)).getUTCDate() === day
}
