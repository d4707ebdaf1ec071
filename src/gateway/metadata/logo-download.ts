/**
 * Fetches the logo of an identity provider. Its URL comes from metadata that many organizations write, so the request goes
 * to public addresses only, over https on its usual port, without redirects, cookies or anything about the user.
 */
import { type LookupAddress, lookup } from 'node:dns'
import { get } from 'node:https'
import { isIP, type LookupFunction } from 'node:net'
import { isPublicAddress } from '../../core/network/public-address.ts'

const MAX_OCTETS = 100 * 1024
const TIMEOUT_MS = 5_000

/** undefined: the URL is not acceptable. Rejects with the reason if the download fails. */
export async function downloadLogo(url: string): Promise<Buffer | undefined> {
  const data = /^data:image\/[\w.+-]+;base64,([A-Za-z0-9+/=\s]*)$/i.exec(url)?.[1]
  if (data !== undefined) return data.length > MAX_OCTETS * 2 ? undefined : Buffer.from(data, 'base64')
  return isAcceptable(url) ? receive(new URL(url)) : undefined
}

/** An address in the URL itself would not be looked up, and so not be checked. */
function isAcceptable(url: string): boolean {
  if (!URL.canParse(url)) return false
  const { protocol, hostname, port, username } = new URL(url)
  return protocol === 'https:' && port === '' && username === '' && isIP(hostname.replace(/^\[|\]$/g, '')) === 0
}

function receive(url: URL): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const signal = AbortSignal.timeout(TIMEOUT_MS)
    const options = { lookup: publicOnly, signal, headers: { accept: 'image/png, image/jpeg, image/gif, image/webp' } }
    const request = get(url, options, (response) => {
      const chunks: Buffer[] = []
      let octets = 0
      response.on('error', reject)
      if (response.statusCode !== 200) return void request.destroy(new Error(`HTTP ${response.statusCode}`))
      response.on('data', (chunk: Buffer) => {
        octets += chunk.length
        if (octets > MAX_OCTETS) request.destroy(new Error(`more than ${MAX_OCTETS} octets`))
        else chunks.push(chunk)
      })
      response.on('end', () => resolve(Buffer.concat(chunks)))
    })
    request.on('error', reject)
  })
}

/** The connection goes to the address that was checked: nothing is looked up twice. */
export const publicOnly: LookupFunction = (hostname, options, done) => {
  lookup(hostname, { ...options, all: true }, (error, addresses) => {
    if (error) return done(error, '')
    const found = publicAddresses(addresses)
    const [first] = found
    if (!first) return done(new Error(`${hostname} has no public address`), '')
    if (options.all) return done(null, found)
    done(null, first.address, first.family)
  })
}

/** None if any of them is not public: a name that leads to both is made to. */
export function publicAddresses(addresses: readonly LookupAddress[]): LookupAddress[] {
  return addresses.every(({ address }) => isPublicAddress(address)) ? [...addresses] : []
}
