import { bounded } from '../../core/bounded-body.ts'
import { withTimeLimit } from '../../core/time-limit.ts'
import { tracedFetch } from '../../core/tracing/outgoing.ts'
import { type BufferedDownload, receiveOctets } from './download-buffer.ts'

/** The server's validators of our version, to ask whether there is a newer one. RFC 9110, 13.1 */
export interface Validators {
  readonly etag?: string
  readonly lastModified?: string
}

export type Download =
  | { readonly kind: 'unchanged' }
  | { readonly kind: 'received'; readonly received: BufferedDownload; readonly validators: Validators }

/** The limits of a download. */
export interface DownloadLimits {
  readonly octets: number
  readonly milliseconds: number
}

export interface DownloadPlan extends DownloadLimits {
  /** Where a large document goes. */
  readonly folder: string
  /** Of the version that we have. */
  readonly validators: Validators
  /** Aborts the download. */
  readonly signal: AbortSignal
}

const MAX_REDIRECTS = 3
const ACCEPT = 'application/samlmetadata+xml, application/xml;q=0.9, */*;q=0.1'

/** The server said that there is no such document. */
export class NotThere extends Error {}

/**
 * Fetches a document within limits of time and size, from this host only. Throws NotThere for 404, and an error with
 * the reason for anything else.
 */
export function download(url: string, plan: DownloadPlan): Promise<Download> {
  return withTimeLimit(plan.milliseconds, plan.signal, (signal) => receive(url, plan, signal))
}

async function receive(url: string, plan: DownloadPlan, signal: AbortSignal): Promise<Download> {
  const response = await ask(new URL(url), headersFor(plan.validators), signal)
  if (response.status === 304) return { kind: 'unchanged' }
  if (response.status !== 200) {
    await response.body?.cancel()
    throw response.status === 404 ? new NotThere('HTTP 404') : new Error(`HTTP ${response.status}`)
  }
  const tooLarge = (): Error => new Error(`more than ${plan.octets} octets`)
  const received = await receiveOctets(bounded(response.body, plan.octets, tooLarge), plan.folder)
  return { kind: 'received', received, validators: validatorsOf(response.headers) }
}

async function ask(start: URL, headers: Record<string, string>, signal: AbortSignal): Promise<Response> {
  let url = start
  for (let hop = 0; hop <= MAX_REDIRECTS; hop += 1) {
    const response = await tracedFetch(url, { redirect: 'manual', headers, signal })
    const target = response.headers.get('location')
    if (response.status < 300 || response.status === 304 || response.status >= 400 || target === null) return response
    await response.body?.cancel()
    url = sameHost(url, target)
  }
  throw new Error(`more than ${MAX_REDIRECTS} redirects`)
}

/** The configuration names the host; a redirect may only change the path, or http to https. */
function sameHost(from: URL, target: string): URL {
  const to = new URL(target, from)
  const isSafer = from.protocol === 'http:' && to.protocol === 'https:' && to.hostname === from.hostname
  if (to.origin === from.origin || isSafer) return to
  throw new Error(`a redirect to ${to.origin}, which is another host`)
}

function headersFor({ etag, lastModified }: Validators): Record<string, string> {
  return {
    accept: ACCEPT,
    ...(etag === undefined ? {} : { 'if-none-match': etag }),
    ...(lastModified === undefined ? {} : { 'if-modified-since': lastModified }),
  }
}

function validatorsOf(headers: Headers): Validators {
  const [etag, lastModified] = [headers.get('etag'), headers.get('last-modified')]
  return { ...(etag === null ? {} : { etag }), ...(lastModified === null ? {} : { lastModified }) }
}
