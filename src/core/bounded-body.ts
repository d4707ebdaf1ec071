/** A body in chunks: that of a web response, which may have none, or a Node stream. */
type Body = AsyncIterable<Uint8Array> | null

/**
 * The chunks as they arrive, counted after decompression. Ends the body and throws what `tooLarge` returns above the
 * limit.
 */
export async function* bounded(body: Body, octets: number, tooLarge: () => Error): AsyncGenerator<Uint8Array, void> {
  let size = 0
  for await (const piece of body ?? []) {
    size += piece.byteLength
    if (size > octets) throw tooLarge()
    yield piece
  }
}

/** The whole body, in memory. Throws what `tooLarge` returns above the limit. */
export async function readBounded(body: Body, octets: number, tooLarge: () => Error): Promise<Buffer> {
  const pieces: Uint8Array[] = []
  for await (const piece of bounded(body, octets, tooLarge)) pieces.push(piece)
  return Buffer.concat(pieces)
}
