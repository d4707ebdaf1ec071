import type { FedgateError } from '../core/errors.ts'
import type { Finding, Verdict } from '../core/verdict.ts'

/** Why something was refused: the error's code and sentence, and what was expected and found. */
export interface Refusal {
  readonly errorCode: string
  readonly errorMessage: string
  readonly expected?: string
  readonly found?: string
  readonly source?: string
  /** The checks that did not pass, if checks ran; without the values above. */
  readonly findings?: Verdict
  /** If AWS refused without a reason: the probable reason, in sentences. */
  readonly likelyReason?: string
}

const MOST_FINDINGS = 5

/** Texts of a refusal may come from an unauthenticated client. */
const LONGEST_TEXT = 500

type Values = { readonly [Key in 'expected' | 'found' | 'source']?: string | undefined }

/** The reason of a refusal in an event, from the error that the user saw: each fact once, none of unlimited length. */
export function refusalOf(error: FedgateError, verdict: Verdict = [], likelyReason?: string): Refusal {
  const findings = reasonsIn(verdict, error)
  return {
    errorCode: error.code,
    errorMessage: cut(error.message),
    ...valuesOf(error),
    ...(findings.length === 0 ? {} : { findings }),
    ...(likelyReason === undefined ? {} : { likelyReason }),
  }
}

/**
 * Failed checks, then unknown ones. Passed checks are no reason, and facts that the line already has are not repeated.
 */
function reasonsIn(verdict: Verdict, error: FedgateError): Verdict {
  return (['fail', 'unknown'] as const)
    .flatMap((reason) => verdict.filter(({ outcome }) => outcome === reason))
    .slice(0, MOST_FINDINGS)
    .map((finding) => ({
      name: cut(finding.name),
      outcome: finding.outcome,
      ...(isMadeOf(error, finding) ? {} : valuesOf(finding)),
    }))
}

function cut(text: string): string {
  return text.length > LONGEST_TEXT ? `${text.slice(0, LONGEST_TEXT)}…` : text
}

function isMadeOf(error: FedgateError, { expected, found, source }: Finding): boolean {
  return error.expected === expected && error.found === found && error.source === source
}

function valuesOf({ expected, found, source }: Values): Pick<Refusal, 'expected' | 'found' | 'source'> {
  return {
    ...(expected === undefined ? {} : { expected: cut(expected) }),
    ...(found === undefined ? {} : { found: cut(found) }),
    ...(source === undefined ? {} : { source: cut(source) }),
  }
}
