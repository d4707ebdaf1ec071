/** A field of a form or a parameter of a query, whatever came: a text, empty where it is missing or repeated. */
export const text = (value: unknown): string => (typeof value === 'string' ? value : '')
