import { type ErrorCatalogue, type ErrorDetail, FedgateError } from '../core/errors.ts'

export const storeErrors = {
  'store.unavailable': {
    sentence: 'The gateway cannot reach its store at the moment, so nobody can sign in or use a session.',
    hint: 'Try again in a minute. If this keeps happening, tell your administrator: the gateway says at /readyz and in its own log what is wrong.',
  },
  'store.evicts': {
    sentence: 'This Redis may delete keys before they expire, so a used assertion could be accepted again.',
    hint: 'Set `maxmemory-policy noeviction` in Redis.',
  },
} as const satisfies ErrorCatalogue

/** The only error of a store: the operation may or may not have been carried out, and nothing may follow from it. */
export class StoreError extends FedgateError {
  constructor(code: keyof typeof storeErrors, detail?: ErrorDetail) {
    super(code, storeErrors[code], detail)
  }
}
