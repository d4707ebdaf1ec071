/** From the root of the configuration to a value: keys and indexes. */
export type Path = readonly (string | number)[]

/** What is wrong with one value, before it is known where in the file that value stands. */
export interface ConfigIssue {
  readonly path: Path
  /** Point at the key, not at its value. */
  readonly atKey?: boolean
  readonly expected: string
  /** Never a secret. */
  readonly found?: string
  readonly suggestion?: string
}

/** A complaint with its place. Line and column count from 1. */
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

/** The value as a message may show it. Texts are cut; a null is what YAML makes of nothing. */
export function showValue(value: unknown): string {
  if (value === undefined || value === null) return 'nothing'
  if (Array.isArray(value)) return value.length === 0 ? 'an empty list' : 'a list'
  if (typeof value === 'object') return 'a mapping'
  if (typeof value === 'string') return JSON.stringify(value.length > 80 ? `${value.slice(0, 80)}…` : value)
  return `the ${typeof value} ${String(value)}`
}
