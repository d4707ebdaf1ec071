/**
 * Where in the AWS console a sign-in may end: at a service by its name, or at a page whose address was pasted. The
 * hosts are the partition's own: `console.aws.amazon.com`, before it the region or the service
 * (`eu-west-1.console.aws.amazon.com`, `s3.console.aws.amazon.com`), and where the browser has several sessions, before
 * the region the session (`111122223333-ab12cd34.eu-west-1.console.aws.amazon.com`).
 */
import { consoleServiceOf } from './facts/console-services.ts'
import { type Partition, partitions } from './facts/partitions.ts'

export interface ConsolePage {
  /** As it can be handed on: with the host of any session, not of the one that it was copied in. */
  readonly url: string
  readonly partition: Partition
  /** The account of the session that it was copied in, where its host says so. */
  readonly account?: string
}

const LONGEST = 2048

/** It is handed on, and who reads it next may see another host behind these than browsers do. */
const AMBIGUOUS = /[\\\s\p{Cc}]/u

/** The scheme and the host as they are, in plain letters: nothing that a browser would have to make a host of first. */
const WRITTEN = /^https:\/\/[a-z0-9.-]+(?=[/?#]|$)/i

/** What may stand before the console's host: a session of an account, then a region or a service; or one of them. */
const BEFORE_HOST = /^(?:(?<account>\d{12})-[a-z0-9]+\.)?(?:(?<place>[a-z0-9-]+)\.)?$/

/** Its first page in that region, or the service's. */
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
 * page for its address; undefined for an address that is not a page of this partition's console.
 */
export function consoleDestination(partition: Partition, region: string, wanted: string): string | undefined {
  const text = wanted.trim()
  if (text === '') return consoleHome(partition, region)
  const service = consoleServiceOf(text)
  if (service) return consoleHome(partition, region, service.path)
  const page = parseConsolePage(text)
  return page?.partition.id === partition.id ? page.url : undefined
}
