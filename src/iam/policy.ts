/** Policy documents: from JSON to statements that can be evaluated, refused as IAM refuses them (E.6). */
import { isObject, repeatedName } from '../core/json.ts'
import { type Condition, type Effect, parseConditions } from './conditions.ts'
import { type NameListElement, parseActions, parseResources } from './elements.ts'
import { describe, MalformedPolicyError, type PolicyProblem } from './errors.ts'
import { anyPrincipal, type PrincipalElement, parsePrincipal } from './principals.ts'

/**
 * `trust`: who may assume a role. It has a Principal, only STS actions, and no Resource: that is the role. `identity`:
 * what a user, role or group may do. `session`: how that is limited for a session. Both have a Resource, and no
 * Principal: that is anyone who has the policy. `resource`: who may do what with a resource such as a bucket. It has both.
 */
export type PolicyKind = 'trust' | 'identity' | 'session' | 'resource'

export interface Statement {
  /** Its place in the document, `Statement[0]`. */
  readonly path: string
  readonly sid: string | undefined
  /** Place and Sid, for messages: `Statement[0] (AllowCorp)`. */
  readonly name: string
  readonly effect: Effect
  /** In a policy without principals: any principal. */
  readonly principal: PrincipalElement
  readonly actions: NameListElement
  /** Absent in a trust policy. */
  readonly resources: NameListElement | undefined
  readonly conditions: readonly Condition[]
}

export interface Policy {
  readonly kind: PolicyKind
  readonly statements: readonly Statement[]
}

const DOCUMENT_FIELDS: ReadonlySet<string> = new Set(['Version', 'Id', 'Statement'])
const WHO = ['Principal', 'NotPrincipal']
const WHERE = ['Resource', 'NotResource']
/** Elements that IAM refuses in a trust policy: the role is the resource, and nothing may be granted by exclusion. */
const NOT_OF_TRUST = [...WHERE, 'NotPrincipal']
/** S3 accepts NotPrincipal; it is not evaluated here, so it is refused instead of being ignored. */
const NOT_OF_RESOURCES = ['NotPrincipal']
const STATEMENT_FIELDS: ReadonlySet<string> = new Set([
  'Sid',
  'Effect',
  ...WHO,
  'Action',
  'NotAction',
  ...WHERE,
  'Condition',
])
const VERSIONS = ['2012-10-17', '2008-10-17']

/** A condition's values are at the sixth level. */
const MOST_LEVELS = 20

type Fields = Readonly<Record<string, unknown>>

interface Language {
  readonly kind: PolicyKind
  /** Version 2012-10-17. */
  readonly hasVariables: boolean
}

/** Reads a trust policy: parsePolicy with `trust`. */
export function parseTrustPolicy(document: unknown): Policy {
  return parsePolicy(document, 'trust')
}

/**
 * Reads a policy, as JSON text or as the parsed value. Throws MalformedPolicyError with every problem, each with its
 * exact path.
 */
export function parsePolicy(document: unknown, kind: PolicyKind): Policy {
  const problems: PolicyProblem[] = []
  const value = typeof document === 'string' ? parseJson(document) : document
  if (typeof document === 'string') mustHaveEachNameOnce(document)
  mustNotBeDeep(value)
  const statements = parseDocument(value, kind, problems)
  if (problems.length > 0) throw new MalformedPolicyError(problems)
  return { kind, statements }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    const found = cause instanceof Error ? cause.message : 'something else'
    throw new MalformedPolicyError([
      { path: 'policy', expected: 'JSON', found, iamMessage: 'This policy contains invalid Json' },
    ])
  }
}

/** IAM's grammar: "must not contain multiple instances of the same key". A parser keeps the last of them. */
function mustHaveEachNameOnce(json: string): void {
  const name = repeatedName(json)
  if (name !== undefined)
    throw new MalformedPolicyError([syntax('policy', 'each name once in an object', `${name} twice`)])
}

