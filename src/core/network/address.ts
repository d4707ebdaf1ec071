/** Groups of 16 bits in the network of one host, which has 2^64 addresses of its own. RFC 4291 2.5.4 */
const HOST_GROUPS = 4

/**
 * The network that an address is counted by: an IPv6 address by its /64, or by the prefix of so many groups of 16 bits;
 * an IPv4 address, also in IPv6 notation (RFC 4291 2.5.5.2), is itself. Anything else is returned as it is.
 */
export function networkOf(address: string, groups = HOST_GROUPS): string {
  const mapped = /^::ffff:([\d.]+)$/i.exec(address)?.[1]
  if (mapped !== undefined) return mapped
  if (!address.includes(':') || address.includes('.')) return address
  const [head = '', tail] = address.split('::')
  const [left = [], right = []] = [head, tail ?? ''].map((part) => part.split(':').filter((group) => group !== ''))
  const zeros = tail === undefined ? 0 : 8 - left.length - right.length
  const all = [...left, ...Array<string>(Math.max(0, zeros)).fill('0'), ...right]
  return `${all.slice(0, groups).join(':')}::/${groups * 16}`
}
