import type { Request } from 'express'
import { GatewayError } from '../gateway/errors.ts'
import type { Gateway } from '../gateway/gateway.ts'
import type { WantedRole } from '../gateway/taken-role.ts'
import { readDuration } from './duration-choices.ts'
import { fields } from './fields.ts'
import { text } from './parameters.ts'
import { timeZoneOf } from './time-zone.ts'

/**
 * How long the posted form wants a role: seconds, and the choice to be remembered; neither where the form leaves it to
 * us. Throws GatewayError `role.duration_invalid`.
 */
export const wantedDuration = (
  { now, settings }: Pick<Gateway, 'now' | 'settings'>,
  request: Request,
): Pick<WantedRole, 'durationSeconds' | 'chosen'> => {
  const wanted = text(request.body[fields.duration])
  if (wanted === '') return { durationSeconds: undefined }
  const chosen = readDuration(wanted, now(), timeZoneOf(request, settings.baseUrl))
  if (chosen) return { durationSeconds: chosen.seconds, chosen: chosen.value }
  throw new GatewayError('role.duration_invalid', {
    expected: 'such as 1h, 3600, or until 18:00 from a browser that says its time zone',
    found: wanted.slice(0, 50),
  })
}
