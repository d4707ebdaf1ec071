/** The pages of a test sign-in. */
import type { Finding } from '../../core/verdict.ts'
import type { TestReport } from '../../gateway/test-sign-in/report.ts'
import { identityOfAws } from '../models/aws-identity.ts'
import type { AwsSession, ConditionKeyRow, RolePreflights } from '../models/identity.ts'
import type { AttributeRow, Page, SignedInPage } from '../models/page.ts'
import type { FindingRow } from '../models/preflight.ts'
import { attributeRows } from '../pages.ts'
import { type Instant, toInstant } from '../time-zone.ts'
import { testSignIn as t } from './texts.ts'

/** GET /status/try/:provider */
export interface TestSignInPage extends SignedInPage {
  readonly providerId: string
  readonly providerLabel: string
  /** undefined: the identity provider must be named first. */
  readonly startHref: string | undefined
  readonly freshHref: string | undefined
  /** Present with discovery: the entityID as entered. */
  readonly idp?: string | undefined
}

/** GET /status/try/:provider/result. Without a session where `fedgate check --live` shows it. */
export interface TestResultPage extends Page {
  readonly providerId: string
  readonly providerLabel: string
  readonly at: Instant
  readonly reference: string
  readonly tally: string
  readonly findings: readonly FindingRow[]
  readonly refusal?:
    | { readonly code: string; readonly sentence: string; readonly hint: string; readonly reason?: string | undefined }
    | undefined
  readonly accepted?: AcceptedPart | undefined
}

interface AcceptedPart {
  readonly subject: string
  readonly subjectFormat?: string | undefined
  readonly protocol: 'saml' | 'oidc'
  readonly issuer: string
  readonly authenticatedAt: Instant
  readonly isOperator: boolean
  readonly attributes: readonly AttributeRow[]
  readonly claims: readonly AttributeRow[]
  readonly leftOut: readonly (AttributeRow & { readonly reason: string })[]
  readonly expectations: readonly FindingRow[]
  readonly rules: readonly RuleRow[]
  readonly warnings: readonly string[]
  readonly awsSession: AwsSession
  readonly conditionKeys: readonly ConditionKeyRow[]
  readonly preflights: RolePreflights
}

interface RuleRow {
  readonly line: number
  readonly matches: boolean
  readonly conditions: readonly {
    readonly wanted: string
    readonly values: readonly string[]
    readonly isMet: boolean
  }[]
}

/** The result as a page without its header and footer. */
export function testResult(report: TestReport): Omit<TestResultPage, 'version' | 'session' | 'providerLabel'> {
  const count = (outcome: Finding['outcome']): number =>
    report.verdict.filter((finding) => finding.outcome === outcome).length
  return {
    providerId: report.provider,
    at: toInstant(report.at),
    reference: report.reference,
    tally: t.tally(count('fail'), count('pass'), count('not-run')),
    findings: report.verdict.toSorted((a, b) => Number(b.outcome === 'fail') - Number(a.outcome === 'fail')),
    refusal: report.refusal,
    accepted: report.accepted && acceptedPart(report.accepted),
  }
}

function acceptedPart(accepted: NonNullable<TestReport['accepted']>): AcceptedPart {
  const { identity } = accepted.signIn
  const { ignored: _, ...aws } = identityOfAws(accepted.aws, '')
  return {
    subject: identity.subject,
    subjectFormat: identity.subjectFormat,
    protocol: identity.protocol,
    issuer: identity.issuer,
    authenticatedAt: toInstant(identity.authenticatedAt),
    isOperator: accepted.isOperator,
    attributes: attributeRows(identity),
    claims: accepted.claims,
    leftOut: accepted.leftOut.map(({ attribute, values, reason = t.outOfScope }) => ({
      name: attribute,
      values,
      reason,
    })),
    expectations: accepted.expectations,
    rules: accepted.rules,
    ...aws,
  }
}
