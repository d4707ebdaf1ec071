import { parseDuration } from '../../core/duration.ts'

/** Seconds of a valid duration. */
export function seconds(text: string): number {
  const parsed = parseDuration(text)
  if (parsed === undefined) throw new TypeError(`no duration: ${text}`)
  return parsed
}

/** `{}` for undefined, as exactOptionalPropertyTypes distinguishes a missing key from an undefined one. */
export function optional<Key extends string, Value>(
  key: Key,
  value: Value | undefined,
): { readonly [K in Key]?: Value } {
  return value === undefined ? {} : ({ [key]: value } as { readonly [K in Key]?: Value })
}
