/** The page of the console that a sign-in link asks for (aws-facts G). */
import { type Partition, partitionById } from '../../aws/facts/partitions.ts'

export interface Destination {
  readonly url: string
  /** The first part of the path, `s3`; undefined for the console's own first page. */
  readonly service: string | undefined
  readonly region: string | undefined
  /** With query and fragment. */
  readonly path: string
}

const LONGEST = 8192
const LOOPBACK = /^(?:localhost|127\.0\.0\.1|\[::1\])$/

/** Whether the browser would stay on this machine. */
export function isOnThisMachine(url: string): boolean {
  return URL.canParse(url) && /^https?:$/.test(new URL(url).protocol) && LOOPBACK.test(new URL(url).hostname)
}

/** undefined unless it is a page of that partition's console or one on this machine. */
export function parseDestination(text: string, partitionId: string): Destination | undefined {
  const partition = partitionById(partitionId)
  if (!partition || text.length > LONGEST || !URL.canParse(text)) return undefined
  const url = new URL(text)
  if (!isOnThisMachine(text) && !isConsole(url, partition)) return undefined
  const service = url.pathname.split('/')[1] ?? ''
  return {
    url: text,
    service: ['', 'console', 'home'].includes(service) ? undefined : service,
    region: regionIn(url, partition),
    path: url.pathname + url.search + url.hash,
  }
}

function isConsole({ protocol, hostname }: URL, { consoleHost }: Partition): boolean {
  return protocol === 'https:' && (hostname === consoleHost || hostname.endsWith(`.${consoleHost}`))
}

/**
 * The part of the host before the console's own (`eu-west-1.`, or `account-id.eu-west-1.`), else the query's `region`.
 */
function regionIn({ hostname, searchParams }: URL, { consoleHost, regionPattern }: Partition): string | undefined {
  const label = hostname.endsWith(`.${consoleHost}`)
    ? hostname
        .slice(0, -consoleHost.length - 1)
        .split('.')
        .at(-1)
    : undefined
  return [label, searchParams.get('region')].find((name) => name && regionPattern.test(name)) ?? undefined
}
