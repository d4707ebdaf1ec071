import { type ErrorCatalogue, type ErrorDetail, FedgateError } from '../core/errors.ts'

export const storeErrors = {
  'store.unavailable': {
    sentence: 'The gateway cannot reach its store at the moment, so nobody can sign in or use a session.',
    hint: 'Try again in a minute. If this keeps happening, tell your administrator: the gateway says at /readyz and in its own log what is wrong.',
  },
  'store.network_file_system': {
    sentence: 'The folder of the file store is on a network file system.',
    hint: 'Set `stateDir` to a folder on a local disk. For gateways on several machines, set `session.store` to a Redis.',
  },
  'store.readable_by_others': {
    sentence: 'Other users of this machine can read the folder of the file store.',
    hint: 'Make it readable only by the user that runs the gateway: chmod -R go= FOLDER.',
  },
  'store.other_owner': {
    sentence: 'The folder of the file store belongs to another user.',
    hint: 'Run the gateway as that user, or change the owner of the folder.',
  },
  'store.other_host': {
    sentence: 'Another machine uses this file store.',
    hint: 'Stop the gateway there and start again half a minute later. For gateways on several machines, set `session.store` to a Redis.',
  },
  'store.unusable': {
    sentence: 'The file store cannot be opened.',
    hint: 'Check that the gateway can write to the folder and that the disk is not full.',
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
