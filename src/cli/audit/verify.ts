import { type ChainFinding, findingKinds, type LineAt, type Verification } from '../../audit/chain/findings.ts'
import { readKeptHeads } from '../../audit/chain/kept-heads.ts'
import { type PublicKeys, publicKeyFiles, readPublicKeys } from '../../audit/chain/key.ts'
import { type VerifySettings, verifyLogs } from '../../audit/chain/verify.ts'
import { Ended, exitCodes } from '../exit-codes.ts'
import { openOutput, plain } from '../output.ts'
import { auditFolders } from '../serving/audit-folders.ts'
import { AuditCommandError } from './errors.ts'
import type { AuditVerifyOptions } from './options.ts'

/** Prints what is wrong with the log. Throws ConfigError, AuditCommandError, or Ended if there is a finding. */
export async function runAuditVerify(options: AuditVerifyOptions): Promise<void> {
  const output = openOutput(process.stdout, process.stderr, process.env)
  // The heads first: the gateway may be writing.
  const settings = await settingsOf(options)
  const verification = await verifyLogs(options.files, settings).catch((cause: NodeJS.ErrnoException) => {
    if (cause.code === undefined) throw cause
    throw new AuditCommandError('audit.file_unreadable', {
      sentence: `The file ${cause.path ?? options.files.join(', ')} cannot be read (${cause.code}).`,
      cause,
    })
  })
  const isIntact = verification.findings.length === 0 && verification.isComplete
  if (options.json) output.print(JSON.stringify({ isIntact, ...verification }, null, 2))
  else for (const line of report(verification)) output.print(plain(line))
  if (!isIntact) throw new Ended(exitCodes.failed)
}

async function settingsOf({ key, config: file, partial }: AuditVerifyOptions): Promise<VerifySettings> {
  const folders = file === undefined ? undefined : await foldersOf(file)
  const files = [...(key ?? []), ...(folders ? await publicKeyFiles(folders.publicKeys) : [])]
  return {
    ...(key === undefined && folders === undefined ? {} : { keys: await readKeys(files) }),
    ...(folders && { keptHeads: await readKeptHeads(folders.heads) }),
    isPartial: partial ?? false,
  }
}

/** What reads a configuration is loaded only for it: without it, verification takes little memory. */
async function foldersOf(file: string): Promise<ReturnType<typeof auditFolders>> {
  const { readConfig } = await import('../load-config.ts')
  return auditFolders(await readConfig(file, process.env, 'offline'))
}

function readKeys(files: readonly string[]): Promise<PublicKeys> {
  return readPublicKeys(files).catch((cause: unknown) => {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new AuditCommandError('audit.key_unreadable', { sentence: `The key cannot be read: ${reason}.`, cause })
  })
}

function report(verification: Verification): readonly string[] {
  const { lines, chains, findings, openChains, torn, isComplete } = verification
  const notes = [
    ...findings.flatMap(findingLines),
    ...(isComplete ? [] : ['There is too much damage to list all of it.']),
    ...openChains.map(
      ({ chain, last, unsigned }) =>
        `note: chain ${chain} has no end: its process still runs or was killed, or the end was cut off. Its last line is ${show(last)}; ${unsigned} lines are not signed yet`,
    ),
    ...(torn === 0 ? [] : [`note: ${torn} lines were cut off by a failed write`]),
    ...(verification.isSignatureChecked
      ? []
      : ['note: signatures were not checked: specify the public key with --key, or --config']),
    ...(verification.chainsElsewhere === 0
      ? []
      : [`note: ${verification.chainsElsewhere} chains that this gateway wrote are in other files`]),
  ]
  const verdict = findings.length === 0 && isComplete ? 'intact' : `${findings.length} findings`
  return [...notes, `${lines} lines of ${chains} chains: ${verdict}`]
}

function findingLines({ kind, chain, from, to, at, before, after }: ChainFinding): readonly string[] {
  const numbers = from === undefined ? '' : to === undefined || to === from ? ` ${from}` : `s ${from} to ${to}`
  const where = at ? ` (${show(at)})` : ''
  return [
    `${kind}: line${numbers}${chain === undefined ? '' : ` of chain ${chain}`}${where} ${findingKinds[kind]}`,
    ...(before ? [`  after  ${show(before)}`] : []),
    ...(after ? [`  before ${show(after)}`] : []),
  ]
}

function show({ file, line, number, referenceId, eventName, eventTime }: LineAt): string {
  const event = referenceId === undefined ? '' : ` ${eventTime} ${eventName} ${referenceId}`
  return `${file}:${line}${number === undefined ? '' : ` number ${number}`}${event}`
}
