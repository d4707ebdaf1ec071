import { resolve } from 'node:path'
import type { Interpolate } from './document.ts'

export interface InterpolationSources {
  /** The folder of the configuration file, to which paths are relative. Absolute. */
  readonly folder: string
  readonly env: Readonly<Record<string, string | undefined>>
  /** The text of a file. Throws if it cannot be read. */
  readonly readFile: (path: string) => string
}

// Other text in braces is left alone: IAM's policy variables look similar, such as ${aws:username}.
const REFERENCE = /\$\$\{|\$\{file:([^}]+)\}|\$\{([A-Za-z_]\w*)\}/g

type Filled = { readonly text: string } | { readonly expected: string }

/** `${NAME}` from the environment, `${file:PATH}` from a file (without its last line end), `$${` for `${`. */
export function interpolateWith(sources: InterpolationSources): Interpolate {
  return (text) => {
    const missing: string[] = []
    const filled = text.replaceAll(REFERENCE, (reference, path?: string, name?: string) => {
      if (path === undefined && name === undefined) return reference.slice(1)
      const value = path === undefined ? variable(name ?? '', sources) : fileText(path, sources)
      if ('expected' in value) missing.push(value.expected)
      return 'text' in value ? value.text : ''
    })
    return missing.length === 0 ? { text: filled } : { expected: missing.join(' and ') }
  }
}

function variable(name: string, { env }: InterpolationSources): Filled {
  const text = Object.hasOwn(env, name) ? env[name] : undefined
  return text === undefined ? { expected: `the environment variable ${name} to be set` } : { text }
}

function fileText(path: string, { folder, readFile }: InterpolationSources): Filled {
  try {
    return { text: readFile(resolve(folder, path)).replace(/\r?\n$/, '') }
  } catch {
    return { expected: `a readable file at ${path}` }
  }
}
