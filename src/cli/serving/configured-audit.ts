/** Opens the audit log that the configuration names, with the key that signs it. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Writable } from 'node:stream'
import { dropOldHeads, keepHead } from '../../audit/chain/kept-heads.ts'
import { openAuditKey } from '../../audit/chain/key.ts'
import type { ChainSettings } from '../../audit/chain/writer.ts'
import type { Audit } from '../../audit/events.ts'
import { countingRefusals } from '../../audit/flood.ts'
import { createAuditLog } from '../../audit/log.ts'
import { openTarget } from '../../audit/sinks.ts'
import { openSyslog, parseSyslogUrl } from '../../audit/syslog.ts'
import type { Target } from '../../audit/target.ts'
import type { Config } from '../../config/types.ts'
import type { Log } from '../../core/log.ts'
import { StartError } from '../errors.ts'
import { auditFolders } from './audit-folders.ts'

interface AuditContext {
  readonly stdout: Writable
  readonly log: Log
  readonly now: () => Date
}

type AuditSettings = Pick<Config, 'audit' | 'stateFolder'>

/** Repeated refusals are counted instead of written one by one. Throws StartError `start.audit_unusable`. */
export async function openAudit(config: AuditSettings, { stdout, log, now }: AuditContext): Promise<Audit> {
  const { audit } = config
  const chain = await openChain(config, log, now).catch((cause: unknown) => {
    const sentence = `The key that signs the audit log cannot be used: ${reasonOf(cause)}.`
    throw new StartError('start.audit_unusable', { sentence, cause })
  })
  const target = await (audit.syslog === undefined
    ? openTarget(audit, stdout)
    : openCollector(audit.syslog, audit.syslogCa)
  ).catch((cause: unknown) => {
    const sentence = `The audit log ${audit.syslog ?? audit.file} cannot be written: ${reasonOf(cause)}.`
    throw new StartError('start.audit_unusable', { sentence, cause })
  })
  if (!audit.required)
    log.warn('audit.required is false: users can sign in and assume roles while the audit log cannot be written.')
  return countingRefusals(createAuditLog({ target, chain, isRequired: audit.required, now, log }), now)
}

/** Rejects if the URL is none, or the collector cannot be reached. */
async function openCollector(url: string, caFile: string | undefined): Promise<Target> {
  const address = parseSyslogUrl(url)
  if (address === undefined) throw new Error('expected tls://HOST[:PORT], tcp://HOST[:PORT] or unix:/PATH')
  return openSyslog(address, caFile === undefined ? undefined : await readFile(caFile))
}

/** With its key, which is created if missing. Rejects where that cannot be. */
export async function openChain(config: AuditSettings, log: Log, now: () => Date): Promise<ChainSettings> {
  const { publicKeys, heads } = auditFolders(config)
  const key = await openAuditKey(config.audit.key ?? join(publicKeys, 'key.pem'), publicKeys)
  await dropOldHeads(heads, now()).catch(() => undefined)
  return {
    key,
    keepHead: (head) =>
      keepHead(heads, head).catch((error: unknown) =>
        log.warn(`The last signed line of the audit log cannot be kept: ${reasonOf(error)}.`),
      ),
  }
}

function reasonOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause)
}
