const SEQUENCE = 0x30
const INTEGER = 0x02
/** Of r and of s, for P-256. */
const OCTETS = 32

/**
 * An ECDSA signature with P-256 from ASN.1 (RFC 3279 2.2.3) to the 64 octets of r and s that tokens have (RFC 7518 3.4).
 * undefined if it is anything else.
 */
export function joseSignature(der: Uint8Array): Uint8Array | undefined {
  if (der[0] !== SEQUENCE || der[1] !== der.length - 2) return undefined
  const r = integerAt(der, 2)
  const s = r && integerAt(der, r.end)
  return r && s?.end === der.length ? Buffer.concat([r.octets, s.octets]) : undefined
}

/** An unsigned integer of at most 32 octets, filled up with zeros. */
function integerAt(der: Uint8Array, start: number): { readonly octets: Uint8Array; readonly end: number } | undefined {
  const length = der[start + 1] ?? 0
  const end = start + 2 + length
  if (der[start] !== INTEGER || length === 0 || end > der.length) return undefined
  const value = Buffer.from(der.subarray(start + 2, end))
  // A zero in front keeps an integer from being negative.
  const plain = value.length > OCTETS && value[0] === 0 ? value.subarray(1) : value
  if (plain.length > OCTETS) return undefined
  return { octets: Buffer.concat([Buffer.alloc(OCTETS - plain.length), plain]), end }
}
