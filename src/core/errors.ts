/**
 * Errors a user can meet. Each has a stable dotted code for programs, a sentence for the user, a hint that says
 * what to do next, and (for the log only) what was expected and found.
 *
 * A folder declares its own catalogue and a subclass bound to it; the reference of error codes in docs/ is made from
 * the catalogues. HTTP status codes are not known here: web/errors.ts maps codes to them.
 */
export interface ErrorText {
  /** One sentence for the user who gets the error. No names of claims or elements, no values. */
  readonly sentence: string
  /** The next step, for the user or the administrator. */
  readonly hint: string
}

export type ErrorCatalogue = Readonly<Record<string, ErrorText>>

export interface ErrorDetail {
  /** The expected value: for the audit line and the administrator, never for the user's page. */
  readonly expected?: string
  /** The actual value. Never a secret, a token or an assertion. */
  readonly found?: string
  /** Where it was found, such as `SubjectConfirmationData/@Recipient`. */
  readonly source?: string
  /** Replaces the catalogue's sentence if it should contain the value. */
  readonly sentence?: string
  /** Replaces the catalogue's hint if a more exact next step is known. */
  readonly hint?: string
  readonly cause?: unknown
}

/** The base of every error that a user may get; everything else is a defect and shown as `internal`. */
export class FedgateError extends Error {
  readonly code: string
  readonly hint: string
  readonly expected: string | undefined
  readonly found: string | undefined
  readonly source: string | undefined

  constructor(code: string, text: ErrorText, detail: ErrorDetail = {}) {
    super(detail.sentence ?? text.sentence, detail.cause === undefined ? undefined : { cause: detail.cause })
    this.name = new.target.name
    this.code = code
    this.hint = detail.hint ?? text.hint
    this.expected = detail.expected
    this.found = detail.found
    this.source = detail.source
  }
}

/** The exact reason in one line, for logs and the audit line: `expected X, found Y (source)`. */
export function reasonOf(error: FedgateError): string | undefined {
  const parts = [
    error.expected === undefined ? undefined : `expected ${error.expected}`,
    error.found === undefined ? undefined : `found ${error.found}`,
  ].filter((part) => part !== undefined)
  if (parts.length === 0) return error.source
  return error.source === undefined ? parts.join(', ') : `${parts.join(', ')} (${error.source})`
}
