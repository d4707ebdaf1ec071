export const DAY_SECONDS = 86_400
export const DAY_MS = DAY_SECONDS * 1000
/** Of 365 days: how long a browser keeps what it prefers. */
export const YEAR_MS = 365 * DAY_MS

const UNITS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: DAY_SECONDS }

/**
 * The seconds of `90`, `45s`, `1h`, `1h30m`, `1h 30m` or `2d`; undefined for anything else, including zero and
 * overflow.
 */
export function parseDuration(text: string): number | undefined {
  if (/^\d{1,9}$/.test(text)) return Number(text) || undefined
  if (!/^\d{1,6}[smhd]( ?\d{1,6}[smhd])*$/.test(text)) return undefined
  const seconds = [...text.matchAll(/(\d+)([smhd])/g)].reduce(
    (sum, [, n, unit]) => sum + Number(n) * (UNITS[unit ?? ''] ?? 0),
    0,
  )
  return seconds || undefined
}

/** `1h 30m` for 5400, for display. parseDuration reads it back. */
export function showDuration(seconds: number): string {
  const parts = [
    [Math.floor(seconds / 3600), 'h'],
    [Math.floor((seconds % 3600) / 60), 'm'],
    [Math.floor(seconds % 60), 's'],
  ] as const
  return parts.flatMap(([n, unit]) => (n > 0 ? [`${n}${unit}`] : [])).join(' ') || '0s'
}
