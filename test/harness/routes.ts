/** The routes of the gateway, as its source writes them. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

const WEB = join(import.meta.dirname, '../../src/web')

/** The paths that have a handler for one of these methods, each once. */
export const writtenRoutes = (...methods: readonly ('get' | 'post')[]): readonly string[] => {
  const pattern = new RegExp(`\\.(?:${methods.join('|')})\\(\\s*'([/][^']*)'`, 'g')
  const paths = readdirSync(WEB, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .flatMap((file) => [...readFileSync(join(WEB, file), 'utf8').matchAll(pattern)].map(([, path = '']) => path))
  return [...new Set(paths)].toSorted()
}
