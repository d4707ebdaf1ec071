import { FedgateError } from '../../core/errors.ts'
import { inSpan } from '../../core/tracing/spans.ts'
import type { Store, StsClient } from '../ports.ts'
import type { Instruments } from './instruments.ts'
import { timed } from './measures.ts'

type Operation = Exclude<keyof Store, 'remembersSince'>

export const operations: readonly Operation[] = [
  'put',
  'admit',
  'extend',
  'swap',
  'get',
  'take',
  'claim',
  'count',
  'delete',
  'add',
  'members',
]

/** Does the operation in a span, and notes how long it took and whether it failed. */
type Measure = <Result>(operation: Operation, work: () => Promise<Result>) => Promise<Result>

/** The same store, with times, failures and spans of its operations. */
export function measuredStore(store: Store, { storeSeconds, storeFailures }: Instruments): Store {
  const measure: Measure = (operation, work) =>
    inSpan('fedgate.store', { 'db.operation.name': operation }, () =>
      timed(work, (seconds, error) => {
        storeSeconds.observe({ operation }, seconds)
        if (error !== undefined) storeFailures.inc({ operation })
      }),
    )
  return {
    get remembersSince() {
      return store.remembersSince
    },
    put: (...given) => measure('put', () => store.put(...given)),
    admit: (...given) => measure('admit', () => store.admit(...given)),
    extend: (...given) => measure('extend', () => store.extend(...given)),
    swap: (...given) => measure('swap', () => store.swap(...given)),
    get: (...given) => measure('get', () => store.get(...given)),
    take: (...given) => measure('take', () => store.take(...given)),
    claim: (...given) => measure('claim', () => store.claim(...given)),
    count: (...given) => measure('count', () => store.count(...given)),
    delete: (...given) => measure('delete', () => store.delete(...given)),
    add: (...given) => measure('add', () => store.add(...given)),
    members: (...given) => measure('members', () => store.members(...given)),
  }
}

/** The same client, with times, results and spans of its exchanges. */
export function measuredSts(sts: StsClient, { stsSeconds }: Instruments): StsClient {
  return {
    exchange: (request) =>
      inSpan('fedgate.sts.exchange', { 'fedgate.evidence': request.kind, 'cloud.region': request.region }, () =>
        timed(
          () => sts.exchange(request),
          (seconds, error) => stsSeconds.observe({ evidence: request.kind, result: resultOf(error) }, seconds),
        ),
      ),
  }
}

function resultOf(error: unknown): string {
  if (error === undefined) return 'ok'
  return error instanceof FedgateError ? error.code : 'internal'
}
