import { isUtf8 } from 'node:buffer'

/** The text, its byte order mark included; undefined for octets that are not UTF-8. */
export const decodeUtf8 = (octets: Buffer): string | undefined => (isUtf8(octets) ? octets.toString('utf8') : undefined)
