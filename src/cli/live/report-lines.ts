/** The result of a test sign-in as text and as JSON. */
import type { RuleOutcome } from '../../access/entitlement.ts'
import { type Colorize, oneLine, verdictLines, verdictsLines } from '../../core/render-verdict.ts'
import type { AcceptedTest, TestReport } from '../../gateway/test-sign-in/report.ts'

/** Lines for the terminal. Every value comes from outside and is kept on its line. */
export function reportLines(report: TestReport, color: Colorize): readonly string[] {
  const { provider, verdict, refusal, accepted } = report
  const subject = `sign-in at ${provider}`
  const checks = verdictsLines([{ subject, verdict, ...(refusal && { code: refusal.code }) }], color)
  const conclusion = refusal ? [refusal.sentence, refusal.hint] : []
  return [...checks, ...(accepted ? acceptedLines(accepted, color) : []), ...conclusion]
}

function acceptedLines(
  { signIn, claims, leftOut, expectations, rules, aws, isOperator }: AcceptedTest,
  color: Colorize,
) {
  const { subject, issuer, attributes } = signIn.identity
  return [
    ...section('user', [
      ['subject', subject],
      ['issuer', issuer],
      ['operator', isOperator ? 'yes' : 'no'],
    ]),
    ...section(
      'attributes',
      [...attributes].map(([name, values]) => [name, values.join(', ')]),
    ),
    ...section(
      'claims of the ID token',
      claims.map(({ name, values }) => [name, values.join(', ')]),
    ),
    ...section(
      'left out',
      leftOut.map(({ attribute, values, reason = 'outside its domains' }) => [
        attribute,
        `${values.join(', ')} (${reason})`,
      ]),
    ),
    ...(expectations.length === 0 ? [] : ['preset', ...verdictLines(expectations, color)]),
    ...section('access rules', rules.flatMap(ruleRows)),
    ...roleLines(aws.roles, color),
    ...section('session', [
      ['session name', aws.session.roleSessionName],
      ...(aws.session.sourceIdentity === undefined ? [] : [['source identity', aws.session.sourceIdentity] as const]),
      ...[...aws.session.tags].map(([key, value]) => [`tag ${key}`, value] as const),
    ]),
    ...section(
      'condition keys',
      aws.keys.map(({ key, values, source }) => [key, `${values.join(', ')} (${source})`]),
    ),
    ...aws.session.warnings.map(oneLine),
  ]
}

function ruleRows({ line, matches, conditions }: RuleOutcome): readonly (readonly [string, string])[] {
  return [
    [`line ${line}`, matches ? 'matches' : 'does not match'],
    ...conditions.map(
      ({ wanted, values, isMet }) =>
        [`  ${isMet ? 'met' : 'not met'}`, `${wanted} (this user: ${values.join(', ') || 'no value'})`] as const,
    ),
  ]
}

function roleLines(roles: AcceptedTest['aws']['roles'], color: Colorize): readonly string[] {
  const marks = { allowed: 'pass', denied: 'fail', unknown: 'unknown' } as const
  if (roles.length === 0) return ['roles', '  none: no access rule gives this user a role']
  return [
    'roles',
    ...roles.map(({ role, preflight, reason }) => {
      const outcome = color(marks[preflight.outcome], preflight.outcome.padEnd(7))
      return `  ${outcome}  ${role.arn}${reason === undefined ? '' : `  ${oneLine(reason)}`}`
    }),
  ]
}

function section(heading: string, rows: readonly (readonly [string, string])[]): readonly string[] {
  if (rows.length === 0) return []
  const width = Math.min(40, Math.max(...rows.map(([name]) => name.length)))
  return [heading, ...rows.map(([name, value]) => `  ${oneLine(name).padEnd(width)}  ${oneLine(value)}`)]
}

/** The same for programs. Nothing in it can sign anyone in. */
export function reportJson({ provider, at, verdict, refusal, accepted }: TestReport): string {
  return JSON.stringify(
    {
      outcome: refusal ? 'refused' : 'accepted',
      provider,
      at,
      ...(refusal && { refusal }),
      checks: verdict,
      ...(accepted && {
        identity: { ...accepted.signIn.identity, attributes: Object.fromEntries(accepted.signIn.identity.attributes) },
        claims: Object.fromEntries(accepted.claims.map(({ name, values }) => [name, values])),
        leftOut: accepted.leftOut,
        isOperator: accepted.isOperator,
        expectations: accepted.expectations,
        rules: accepted.rules,
        roles: accepted.aws.roles.map(({ role, preflight, reason }) => ({
          arn: role.arn,
          grantedBy: role.grantedBy,
          forecast: preflight.outcome,
          ...(reason === undefined ? {} : { reason }),
        })),
        session: {
          roleSessionName: accepted.aws.session.roleSessionName,
          sourceIdentity: accepted.aws.session.sourceIdentity,
          tags: Object.fromEntries(accepted.aws.session.tags),
        },
        conditionKeys: Object.fromEntries(accepted.aws.keys.map(({ key, values }) => [key, values])),
      }),
    },
    null,
    2,
  )
}
