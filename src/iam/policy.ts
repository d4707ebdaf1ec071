/** Trust policy documents: from JSON to statements that can be evaluated, refused as IAM refuses them (E.6). */
import { type Condition, describe, type Effect, parseConditions } from './conditions.ts'
import { MalformedPolicyError, type PolicyProblem } from './errors.ts'
import { type Pattern, pattern } from './patterns.ts'
import { type PrincipalElement, parsePrincipal } from './principals.ts'

export interface Statement {
  /** Its place in the document, `Statement[0]`. */
  readonly path: string
  readonly sid: string | undefined
  readonly effect: Effect
  readonly principal: PrincipalElement
  readonly actions: ActionElement
  readonly conditions: readonly Condition[]
}

export interface ActionElement {
  /** NotAction. */
  readonly negated: boolean
  readonly patterns: readonly Pattern[]
}

export interface Policy {
  readonly statements: readonly Statement[]
}

const DOCUMENT_FIELDS: ReadonlySet<string> = new Set(['Version', 'Id', 'Statement'])
const STATEMENT_FIELDS: ReadonlySet<string> = new Set([
  'Sid',
  'Effect',
  'Principal',
  'NotPrincipal',
  'Action',
  'NotAction',
  'Condition',
])
/** A trust policy's resource is the role itself. */
const PROHIBITED_FIELDS: ReadonlySet<string> = new Set(['Resource', 'NotResource'])
const VERSIONS = ['2012-10-17', '2008-10-17']

/**
 * Reads a trust policy, as JSON text or as the value it stands for.
 * Throws MalformedPolicyError with every problem, each with its exact path.
 */
export const parseTrustPolicy = (document: unknown): Policy => {
  const problems: PolicyProblem[] = []
  const statements = parseDocument(typeof document === 'string' ? parseJson(document) : document, problems)
  if (problems.length > 0) throw new MalformedPolicyError(problems)
  return { statements }
}

const parseJson = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch (cause) {
    const found = cause instanceof Error ? cause.message : 'something else'
    throw new MalformedPolicyError([
      { path: 'policy', expected: 'JSON', found, iamMessage: 'This policy contains invalid Json' },
    ])
  }
}

const syntax = (path: string, expected: string, found: string, iamMessage = 'Syntax errors in policy.') => ({
  path,
  expected,
  found,
  iamMessage,
})

type Fields = Readonly<Record<string, unknown>>

const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const parseDocument = (document: unknown, problems: PolicyProblem[]): Statement[] => {
  if (!isFields(document)) {
    problems.push(syntax('policy', 'an object', describe(document)))
    return []
  }
  for (const field of Object.keys(document))
    if (!DOCUMENT_FIELDS.has(field)) problems.push(syntax(field, [...DOCUMENT_FIELDS].join(', '), field))
  const { Version: version = '2008-10-17', Statement: statement } = document
  if (typeof version !== 'string' || !VERSIONS.includes(version))
    problems.push(
      syntax(
        'Version',
        VERSIONS.join(' or '),
        describe(version),
        'Policy document must be version 2012-10-17 or greater.',
      ),
    )
  const list: unknown[] = Array.isArray(statement) ? statement : [statement]
  if (list.length === 0) problems.push(syntax('Statement', 'at least one statement', 'an empty list'))
  const statements = list.flatMap((item, n) =>
    parseStatement(item, `Statement[${n}]`, version === '2012-10-17', problems),
  )
  checkSidsAreUnique(statements, problems)
  return statements
}

const checkSidsAreUnique = (statements: readonly Statement[], problems: PolicyProblem[]): void => {
  const seen = new Set<string>()
  for (const { sid, path } of statements) {
    if (sid === undefined) continue
    if (seen.has(sid))
      problems.push(
        syntax(`${path}.Sid`, 'a Sid of its own', sid, 'Statement IDs (SID) in a single policy must be unique.'),
      )
    seen.add(sid)
  }
}

const parseStatement = (
  statement: unknown,
  path: string,
  versionHasVariables: boolean,
  problems: PolicyProblem[],
): Statement[] => {
  if (!isFields(statement)) {
    problems.push(syntax(path, 'an object', describe(statement)))
    return []
  }
  checkFields(statement, path, problems)
  const { Sid: sid, Effect: effect } = statement
  if (effect !== 'Allow' && effect !== 'Deny')
    problems.push(syntax(`${path}.Effect`, 'Allow or Deny', describe(effect)))
  if (sid !== undefined && (typeof sid !== 'string' || !/^[A-Za-z0-9 ]*$/.test(sid)))
    problems.push(syntax(`${path}.Sid`, 'letters and digits', describe(sid)))
  return [
    {
      path,
      sid: typeof sid === 'string' && sid !== '' ? sid : undefined,
      effect: effect === 'Allow' ? 'Allow' : 'Deny',
      principal: principalOf(statement, path, problems),
      actions: actionsOf(statement, path, problems),
      conditions: parseConditions(statement.Condition, `${path}.Condition`, versionHasVariables, problems),
    },
  ]
}

const checkFields = (statement: Fields, path: string, problems: PolicyProblem[]): void => {
  for (const field of Object.keys(statement)) {
    if (PROHIBITED_FIELDS.has(field))
      problems.push(syntax(`${path}.${field}`, 'no resource: it is the role', field, `Has prohibited field ${field}`))
    else if (!STATEMENT_FIELDS.has(field))
      problems.push(syntax(`${path}.${field}`, [...STATEMENT_FIELDS].join(', '), field, `Unknown field ${field}`))
  }
}

const NOBODY: PrincipalElement = { negated: false, anyone: false, federated: new Set(), text: '' }

const principalOf = (statement: Fields, path: string, problems: PolicyProblem[]): PrincipalElement => {
  const { Principal: principal, NotPrincipal: notPrincipal } = statement
  if (principal !== undefined && notPrincipal === undefined)
    return parsePrincipal(principal, false, `${path}.Principal`, problems)
  if (notPrincipal !== undefined && principal === undefined)
    return parsePrincipal(notPrincipal, true, `${path}.NotPrincipal`, problems)
  const found = principal === undefined ? 'neither' : 'both'
  problems.push(syntax(path, 'either Principal or NotPrincipal', found, 'Missing required field Principal'))
  return NOBODY
}

const actionsOf = (statement: Fields, path: string, problems: PolicyProblem[]): ActionElement => {
  const { Action: action, NotAction: notAction } = statement
  const negated = action === undefined
  if (negated === (notAction === undefined)) {
    const found = negated ? 'neither' : 'both'
    problems.push(syntax(path, 'either Action or NotAction', found, 'Policy statement must contain actions.'))
    return { negated: false, patterns: [] }
  }
  const at = `${path}.${negated ? 'NotAction' : 'Action'}`
  const value = negated ? notAction : action
  const list: unknown[] = Array.isArray(value) ? value : [value]
  return {
    negated,
    patterns: list.flatMap((name, n) => actionOf(name, list.length > 1 ? `${at}[${n}]` : at, problems)),
  }
}

/** Names of actions are case-insensitive. */
const actionOf = (name: unknown, path: string, problems: PolicyProblem[]): Pattern[] => {
  if (typeof name === 'string' && /^sts:[a-z*?]+$/i.test(name))
    return [pattern(name.toLowerCase(), { wildcards: true, variables: false })]
  problems.push(
    syntax(
      path,
      'an action of STS such as sts:AssumeRoleWithSAML',
      describe(name),
      'AssumeRole policy may only specify STS AssumeRole actions.',
    ),
  )
  return []
}
