/**
 * Which machine uses the store. LMDB's locks hold among the processes of one running kernel only, so another machine that
 * sees the same files must not open them. Containers of one machine share its kernel, and with it the store.
 */
import { readFile, rename, rm, writeFile } from 'node:fs/promises'
import { hostname } from 'node:os'
import { z } from 'zod'
import { newToken } from '../../core/ids.ts'
import type { Clock } from '../../gateway/ports.ts'
import { StoreError } from '../errors.ts'

export interface Lease {
  /** Throws StoreError `store.other_host` when another machine has taken the store meanwhile. */
  mustHold(): void
  /** Stops renewing. Other processes of this machine may still use the store, so it stays ours until it expires. */
  release(): Promise<void>
}

interface Host {
  /** Of the running kernel: a new one after each start of the machine. */
  readonly boot: string
  /** For display. */
  readonly name: string
}

const record = z.strictObject({ boot: z.string(), name: z.string(), renewedAt: z.iso.datetime() })

/** Milliseconds. */
const RENEW_EVERY = 10_000
const EXPIRES_AFTER = 30_000

/**
 * Takes the lease in that file for this machine, and renews it until it is released. Throws StoreError
 * `store.other_host` when another machine renewed it within the last thirty seconds.
 */
export async function takeLease(
  file: string,
  now: Clock,
  tell: (sentence: string) => void,
  here = thisHost(),
): Promise<Lease> {
  const host = await here
  const other = await otherHost(file, host, now)
  if (other !== undefined) throw takenBy(other)
  await renew(file, host, now)
  let lost: StoreError | undefined
  const timer = setInterval(() => {
    void keep().catch((cause: unknown) => tell(`The file store's lease ${file} cannot be renewed: ${String(cause)}`))
  }, RENEW_EVERY).unref()

  async function keep(): Promise<void> {
    const taker = await otherHost(file, host, now)
    if (taker === undefined) {
      if (lost) tell('This machine uses its file store again.')
      lost = undefined
      return renew(file, host, now)
    }
    if (!lost) tell(`The machine ${taker} has taken the file store of ${file}: this gateway no longer uses it.`)
    lost = takenBy(taker)
  }

  return {
    mustHold: () => {
      if (lost) throw lost
    },
    release: async () => clearInterval(timer),
  }
}

function takenBy(name: string): StoreError {
  return new StoreError('store.other_host', { sentence: `The machine ${name} uses this file store.` })
}

/** The name of another machine that holds the lease; undefined where none does. */
async function otherHost(file: string, { boot }: Host, now: Clock): Promise<string | undefined> {
  const held = record.safeParse(
    await readFile(file, 'utf8')
      .then(JSON.parse)
      .catch(() => undefined),
  ).data
  if (held === undefined || held.boot === boot) return undefined
  return now().getTime() - Date.parse(held.renewedAt) < EXPIRES_AFTER ? held.name : undefined
}

async function renew(file: string, host: Host, now: Clock): Promise<void> {
  const written = `${file}.${newToken()}`
  try {
    await writeFile(written, `${JSON.stringify({ ...host, renewedAt: now().toISOString() })}\n`, { mode: 0o600 })
    await rename(written, file)
  } finally {
    await rm(written, { force: true })
  }
}

async function thisHost(): Promise<Host> {
  const boot = await readFile('/proc/sys/kernel/random/boot_id', 'utf8').catch(() => hostname())
  return { boot: boot.trim(), name: hostname() }
}
