/** The posted fields of forms with roles. */
import type { Request } from 'express'
import { showDuration } from '../core/duration.ts'
import { checkedProfileName } from '../credentials/profile-name.ts'
import { GatewayError } from '../gateway/errors.ts'
import type { Gateway } from '../gateway/gateway.ts'
import type { RequestedRole, TakenRole } from '../gateway/roles/sts-request.ts'
import { type OfferedFormat, offeredFormat } from './credential-formats.ts'
import { fields, text, texts } from './fields.ts'
import { readDuration } from './models/duration-choices.ts'
import { MOST_AT_ONCE } from './picker/list.ts'
import { timeZoneOf } from './time-zone.ts'

/**
 * The requested duration of a posted form: seconds, and the choice to store; neither if the form leaves it to us.
 * Throws GatewayError `role.duration_invalid`.
 */
export function requestedDuration(
  { now, settings }: Pick<Gateway, 'now' | 'settings'>,
  request: Request,
): Pick<RequestedRole, 'durationSeconds' | 'chosen'> {
  const wanted = text(request.body[fields.duration])
  if (wanted === '') return { durationSeconds: undefined }
  const chosen = readDuration(wanted, now(), timeZoneOf(request, settings.baseUrl))
  if (chosen) return { durationSeconds: chosen.seconds, chosen: chosen.value }
  throw new GatewayError('role.duration_invalid', {
    expected: 'such as 1h, 3600, or until 18:00 from a browser that says its time zone',
    found: wanted.slice(0, 50),
  })
}

/**
 * The roles that a form or a query names, each once; one empty ARN if there are none. Throws GatewayError
 * `role.too_many`.
 */
export function pickedArns(form: Readonly<Record<string, unknown>>): readonly [string, ...string[]] {
  const [first = '', ...others] = new Set(texts(form[fields.role]))
  const count = others.length + 1
  if (count > MOST_AT_ONCE)
    throw new GatewayError('role.too_many', { expected: `at most ${MOST_AT_ONCE}`, found: `${count}` })
  return [first, ...others]
}

/** A file of credentials instead of a page. */
export interface RequestedFile {
  readonly format: OfferedFormat
  /** Empty: named by the account and the role. */
  readonly profile: string
}

/** undefined: a page is requested. Throws CredentialsError `credentials.profile_invalid`. */
export function requestedFile(form: Readonly<Record<string, unknown>>): RequestedFile | undefined {
  const [format, profile] = [text(form[fields.download]), text(form[fields.profile])]
  if (format === '') return undefined
  if (format === 'ini' && profile !== '') return { format, profile: checkedProfileName(profile) }
  return { format: offeredFormat(format) ?? 'ini', profile: '' }
}

/** `4h`: what was requested, if AWS did not allow that for the role; otherwise undefined. */
export function shortenedFrom({ shortenedFromSeconds }: TakenRole): string | undefined {
  return shortenedFromSeconds === undefined ? undefined : showDuration(shortenedFromSeconds)
}
