/**
 * Conditional requests (Amazon S3 User Guide, "Add preconditions to S3 operations with conditional requests"): what makes
 * a lock of an object, as Terraform's backend does.
 */
import type { HttpRequest } from '../../http.ts'
import { ServiceError } from '../service-error.ts'
import type { StoredObject } from './buckets.ts'
import { httpDate } from './http-date.ts'

type Headers = HttpRequest['headers']

/**
 * For a write. `If-None-Match: *`: only where there is no such object; `If-Match`: only in place of that one. Throws
 * PreconditionFailed, NoSuchKey, or NotImplemented for any other If-None-Match, as S3 does.
 */
export function requireConditions(headers: Headers, before: StoredObject | undefined): void {
  const { 'if-none-match': none, 'if-match': match } = headers
  if (none !== undefined && none !== '*')
    throw new ServiceError(
      'NotImplemented',
      501,
      'A header you provided implies functionality that is not implemented: If-None-Match other than *',
    )
  if (none === '*' && before) throw failed('If-None-Match')
  if (match === undefined) return
  if (!before) throw new ServiceError('NoSuchKey', 404, 'The specified key does not exist.')
  if (match !== '*' && !names(match, before)) throw failed('If-Match')
}

/**
 * For a read: whether the object is the one that the client has. Tags decide before dates (RFC 9110 section 13.2.2).
 * Throws PreconditionFailed where `If-Match` names another one, or the object changed after `If-Unmodified-Since`.
 */
export function isUnchanged(headers: Headers, object: StoredObject, now: Date): boolean {
  const { 'if-none-match': none, 'if-match': match } = headers
  const unmodifiedSince = httpDate(headers['if-unmodified-since'])
  const modifiedSince = httpDate(headers['if-modified-since'])
  if (match !== undefined) {
    if (match !== '*' && !names(match, object)) throw failed('If-Match')
  } else if (unmodifiedSince && secondsOf(object.modifiedAt) > secondsOf(unmodifiedSince))
    throw failed('If-Unmodified-Since')
  if (none !== undefined) return none === '*' || names(none, object)
  // S3 ignores a date in the future.
  if (!modifiedSince || modifiedSince > now) return false
  return secondsOf(object.modifiedAt) <= secondsOf(modifiedSince)
}

/** Last-Modified has whole seconds. */
function secondsOf(time: Date): number {
  return Math.floor(time.getTime() / 1000)
}

/** Clients write the tag with quotes and without. */
function names(header: string, { etag }: StoredObject): boolean {
  return header.split(',').some((one) => one.trim().replaceAll('"', '') === etag.replaceAll('"', ''))
}

function failed(condition: string): ServiceError {
  return new ServiceError(
    'PreconditionFailed',
    412,
    `At least one of the pre-conditions you specified did not hold: ${condition}`,
  )
}
