/**
 * How fast `fedgate audit verify` reads a log, and with how much memory: `AUDIT_LINES=10000000 npm run bench -- audit`.
 * The log is made first, in a temporary folder: about 600 octets a line.
 */
import { execFile } from 'node:child_process'
import { generateKeyPairSync } from 'node:crypto'
import { createWriteStream } from 'node:fs'
import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { build } from 'esbuild'
import { auditKey } from '../src/audit/chain/key.ts'
import { chainOn } from '../src/audit/chain/writer.ts'
import { auditLine } from '../src/audit/line.ts'
import { streamTarget } from '../src/audit/sinks.ts'

export interface AuditFigures {
  readonly lines: number
  readonly megabytes: number
  readonly seconds: number
  readonly linesPerSecond: number
  /** Resident memory of the whole process at its peak while it verified, in MB. */
  readonly peakMemory: number
  readonly findings: number
}

const BATCH = 500

export async function suite(lines = Number(process.env.AUDIT_LINES ?? 200_000)): Promise<AuditFigures> {
  const folder = await mkdtemp(join(tmpdir(), 'fedgate-audit-bench-'))
  try {
    const [file, keyFile] = [join(folder, 'audit.jsonl'), join(folder, 'key.pub.pem')]
    const key = auditKey(generateKeyPairSync('ed25519').privateKey)
    await writeFile(keyFile, key.publicKey)
    await writeLog(file, lines, key)
    const { lines: read, ...figures } = await verifyInProcess(file, keyFile)
    return {
      lines: read,
      megabytes: Math.round((await stat(file)).size / 1e6),
      linesPerSecond: Math.round(read / figures.seconds),
      ...figures,
    }
  } finally {
    await rm(folder, { recursive: true })
  }
}

/** A process of its own, with nothing in memory but what verification needs. */
async function verifyInProcess(
  file: string,
  keyFile: string,
): Promise<Omit<AuditFigures, 'megabytes' | 'linesPerSecond'>> {
  const folder = join(file, '../built')
  await build({
    entryPoints: [join(import.meta.dirname, 'audit-contender.ts')],
    bundle: true,
    platform: 'node',
    format: 'esm',
    outfile: join(folder, 'contender.mjs'),
  })
  const { stdout } = await promisify(execFile)(process.execPath, [join(folder, 'contender.mjs'), file, keyFile])
  return JSON.parse(stdout) as Omit<AuditFigures, 'megabytes' | 'linesPerSecond'>
}

async function writeLog(file: string, lines: number, key: ReturnType<typeof auditKey>): Promise<void> {
  const stream = createWriteStream(file)
  const writer = chainOn(streamTarget(stream), { key }, () => new Date(1_767_323_045_000))
  for (let written = 0; written < lines; written += BATCH)
    await writer.append(
      Array.from({ length: Math.min(BATCH, lines - written) }, (_, n) => lineOf(written + n)),
      false,
    )
  await writer.sign('end')
  await new Promise((resolve) => stream.end(resolve))
}

function lineOf(n: number): Buffer {
  return Buffer.from(
    auditLine({
      eventName: 'login',
      eventTime: new Date(1_767_323_045_000 + n),
      referenceId: `reference-${n}`,
      sourceIPAddress: '192.0.2.1',
      userAgent: 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0',
      provider: 'corp',
      subject: `user-${n % 5_000}@example.com`,
      protocol: 'saml',
      issuer: 'https://idp.example.com/saml/metadata',
      authenticatedAt: new Date(1_767_323_000_000),
    }),
  )
}
