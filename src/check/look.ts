import { expiryOf } from '../core/expiry.ts'
import type { Finding, Verdict } from '../core/verdict.ts'

/** A finding before it has its name. */
export type Look = Omit<Finding, 'name'>

/** What a named check says of a subject: one finding, several where there are several things, or none. */
export type Looks<Subject> = Readonly<Record<string, (subject: Subject) => Look | readonly Look[]>>

/** Runs every check of the record, in its order. */
export function lookAt<Subject>(checks: Looks<Subject>, subject: Subject): Verdict {
  return Object.entries(checks).flatMap(([name, check]) => [check(subject)].flat().map((look) => ({ name, ...look })))
}

/** All is well; what was found is shown. */
export function ok(found?: string, source?: string): Look {
  return {
    outcome: 'pass',
    ...(found === undefined ? {} : { found }),
    ...(source === undefined ? {} : { source }),
  }
}

/** Something to correct: what would have been right, and what is there. */
export function wrong(expected: string, found: string, source?: string): Look {
  return {
    outcome: 'fail',
    expected,
    found,
    ...(source === undefined ? {} : { source }),
  }
}

/** Could not be asked; `found`: what stood in the way. */
export function notRun(found: string): Look {
  return { outcome: 'not-run', found }
}

/** A certificate is current, ends soon, or has ended. */
export function expiryLook(notAfter: Date, now: Date, source: string): Look {
  const { state, shown, warning } = expiryOf(notAfter, now)
  if (state === 'past') return wrong('a certificate that is current', shown, source)
  return { ...ok(shown, source), ...(warning === undefined ? {} : { warning }) }
}

/** The reason in an error, or what was thrown instead of one. */
export function reasonIn(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  // fetch says "fetch failed" and hides the reason one level down.
  return error.cause instanceof Error ? error.cause.message : error.message
}
