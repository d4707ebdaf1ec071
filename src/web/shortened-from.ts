import { showDuration } from '../core/duration.ts'
import type { TakenRole } from '../gateway/taken-role.ts'

/** `4h`: what was asked for, where AWS did not allow the role as long; undefined where it did. */
export const shortenedFrom = ({ shortenedFromSeconds }: TakenRole): string | undefined =>
  shortenedFromSeconds === undefined ? undefined : showDuration(shortenedFromSeconds)
