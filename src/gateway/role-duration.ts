/** How long a session of a role may last, and what is left where AWS allows less than is known here. */
import { StsError } from '../aws/errors.ts'
import { roleDuration } from '../aws/facts/limits.ts'
import { GatewayError } from './errors.ts'
import type { ListedRole } from './list-roles.ts'

/** Seconds: what is wanted, else an hour or the role's maximum. Throws GatewayError `role.duration_invalid`. */
export const durationOf = ({ maxSessionSeconds }: ListedRole, wanted: number | undefined): number => {
  const seconds = wanted ?? Math.min(roleDuration.default, maxSessionSeconds)
  if (Number.isInteger(seconds) && seconds >= roleDuration.min && seconds <= maxSessionSeconds) return seconds
  throw new GatewayError('role.duration_invalid', {
    expected: `${roleDuration.min} to ${maxSessionSeconds} seconds`,
    found: `${seconds}`,
    source: 'duration',
  })
}

/** An hour, which every role allows, where AWS says that this one does not allow as long as was asked for. */
export const shorterDuration = (error: unknown, askedSeconds: number): number | undefined => {
  const isTooLong = error instanceof StsError && error.code === 'sts.duration_too_long'
  return isTooLong && askedSeconds > roleDuration.default ? roleDuration.default : undefined
}
