/**
 * Verifies logs: every line of every chain is there once, in its place and as it was written. Reads each file once, as a
 * stream; a second time only where a write failed after its lines were written. Start at verifyLogs.
 */
import type { ChainFinding, OpenChain, Verification } from './findings.ts'
import { HEAD_EVERY, LINE_START } from './format.ts'
import { attemptedRanges, countRequired, inOrder, judgeChain, neededHashes } from './judge-chain.ts'
import { isSignedBy, type PublicKeys } from './key.ts'
import { readLines } from './read-lines.ts'
import { type ReadLine, readPlace } from './read-place.ts'
import { collectSegments, lineAt, type Segment, type SegmentCollector } from './segments.ts'
import type { ChainHead } from './writer.ts'

export interface VerifySettings {
  /** undefined: signatures are not checked. */
  readonly keys?: PublicKeys
  /** Heads that the gateway keeps elsewhere, by the ID of the chain. */
  readonly keptHeads?: ReadonlyMap<string, ChainHead>
  /** Whether lines before the first and after the last may be in other files. */
  readonly isPartial: boolean
}

interface Chain {
  readonly collector: SegmentCollector
  /** The highest number that is signed. */
  signed: number
  /** The number of the last line that says that it is the end. */
  end: number
  /** The hash of the line that has the number of the head that was kept. */
  kept?: string
}

/** Findings that are listed; a log with more is damaged altogether. */
const MOST_FINDINGS = 1_000

/** More chains than a gateway makes in a century: somebody else wrote them. */
const MOST_CHAINS = 50_000

/** What collectors write before a line: a priority, a month, or a time. */
const COLLECTOR_PREFIX = /^(?:<\d{1,3}>1? ?|[A-Z][a-z]{2} [ \d]\d |\d{4}-\d\d-\d\dT)[\x20-\x7e]*$/

/** Verifies these files together, in any order. Rejects with the system's error if one cannot be read. */
export async function verifyLogs(files: readonly string[], settings: VerifySettings): Promise<Verification> {
  const reading = await readLogs(files, settings)
  const hashes = await readHashes(files, reading.chains)
  const judged = [...reading.chains].map(([id, chain]) => judge(id, chain, { files, settings, hashes }))
  const findings = [...reading.findings, ...judged.flatMap((one) => one.findings)]
  const mayBeTorn = judged.reduce((sum, one) => sum + one.mayBeTorn, 0)
  // A failed write tears one line at most, and so does the end of a process: the others were put there.
  if (reading.torn.length > mayBeTorn) findings.push(...reading.torn)
  return {
    lines: reading.lines,
    chains: reading.chains.size,
    findings: findings.slice(0, MOST_FINDINGS),
    openChains: judged.flatMap(({ open }) => (open ? [open] : [])),
    torn: reading.torn.length,
    isSignatureChecked: settings.keys !== undefined,
    chainsElsewhere: [...(settings.keptHeads?.keys() ?? [])].filter((id) => !reading.chains.has(id)).length,
    isComplete:
      findings.length <= MOST_FINDINGS &&
      reading.chains.size < MOST_CHAINS &&
      ![...reading.chains.values()].some(({ collector }) => collector.isOverfull()),
  }
}

interface Reading {
  readonly chains: ReadonlyMap<string, Chain>
  readonly findings: readonly ChainFinding[]
  readonly torn: readonly ChainFinding[]
  readonly lines: number
}

async function readLogs(files: readonly string[], settings: VerifySettings): Promise<Reading> {
  const chains = new Map<string, Chain>()
  const findings: ChainFinding[] = []
  const torn: ChainFinding[] = []
  let lines = 0
  const report = (kept: ChainFinding[], finding: ChainFinding): void => {
    if (kept.length <= MOST_FINDINGS) kept.push(finding)
  }
  for (const [file, name] of files.entries())
    await readLines(name, (octets, line) => {
      lines += 1
      const { read, start, around } = readLine(octets)
      const own = start === 0 ? octets : octets.subarray(start)
      const at = () => lineAt(files, { file, line, start: own, ...(read && { number: read.number }) })
      if (around === 'torn') report(torn, { kind: 'inserted', at: at() })
      if (around === 'inserted') report(findings, { kind: 'inserted', at: at() })
      if (read === undefined) return
      if (!read.isUnchanged)
        report(findings, { kind: 'changed', chain: read.id, from: read.number, to: read.number, at: at() })
      const chain = chainOf(chains, read.id)
      if (chain === undefined) return
      chain.collector.add(read, own, file, line)
      if (settings.keptHeads?.get(read.id)?.number === read.number) chain.kept = read.hash
      if (read.signed === undefined || !read.isUnchanged) return
      if (isEnd(read.signed.octets)) chain.end = Math.max(chain.end, read.number)
      if (isSigned(read.signed, settings.keys)) chain.signed = Math.max(chain.signed, read.number)
      else report(findings, { kind: 'unsigned', chain: read.id, from: read.number, to: read.number, at: at() })
    })
  return { chains, findings, torn, lines }
}

