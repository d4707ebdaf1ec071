import { parseDuration } from '../../core/duration.ts'

/** Of a text that is a duration. */
export function seconds(text: string): number {
  const parsed = parseDuration(text)
  if (parsed === undefined) throw new TypeError(`no duration: ${text}`)
  return parsed
}

/** `{}` for undefined: exactOptionalPropertyTypes tells a missing key from one that is undefined. */
export function optional<Key extends string, Value>(
  key: Key,
  value: Value | undefined,
): { readonly [K in Key]?: Value } {
  return value === undefined ? {} : ({ [key]: value } as { readonly [K in Key]?: Value })
}
