import type { FedgateError } from '../core/errors.ts'
import type { Finding, Verdict } from '../core/verdict.ts'

/** Why not: the error's code and sentence, and what was expected and found. */
export interface Refusal {
  readonly errorCode: string
  readonly errorMessage: string
  readonly expected?: string
  readonly found?: string
  readonly source?: string
  /** The checks that did not pass, where checks ran; without the values that are above. */
  readonly findings?: Verdict
  /** Where AWS refused without saying why: what the checks come to, in sentences. */
  readonly likelyReason?: string
}

const MOST_FINDINGS = 5

/** The texts of a refusal may come from an unauthenticated client. */
const LONGEST_TEXT = 500

type Values = { readonly [Key in 'expected' | 'found' | 'source']?: string | undefined }

/** The part of an event that says why not, from the error the user met: each thing once, and none at length. */
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

/** What failed, then what is unknown. What passed is no reason, and what the line has already is not repeated. */
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
