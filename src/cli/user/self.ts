import { createRequire } from 'node:module'
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'

/** The command that starts this program again from any folder: Node.js and the script, as absolute paths. */
export function selfCommand(): readonly string[] {
  const script = resolve(process.argv[1] ?? '')
  if (!script.endsWith('.ts')) return [process.execPath, script]
  // From the source, in the checkout.
  const loader = pathToFileURL(createRequire(script).resolve('tsx')).href
  return [process.execPath, '--import', loader, script]
}
