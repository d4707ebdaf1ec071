/** What went wrong with a Redis: in words for the operator, and what it means for the connection. */
import { ErrorReply } from '@redis/client'
import { StoreError } from '../errors.ts'

/**
 * Answers after which another server has to be asked, or this one later: it is no longer a master, still loads, no
 * longer knows us, or the cluster has changed or is incomplete.
 */
const ELSEWHERE = /^(READONLY|MASTERDOWN|LOADING|NOAUTH|WRONGPASS|UNBLOCKED|MOVED|ASK|CLUSTERDOWN)\b/

/** Answers that waiting does not change: the password or the rights of the user. */
const NOT_ADMITTED =
  /^(NOAUTH|WRONGPASS|NOPERM|ERR AUTH|ERR invalid password|ERR Client sent AUTH)\b|^ERR .*\bcan't run this command\b/

/** A replica did not confirm a write in time. The connection is fine. */
export class NotReplicatedError extends Error {
  constructor() {
    super('no replica confirmed the write')
    this.name = 'NotReplicatedError'
  }
}

/** Whether the connection is of no more use: no answer came, or one that only another server can better. */
export function endsConnection(error: unknown): boolean {
  if (error instanceof NotReplicatedError) return false
  return !(error instanceof ErrorReply) || ELSEWHERE.test(error.message)
}

export function isNotAdmitted(error: unknown): boolean {
  return error instanceof ErrorReply && NOT_ADMITTED.test(error.message)
}

/** Whether waiting cannot help at the start: the password, or the server's certificate. */
export function isFinal(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  return isNotAdmitted(error) || /CERT|UNABLE_TO_VERIFY|ERR_TLS|ERR_SSL/.test(code)
}

export function isOutOfMemory(error: unknown): boolean {
  return error instanceof ErrorReply && /\bOOM\b/.test(error.message)
}

/** Wherever it came from, as the one error that the store's users know. */
export function unavailable(error: unknown): StoreError {
  return new StoreError('store.unavailable', { found: reasonOf(error), source: 'Redis', cause: error })
}

/** One line. Never a key, a value or a password: of an unknown command Redis repeats the arguments. */
export function reasonOf(error: unknown): string {
  if (error instanceof AggregateError) return [...new Set(error.errors.map(reasonOf))].join(', ')
  if (!(error instanceof Error)) return 'an unknown error'
  const text = error.message.replace(/,? *with args beginning with.*$/s, '').split('\n')[0] ?? ''
  return text === '' ? error.name : text
}
