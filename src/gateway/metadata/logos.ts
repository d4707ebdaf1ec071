/** Logos of identity providers, served from here so that pages load nothing from other sites. */
import type { Logo } from '../../saml/metadata/logos.ts'
import type { Clock } from '../ports.ts'

export interface LogoImage {
  readonly type: 'image/png' | 'image/jpeg' | 'image/gif' | 'image/webp'
  readonly octets: Buffer
}

export interface Logos {
  /** The logo of that identity provider; undefined if it has none that can be shown, or too many are being fetched. */
  logoOf(entityId: string): Promise<LogoImage | undefined>
}

export interface LogoSource {
  /** Its logos, as its metadata lists them. Rejects if it is not offered. */
  read(entityId: string): Promise<readonly Logo[]>
  /** undefined: the URL is not acceptable. */
  download(url: string): Promise<Buffer | undefined>
  readonly now: Clock
}

interface Kept {
  readonly image: LogoImage | undefined
  readonly until: number
}

/** Shown at 32 pixels: twice as many are enough for every screen. */
const WANTED_PIXELS = 64
const KEPT_MS = 24 * 60 * 60_000
/** A logo that could not be fetched is tried again after this. */
const MISSING_MS = 10 * 60_000
const MOST_OCTETS = 8 * 1024 * 1024
const MOST_ENTRIES = 2_000
const MOST_AT_ONCE = 8

/** By their first octets: what a server says of them does not count. SVG is not among them, as it can contain scripts. */
const SIGNATURES: readonly (readonly [LogoImage['type'], RegExp])[] = [
  ['image/png', /^\x89PNG\r\n/],
  ['image/jpeg', /^\xff\xd8\xff/],
  ['image/gif', /^GIF8[79]a/],
  ['image/webp', /^RIFF[\s\S]{4}WEBP/],
]

/** Bounded in number and size: the oldest is forgotten first. */
export function createLogos({ read, download, now }: LogoSource): Logos {
  const kept = new Map<string, Kept>()
  const fetching = new Map<string, Promise<LogoImage | undefined>>()
  let octets = 0

  const forget = (entityId: string): void => {
    octets -= kept.get(entityId)?.image?.octets.length ?? 0
    kept.delete(entityId)
  }
  const keep = (entityId: string, image: LogoImage | undefined): void => {
    forget(entityId)
    octets += image?.octets.length ?? 0
    kept.set(entityId, { image, until: now().getTime() + (image ? KEPT_MS : MISSING_MS) })
    for (const oldest of kept.keys()) {
      if (kept.size <= MOST_ENTRIES && octets <= MOST_OCTETS) return
      forget(oldest)
    }
  }
  const fetchLogo = async (entityId: string): Promise<LogoImage | undefined> => {
    const wanted = bestOf(await read(entityId))
    const image = wanted && imageIn(await download(wanted.url).catch(() => undefined))
    keep(entityId, image)
    return image
  }
  return {
    logoOf: async (entityId) => {
      const found = kept.get(entityId)
      if (found && found.until > now().getTime()) return found.image
      const running = fetching.get(entityId)
      if (running || fetching.size >= MOST_AT_ONCE) return running
      const started = fetchLogo(entityId).finally(() => fetching.delete(entityId))
      fetching.set(entityId, started)
      return started
    },
  }
}

/** The smallest that is large enough, else the largest. */
function bestOf(logos: readonly Logo[]): Logo | undefined {
  const bySize = logos.toSorted((a, b) => a.height - b.height)
  return bySize.find(({ height }) => height >= WANTED_PIXELS) ?? bySize.at(-1)
}

/** undefined for anything that is not an image of a known type. */
export function imageIn(octets: Buffer | undefined): LogoImage | undefined {
  const start = octets?.subarray(0, 16).toString('latin1') ?? ''
  const type = SIGNATURES.find(([, signature]) => signature.test(start))?.[0]
  return octets && type && { type, octets }
}
