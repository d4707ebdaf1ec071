/**
 * `fedgate rehearse --change FILE`: which roles and users a change of keys, claims, providers or trust policies would
 * break, before and after. Nothing is sent to AWS, and nobody is signed in. Start at runRehearse; rehearsal.ts judges.
 */
import { readConfigFile } from '../../config/load.ts'
import type { Config } from '../../config/types.ts'
import { configuredCatalog } from '../catalog/configured.ts'
import { Ended, exitCodes } from '../exit-codes.ts'
import { configOfText } from '../load-config.ts'
import type { RehearseOptions } from '../options.ts'
import { openOutput } from '../output.ts'
import { trustPolicies } from '../trust-policy/known-policies.ts'
import { changedText, readChange } from './change-file.ts'
import { RehearseError } from './errors.ts'
import { rehearsalLines } from './lines.ts'
import { type Rehearsal, rehearse } from './rehearsal.ts'
import { usersInFiles, usersOfRules } from './users.ts'

/** Throws ConfigError, CatalogError, RehearseError, ExplainError, or Ended with 1 if anything breaks. */
export async function runRehearse(options: RehearseOptions): Promise<void> {
  const output = openOutput(process.stdout, process.stderr, process.env)
  const rehearsal = await rehearsalOf(options, new Date(), output.note)
  if (options.json) output.print(JSON.stringify(rehearsal, undefined, 2))
  else for (const line of rehearsalLines(rehearsal)) output.print(line)
  for (const note of rehearsal.notes) output.note(note)
  if (rehearsal.changes.some(({ breaks }) => breaks)) throw new Ended(exitCodes.failed)
}

/** `warn`: of policies in the configuration that cannot be read. */
export async function rehearsalOf(
  { config: file, change: changeFile, claims, provider }: RehearseOptions,
  now: Date,
  warn: (line: string) => void,
): Promise<Rehearsal> {
  const text = await readConfigFile(file)
  const before = configOfText(text, file, process.env, 'offline')
  const change = await readChange(
    changeFile,
    before.providers.map(({ id }) => id),
  )
  const after: Config = configOfText(changedText(text, change.settings), file, process.env, 'offline')
  const catalog = await configuredCatalog(before)
  const users =
    claims === undefined || provider === undefined
      ? usersOfRules(before, catalog)
      : await usersInFiles(before, claims, provider)
  if (users.users.length === 0) throw new RehearseError('rehearse.no_users')
  const trustPolicyOf = await trustPolicies(before, warn, () => catalog)
  return rehearse({ before, after, change, catalog, trustPolicyOf, now }, users)
}
