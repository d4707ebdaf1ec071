import { limitCodes } from './events.ts'
import type { Instruments } from './instruments.ts'
import { operations } from './measured-ports.ts'

/** What STS answers when it cannot be used. */
const STS_FAILURES = ['sts.failed', 'sts.throttled', 'sts.unreachable'] as const

/**
 * Zero before the first event of what alerts look at: Prometheus sees an increase only in what it has seen before.
 * `providers`: their IDs; `limits`: the names of the limits that can be configured.
 */
export function startAtZero(
  instruments: Instruments,
  { providers, limits }: { readonly providers: Iterable<string>; readonly limits: Iterable<string> },
): void {
  const { logins, refusals, limitsHit, devicesSignedOut, storeFailures, stsSeconds } = instruments
  for (const provider of providers) {
    for (const kind of ['new', 'renewed']) logins.inc({ provider, kind }, 0)
    refusals.inc({ event: 'request', provider, code: 'internal' }, 0)
  }
  refusals.inc({ event: 'request', provider: 'other', code: 'internal' }, 0)
  for (const limit of [...limits, ...limitCodes]) limitsHit.inc({ limit }, 0)
  for (const reason of ['device', 'person', 'reuse']) devicesSignedOut.inc({ reason }, 0)
  for (const operation of operations) storeFailures.inc({ operation }, 0)
  for (const evidence of ['saml', 'web-identity'])
    for (const result of STS_FAILURES) stsSeconds.zero({ evidence, result })
}
