/**
 * metrics owns what Prometheus reads: every metric (definitions.ts), counts of audit events (events.ts), times of the ports
 * (measured-ports.ts) and of the steps of a sign-in (here), values that are looked up at each scrape (gauges.ts), and the text
 * of one process or several (exposition.ts). It decides nothing and never makes a request fail.
 */
import { FedgateError } from '../../core/errors.ts'
import { inSpan } from '../../core/tracing/spans.ts'
import type { Instruments } from './instruments.ts'

export type LoginStep = 'start' | 'saml_response' | 'oidc_callback' | 'finish'

/** What the web interface measures. */
export interface Measures {
  /** Does a step of a sign-in, in a span, and notes how long it took. */
  loginStep<Result>(step: LoginStep, work: () => Promise<Result>): Promise<Result>
  /** A request was answered, or its client left before: `status` is undefined then. */
  request(method: string, status: number | undefined, seconds: number): void
}

const METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'POST'])

export function createMeasures({ loginStepSeconds, requestSeconds }: Instruments): Measures {
  return {
    loginStep: (step, work) =>
      inSpan(`fedgate.login.${step}`, {}, () =>
        timed(work, (seconds, error) => loginStepSeconds.observe({ step, result: resultOf(error) }, seconds)),
      ),
    request: (method, status, seconds) =>
      requestSeconds.observe(
        {
          method: METHODS.has(method) ? method : 'other',
          status: status === undefined ? 'closed' : `${Math.floor(status / 100)}xx`,
        },
        seconds,
      ),
  }
}

/** `done` gets the seconds that the work took, and what it threw. */
export async function timed<Result>(
  work: () => Promise<Result>,
  done: (seconds: number, error: unknown) => void,
): Promise<Result> {
  const start = performance.now()
  try {
    const result = await work()
    done((performance.now() - start) / 1000, undefined)
    return result
  } catch (error) {
    done((performance.now() - start) / 1000, error)
    throw error
  }
}

function resultOf(error: unknown): 'ok' | 'refused' | 'failed' {
  if (error === undefined) return 'ok'
  return error instanceof FedgateError ? 'refused' : 'failed'
}
