/** One SAML response judged by the checks that a login runs, signing nobody in. */
import type { Verdict } from '../core/verdict.ts'
import type { SamlError } from '../saml/errors.ts'
import type { ExpectedResponse } from '../saml/response/checks.ts'
import { openResponse } from '../saml/response/open.ts'
import { evaluateResponse, type ResponseEvaluation } from '../saml/response/validate.ts'

export interface Opinion {
  readonly verdict: Verdict
  /** What a login would be refused with; undefined: it would be taken, as far as can be known. */
  readonly refusal?: SamlError
}

type ExpectedOfProvider = Omit<ExpectedResponse, 'inResponseTo'>

/** Checks that only the gateway that sent the request can answer. */
const REQUEST_CHECKS: readonly string[] = ['requestIsKnown', 'responseAnswersOurRequest', 'answersOurRequest']

/**
 * What would become of a response as text (base64, a form field or XML). Without `inResponseTo` it is judged as if the
 * request that it names were pending, and the checks that say so are `unknown`; an unsolicited one needs no request.
 */
export function checkResponse(
  text: string,
  expected: ExpectedOfProvider,
  inResponseTo: string | undefined,
  now: Date,
): Opinion {
  const form = { SAMLResponse: fieldOf(text) }
  if (inResponseTo !== undefined) return opinionOf(evaluateResponse(form, { ...expected, inResponseTo }, now))
  const judge = (request: string | undefined) => evaluateResponse(form, { ...expected, inResponseTo: request }, now)
  const unsolicited = judge(undefined)
  if (accepts(unsolicited)) return opinionOf(unsolicited)
  const judgements = claimedRequests(form, expected).map(judge)
  return withoutRequest(judgements.find(accepts) ?? judgements[0] ?? unsolicited)
}

/** The form field: base64 as it stands, a whole form field, or XML that is not encoded yet. */
function fieldOf(text: string): string {
  // As it is, byte order marks included: what a login would refuse is to be refused here.
  if (/^[\ufeff\s]*</.test(text)) return Buffer.from(text, 'utf8').toString('base64')
  const field = text.trim()
  return field.startsWith('SAMLResponse=') ? (new URLSearchParams(field).get('SAMLResponse') ?? '') : field
}

function opinionOf(judgement: ResponseEvaluation): Opinion {
  return {
    verdict: judgement.verdict,
    ...('error' in judgement ? { refusal: judgement.error } : {}),
  }
}

function accepts(judgement: ResponseEvaluation): boolean {
  return 'assertion' in judgement
}

/** The requests that the response says it answers; none where it cannot be opened. */
function claimedRequests(form: { SAMLResponse: string }, expected: ExpectedOfProvider): readonly string[] {
  try {
    const { assertion } = openResponse(form, expected)
    return assertion.confirmations.flatMap(({ inResponseTo }) => inResponseTo ?? [])
  } catch {
    // judgeResponse says why, in its verdict.
    return []
  }
}

/** Whether that request is pending is not for a file to say. */
function withoutRequest(judgement: ResponseEvaluation): Opinion {
  return {
    ...opinionOf(judgement),
    verdict: judgement.verdict.map((finding) =>
      REQUEST_CHECKS.includes(finding.name) && finding.outcome === 'pass'
        ? { name: finding.name, outcome: 'unknown', expected: 'the ID of a pending request', found: 'none was given' }
        : finding,
    ),
  }
}
