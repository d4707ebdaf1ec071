/**
 * Where in the AWS console a sign-in may lead: to a service by its name, or to a page by its URL. Only the partition's
 * own hosts are allowed: `console.aws.amazon.com`, with the region or the service before it
 * (`eu-west-1.console.aws.amazon.com`, `s3.console.aws.amazon.com`), and in browsers with several sessions the session
 * before the region (`111122223333-ab12cd34.eu-west-1.console.aws.amazon.com`).
 */
import { consoleServiceOf } from './facts/console-services.ts'
import { type Partition, partitions } from './facts/partitions.ts'

export interface ConsolePage {
  /** A form that can be shared: valid in any session, not only the one it was copied from. */
  readonly url: string
  readonly partition: Partition
  /** The account of the session it was copied from, if its host contains it. */
  readonly account?: string
}

const LONGEST = 2048

/** The URL is passed on, and the next parser may see another host in these characters than browsers do. */
const AMBIGUOUS = /[\\\s\p{Cc}]/u

/** Scheme and host literally: nothing that a browser would first normalize into a host. */
const WRITTEN = /^https:\/\/[a-z0-9.-]+(?=[/?#]|$)/i

/** What may precede the console's host: a session and a region or service, or only one of them. */
const BEFORE_HOST = /^(?:(?<account>\d{12})-[a-z0-9]+\.)?(?:(?<place>[a-z0-9-]+)\.)?$/

/** The first page of the console in that region, or that of the service. */
export function consoleHome({ consoleHost }: Partition, region: string, path = '/console/home'): string {
  return `https://${consoleHost}${path}?region=${region}`
}

/** A page of the console of any partition; undefined for everything else. */
export function parseConsolePage(pasted: string): ConsolePage | undefined {
  const written = pasted.trim()
  if (written.length > LONGEST || AMBIGUOUS.test(written) || !WRITTEN.test(written) || !URL.canParse(written))
    return undefined
  const url = new URL(written)
  const partition = partitions.find(
    ({ consoleHost }) => url.hostname === consoleHost || url.hostname.endsWith(`.${consoleHost}`),
  )
  if (!partition) return undefined
  const before = BEFORE_HOST.exec(url.hostname.slice(0, -partition.consoleHost.length))
  if (!before) return undefined
  const { account, place } = before.groups ?? {}
  url.hostname = place === undefined ? partition.consoleHost : `${place}.${partition.consoleHost}`
  return { url: url.href, partition, ...(account === undefined ? {} : { account }) }
}

/**
 * Where a console of that partition and region opens: at its first page for nothing, at a service for its name, at a
 * page for its URL; undefined for a URL that is not a page of this partition's console.
 */
export function consoleDestination(partition: Partition, region: string, wanted: string): string | undefined {
  const text = wanted.trim()
  if (text === '') return consoleHome(partition, region)
  const service = consoleServiceOf(text)
  if (service) return consoleHome(partition, region, service.path)
  const page = parseConsolePage(text)
  return page?.partition.id === partition.id ? page.url : undefined
}
