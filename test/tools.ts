import { existsSync } from 'node:fs'

/**
 * Whether a tool that npm cannot bring is there: `describe.skipIf(!requireTool('/usr/bin/aws'))`.
 * Otherwise the reason is on the screen; where nothing may be skipped (CI=true) it is an error.
 */
export const requireTool = (path: string): boolean => {
  if (existsSync(path)) return true
  const reason = `${path} is missing: install it with test/setup/install-tools.sh (as root, Debian)`
  if (process.env.CI === 'true') throw new Error(reason)
  process.stderr.write(`Skipped: ${reason}\n`)
  return false
}
