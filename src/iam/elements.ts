/** The Action and Resource elements of a statement, and their negations. */
import type { RequestContext } from './condition-keys/context.ts'
import { describe, type PolicyProblem } from './errors.ts'
import { arnMatcher, type Matcher, matcher, pattern, resourcePattern } from './patterns.ts'

interface Name {
  readonly text: string
  readonly matches: Matcher
}

export interface NameListElement {
  /** NotAction, NotResource. */
  readonly negated: boolean
  readonly names: readonly Name[]
  /** As written, for messages. */
  readonly text: string
}

type Parse = (name: unknown, path: string, problems: PolicyProblem[]) => Name | undefined

/** In a trust policy: only STS actions are allowed. */
const trustActions = {
  syntax: /^sts:[a-z*?]+$/i,
  expected: 'an action of STS such as sts:AssumeRoleWithSAML',
  iamMessage: 'AssumeRole policy may only specify STS AssumeRole actions.',
}

const anyActions = {
  syntax: /^(?:\*|[a-z0-9-]+:[a-z0-9*?]+)$/i,
  expected: 'an action such as sts:AssumeRole',
  iamMessage: 'Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.',
  iamMessageOfColons: 'Actions/Condition can contain only one colon.',
}

interface ActionRule {
  readonly syntax: RegExp
  readonly expected: string
  readonly iamMessage: string
  /** If there are two colons or more. */
  readonly iamMessageOfColons?: string
}

type Fields = Readonly<Record<string, unknown>>

const NOTHING: NameListElement = { negated: false, names: [], text: '' }

/** Whether the element covers that action or resource; actions are given and stored in lower case. */
export function elementMatches({ negated, names }: NameListElement, name: string, context: RequestContext): boolean {
  for (const { matches } of names) if (matches(name, context)) return !negated
  return negated
}

/** Action or NotAction; `ofTrust`: only STS actions. */
export function parseActions(
  fields: Fields,
  ofTrust: boolean,
  path: string,
  problems: PolicyProblem[],
): NameListElement {
  return eitherOf(
    fields,
    'Action',
    path,
    problems,
    actionOf(ofTrust ? trustActions : anyActions),
    'Policy statement must contain actions.',
  )
}

function eitherOf(
  fields: Fields,
  name: 'Action' | 'Resource',
  path: string,
  problems: PolicyProblem[],
  parse: Parse,
  iamMessage: string,
): NameListElement {
  const { [name]: plain, [`Not${name}`]: negation } = fields
  if ((plain === undefined) === (negation === undefined)) {
    const found = plain === undefined ? 'neither' : 'both'
    problems.push({ path, expected: `either ${name} or Not${name}`, found, iamMessage })
    return NOTHING
  }
  const at = `${path}.${plain === undefined ? 'Not' : ''}${name}`
  const value = plain ?? negation
  if (Array.isArray(value) && value.length === 0)
    problems.push({ path: at, expected: 'at least one', found: 'an empty list', iamMessage })
  return parseNames(value, plain === undefined, at, problems, parse)
}

function parseNames(value: unknown, negated: boolean, path: string, problems: PolicyProblem[], parse: Parse) {
  const list: unknown[] = Array.isArray(value) ? value : [value]
  const names = list.flatMap((name, n) => parse(name, list.length > 1 ? `${path}[${n}]` : path, problems) ?? [])
  return { negated, names, text: names.map(({ text }) => text).join(' or ') }
}

/** Names of actions are case-insensitive. */
function actionOf({ syntax, expected, iamMessage, iamMessageOfColons = iamMessage }: ActionRule): Parse {
  return (name, path, problems) => {
    if (typeof name !== 'string' || !syntax.test(name)) {
      const hasColons = typeof name === 'string' && name.split(':').length > 2
      problems.push({ path, expected, found: describe(name), iamMessage: hasColons ? iamMessageOfColons : iamMessage })
      return undefined
    }
    const wanted = pattern(name.toLowerCase(), { wildcards: true, variables: false })
    return { text: name, matches: matcher(wanted) }
  }
}

/** Resource or NotResource. */
export function parseResources(
  fields: Fields,
  variables: boolean,
  path: string,
  problems: PolicyProblem[],
): NameListElement {
  return eitherOf(fields, 'Resource', path, problems, resourceOf(variables), 'Policy statement must contain resources.')
}

function resourceOf(variables: boolean): Parse {
  return (name, path, problems) => {
    const wanted = typeof name === 'string' ? resourcePattern(name, { wildcards: true, variables }) : undefined
    const matches = wanted && arnMatcher(wanted, true)
    if (wanted && matches) return { text: wanted.text, matches }
    const iamMessage = `Resource ${typeof name === 'string' ? name : describe(name)} must be in ARN format or "*".`
    problems.push({ path, expected: 'an ARN, with wildcards or without, or "*"', found: describe(name), iamMessage })
    return undefined
  }
}