interface Found {
  readonly read?: ReadLine | undefined
  /** Where the gateway's own octets begin. */
  readonly start: number
  /** What the line is, or has before it, besides a line of the chain. */
  readonly around?: 'torn' | 'inserted'
}

function readLine(octets: Buffer): Found {
  const read = readPlace(octets)
  if (read?.isUnchanged) return { read, start: 0 }
  if (octets.length === 0) return { start: 0 }
  // Another process has continued a torn line, or a collector has put something before it.
  const start = octets.lastIndexOf(LINE_START)
  const inside = start > 0 ? readPlace(octets.subarray(start)) : undefined
  if (inside?.isUnchanged) {
    const before = octets.subarray(0, start)
    if (isTorn(before)) return { read: inside, start, around: 'torn' }
    return COLLECTOR_PREFIX.test(before.toString('latin1'))
      ? { read: inside, start }
      : { read: inside, start, around: 'inserted' }
  }
  if (read) return { read, start: 0 }
  return { start: 0, around: isTorn(octets) ? 'torn' : 'inserted' }
}

/** The beginning of a line and not all of it, or the zeros of a block that was never written. */
function isTorn(octets: Buffer): boolean {
  if (octets.every((octet) => octet === 0)) return true
  const text = octets.toString('utf8')
  if (!text.startsWith(LINE_START)) return LINE_START.startsWith(text)
  try {
    JSON.parse(text)
    return false
  } catch {
    return true
  }
}

function chainOf(chains: Map<string, Chain>, id: string): Chain | undefined {
  const known = chains.get(id)
  if (known !== undefined || chains.size >= MOST_CHAINS) return known
  const chain = { collector: collectSegments(), signed: 0, end: 0 }
  chains.set(id, chain)
  return chain
}

function isEnd(octets: Buffer): boolean {
  return octets.includes('"reason":"end"')
}

function isSigned({ octets, signature }: NonNullable<ReadLine['signed']>, keys: PublicKeys | undefined): boolean {
  if (keys === undefined) return true
  const [, keyId = ''] = /"keyId":"([\w-]{1,40})"/.exec(octets.toString('latin1')) ?? []
  const key = keys.get(keyId)
  return key !== undefined && isSignedBy(key, octets, signature)
}

type Hashes = ReadonlyMap<string, ReadonlyMap<number, string>>

/** Reads the files again for the hashes of lines whose segment went on after them. */
async function readHashes(files: readonly string[], chains: ReadonlyMap<string, Chain>): Promise<Hashes> {
  const hashes = new Map<string, Map<number, string>>()
  for (const [id, { collector }] of chains) {
    const numbers = neededHashes(collector.segments())
    if (numbers.length > 0) hashes.set(id, new Map(numbers.map((number) => [number, ''])))
  }
  if (hashes.size === 0) return hashes
  for (const file of files)
    await readLines(file, (octets) => {
      const { read } = readLine(octets)
      const needed = read && hashes.get(read.id)
      if (read && needed?.get(read.number) === '') needed.set(read.number, read.hash)
    })
  return hashes
}

interface Judging {
  readonly files: readonly string[]
  readonly settings: VerifySettings
  readonly hashes: Hashes
}

interface Judged {
  readonly findings: readonly ChainFinding[]
  readonly open?: OpenChain
  /** How many lines its failed writes and its sudden end may have torn. */
  readonly mayBeTorn: number
}

function judge(id: string, chain: Chain, { files, settings, hashes }: Judging): Judged {
  const segments = chain.collector.segments()
  const { keys, keptHeads, isPartial } = settings
  const last = lastOf(segments)
  if (last === undefined) return { findings: [], mayBeTorn: 0 }
  const findings = [...judgeChain({ id, segments, files, isPartial, hashes: hashes.get(id) ?? new Map() })]
  const attempted = attemptedRanges(segments)
  const end = lineAt(files, last)
  const { number } = last
  const kept = keptHeads?.get(id)
  if (kept && !isPartial && kept.number > number)
    findings.push({ kind: 'cut-off', chain: id, from: number + 1, to: kept.number, before: end })
  if (kept && chain.kept !== undefined && chain.kept !== kept.hash)
    findings.push({ kind: 'changed', chain: id, from: kept.number, to: kept.number, before: end })
  const unsigned = countRequired({ from: chain.signed + 1, to: number }, attempted)
  const isForged = keys !== undefined && !isPartial && (chain.signed === 0 || unsigned > HEAD_EVERY)
  if (isForged) findings.push({ kind: 'unsigned', chain: id, from: chain.signed + 1, to: number, before: end })
  if (chain.end > 0 && chain.end < number)
    findings.push({ kind: 'inserted', chain: id, from: chain.end + 1, to: number, after: end })
  const isOpen = chain.end === 0
  return {
    findings,
    ...(isOpen && { open: { chain: id, last: end, unsigned } }),
    mayBeTorn: attempted.reduce((sum, { from, to }) => sum + to - from + 1, isOpen ? 1 : 0),
  }
}

function lastOf(segments: readonly Segment[]): Segment['last'] | undefined {
  return inOrder(segments).reduce<Segment['last'] | undefined>(
    (last, segment) => (last === undefined || segment.last.number > last.number ? segment.last : last),
    undefined,
  )
}
