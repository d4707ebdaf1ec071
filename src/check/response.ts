/** Runs the checks of a login on one SAML response, without signing anyone in. */
import { unknown, type Verdict } from '../core/verdict.ts'
import type { SamlError } from '../saml/errors.ts'
import type { ExpectedResponse } from '../saml/response/checks.ts'
import { openResponse } from '../saml/response/open.ts'
import { evaluateResponse, type ResponseEvaluation } from '../saml/response/validate.ts'

export interface ResponseCheck {
  readonly verdict: Verdict
  /** The error that a login would get; undefined: it would be accepted, as far as can be determined. */
  readonly refusal?: SamlError
}

type ExpectedOfProvider = Omit<ExpectedResponse, 'inResponseTo'>

/** Checks that only the gateway that sent the request can answer. */
const REQUEST_CHECKS: readonly string[] = ['requestIsKnown', 'responseAnswersOurRequest', 'answersOurRequest']

/**
 * Checks a response given as text (base64, a form field or XML). Without `inResponseTo` the request that the response
 * names is assumed to be pending, and the checks that depend on it are `unknown`; an unsolicited response needs none.
 */
export function checkResponse(
  text: string,
  expected: ExpectedOfProvider,
  inResponseTo: string | undefined,
  now: Date,
): ResponseCheck {
  const form = { SAMLResponse: fieldOf(text) }
  if (inResponseTo !== undefined) return responseCheck(evaluateResponse(form, { ...expected, inResponseTo }, now))
  const evaluate = (request: string | undefined) => evaluateResponse(form, { ...expected, inResponseTo: request }, now)
  const unsolicited = evaluate(undefined)
  if (accepts(unsolicited)) return responseCheck(unsolicited)
  const evaluations = claimedRequests(form, expected).map(evaluate)
  return withoutRequest(evaluations.find(accepts) ?? evaluations[0] ?? unsolicited)
}

/** The form field: from base64, a whole form field, or XML that is not encoded yet. */
function fieldOf(text: string): string {
  // Unchanged, byte order marks included: what a login would refuse must be refused here.
  if (/^[\ufeff\s]*</.test(text)) return Buffer.from(text, 'utf8').toString('base64')
  const field = text.trim()
  return field.startsWith('SAMLResponse=') ? (new URLSearchParams(field).get('SAMLResponse') ?? '') : field
}

function responseCheck(evaluation: ResponseEvaluation): ResponseCheck {
  return {
    verdict: evaluation.verdict,
    ...('error' in evaluation ? { refusal: evaluation.error } : {}),
  }
}

function accepts(evaluation: ResponseEvaluation): boolean {
  return 'assertion' in evaluation
}

/** The requests that the response names; none where it cannot be opened. */
function claimedRequests(form: { SAMLResponse: string }, expected: ExpectedOfProvider): readonly string[] {
  try {
    const { assertion } = openResponse(form, expected)
    return assertion.confirmations.flatMap(({ inResponseTo }) => inResponseTo ?? [])
  } catch {
    // The verdict says why.
    return []
  }
}

/** Whether that request is pending cannot be determined from a file. */
function withoutRequest(evaluation: ResponseEvaluation): ResponseCheck {
  return {
    ...responseCheck(evaluation),
    verdict: evaluation.verdict.map((finding) =>
      REQUEST_CHECKS.includes(finding.name) && finding.outcome === 'pass'
        ? { name: finding.name, ...unknown('the ID of a pending request', 'none was given') }
        : finding,
    ),
  }
}
