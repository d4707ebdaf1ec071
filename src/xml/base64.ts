import { isUtf8 } from 'node:buffer'

const WHITE_SPACE = /[ \t\r\n]+/g

/** The octets of xs:base64Binary, white space allowed; undefined for anything that is not exactly base64. */
export function decodeBase64(text: string): Buffer | undefined {
  return decodePacked(text) ?? decodePacked(text.replace(WHITE_SPACE, ''))
}

function decodePacked(packed: string): Buffer | undefined {
  const octets = Buffer.from(packed, 'base64')
  // Node skips invalid characters: only text that encodes back to itself was base64.
  return octets.toString('base64') === packed ? octets : undefined
}

/** The text, with its byte order mark; undefined for octets that are not UTF-8. */
export function decodeUtf8(octets: Buffer): string | undefined {
  return isUtf8(octets) ? octets.toString('utf8') : undefined
}
