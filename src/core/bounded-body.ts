/** What comes in pieces: the body of a web response, which may have none, or a stream of Node. */
type Body = AsyncIterable<Uint8Array> | null

/**
 * The pieces as they come, counted after decompression. Throws what `tooLarge` makes of more octets, and ends the body.
 */
export async function* bounded(body: Body, octets: number, tooLarge: () => Error): AsyncGenerator<Uint8Array, void> {
  let size = 0
  for await (const piece of body ?? []) {
    size += piece.byteLength
    if (size > octets) throw tooLarge()
    yield piece
  }
}

/** The whole body, in memory. Throws what `tooLarge` makes of more octets. */
export async function readBounded(body: Body, octets: number, tooLarge: () => Error): Promise<Buffer> {
  const pieces: Uint8Array[] = []
  for await (const piece of bounded(body, octets, tooLarge)) pieces.push(piece)
  return Buffer.concat(pieces)
}