function syntax(path: string, expected: string, found: string, iamMessage = 'Syntax errors in policy.') {
  return {
    path,
    expected,
    found,
    iamMessage,
  }
}

/** A deeply nested policy must not overflow the stack of code that displays it. */
function mustNotBeDeep(document: unknown): void {
  let level: readonly unknown[] = [document]
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > MOST_LEVELS)
      throw new MalformedPolicyError([
        syntax('policy', `at most ${MOST_LEVELS} levels of lists and objects`, 'more of them'),
      ])
    const inside = level.flatMap((value) => (typeof value === 'object' && value !== null ? Object.values(value) : []))
    // Each once: YAML aliases may refer to one object many times.
    level = [...new Set(inside)]
  }
}

function parseDocument(document: unknown, kind: PolicyKind, problems: PolicyProblem[]): Statement[] {
  if (!isObject(document)) {
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
  const language = { kind, hasVariables: version === '2012-10-17' }
  const statements = list.flatMap((item, n) => parseStatement(item, `Statement[${n}]`, language, problems))
  checkSidsAreUnique(statements, problems)
  return statements
}

function parseStatement(
  statement: unknown,
  path: string,
  { kind, hasVariables }: Language,
  problems: PolicyProblem[],
): Statement[] {
  if (!isObject(statement)) {
    problems.push(syntax(path, 'an object', describe(statement)))
    return []
  }
  const isTrust = kind === 'trust'
  const hasPrincipal = isTrust || kind === 'resource'
  checkFields(statement, isTrust ? NOT_OF_TRUST : hasPrincipal ? NOT_OF_RESOURCES : WHO, path, problems)
  const { Effect: effect } = statement
  if (effect !== 'Allow' && effect !== 'Deny')
    problems.push(syntax(`${path}.Effect`, 'Allow or Deny', describe(effect)))
  const sid = sidOf(statement, path, problems)
  const name = sid === undefined ? path : `${path} (${sid})`
  return [
    {
      path,
      sid,
      name,
      effect: effect === 'Allow' ? 'Allow' : 'Deny',
      principal: hasPrincipal ? principalOf(statement, path, problems) : anyPrincipal,
      actions: parseActions(statement, isTrust, path, problems),
      resources: isTrust ? undefined : parseResources(statement, hasVariables, path, problems),
      conditions: parseConditions(statement.Condition, { path, name }, hasVariables, problems),
    },
  ]
}

function checkFields(statement: Fields, prohibited: readonly string[], path: string, problems: PolicyProblem[]): void {
  for (const field of Object.keys(statement)) {
    if (prohibited.includes(field))
      problems.push(syntax(`${path}.${field}`, 'none in a policy of this kind', field, `Has prohibited field ${field}`))
    else if (!STATEMENT_FIELDS.has(field))
      problems.push(syntax(`${path}.${field}`, [...STATEMENT_FIELDS].join(', '), field, `Unknown field ${field}`))
  }
}

/** An empty Sid counts as absent. */
function sidOf({ Sid: sid }: Fields, path: string, problems: PolicyProblem[]): string | undefined {
  if (sid === undefined || sid === '') return undefined
  if (typeof sid === 'string' && /^[A-Za-z0-9]*$/.test(sid)) return sid
  problems.push(
    syntax(
      `${path}.Sid`,
      'letters and digits',
      describe(sid),
      'Statement IDs (SID) must be alpha-numeric. Check that your input satisfies the regular expression [0-9A-Za-z]*',
    ),
  )
  return undefined
}

function principalOf({ Principal: principal }: Fields, path: string, problems: PolicyProblem[]): PrincipalElement {
  if (principal !== undefined) return parsePrincipal(principal, `${path}.Principal`, problems)
  problems.push(syntax(path, 'a Principal', 'none', 'Missing required field Principal'))
  return { ...anyPrincipal, anyone: false }
}

function checkSidsAreUnique(statements: readonly Statement[], problems: PolicyProblem[]): void {
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
