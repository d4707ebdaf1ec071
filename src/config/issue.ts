/** From the root of the configuration to a value: keys and indexes. */
export type Path = readonly (string | number)[]

/** A problem with one value, before its place in the file is known. */
export interface ConfigIssue {
  readonly path: Path
  /** Whether the place is that of the key instead of the value. */
  readonly atKey?: boolean
  readonly expected: string
  /** Never a secret. */
  readonly found?: string
  readonly suggestion?: string
}

/** An issue with its place. Line and column count from 1. */
export interface Problem extends ConfigIssue {
  readonly file: string
  readonly line: number
  readonly column: number
}

/** `providers[0].issuer` */
export function showPath(path: Path): string {
  return path.reduce<string>((shown, step) => {
    if (typeof step === 'number') return `${shown}[${step}]`
    const key = /^[\w-]+$/.test(step) ? step : JSON.stringify(step)
    return shown === '' ? key : `${shown}.${key}`
  }, '')
}

/** `fedgate.yaml:12:5 providers[0].issuer: expected …, found …; did you mean …?` */
export function showProblem({ file, line, column, path, expected, found, suggestion }: Problem): string {
  const place = [`${file}:${line}:${column}`, showPath(path)].filter((part) => part !== '').join(' ')
  const reason = [`expected ${expected}`, found === undefined ? undefined : `found ${found}`]
    .filter((part) => part !== undefined)
    .join(', ')
  return `${place}: ${reason}${suggestion === undefined ? '' : `; did you mean ${suggestion}?`}`
}

/** The value as shown in a message. Long texts are cut; null is YAML's value for nothing. */
export function showValue(value: unknown): string {
  if (value === undefined || value === null) return 'nothing'
  if (Array.isArray(value)) return value.length === 0 ? 'an empty list' : 'a list'
  if (typeof value === 'object') return 'a mapping'
  if (typeof value === 'string') return JSON.stringify(cut(withoutCredentials(value)))
  return `the ${typeof value} ${String(value)}`
}

function cut(text: string): string {
  return text.length > 80 ? `${text.slice(0, 80)}…` : text
}

/** A URL may have a password in it, and a mistyped one is still shown. */
function withoutCredentials(text: string): string {
  return text.replace(/^([\w+.-]*:\/\/)[^\s]*@/, '$1…@')
}
