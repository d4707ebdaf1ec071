/** A field of a form or a parameter of a query, whatever came: a text, empty where it is missing or repeated. */
export const text = (value: unknown): string => (typeof value === 'string' ? value : '')

/** A field that may be repeated: its texts, none where it is missing. */
export const texts = (value: unknown): readonly string[] =>
  [value].flat().filter((one): one is string => typeof one === 'string' && one !== '')
