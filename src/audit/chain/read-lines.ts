/** Reads a log of any size as lines of octets, without keeping more than one block of it. */
import { open } from 'node:fs/promises'

const BLOCK_OCTETS = 1024 * 1024

/** A line that is longer was not written by the gateway. It is handed over in parts. */
const LONGEST_LINE = 8 * BLOCK_OCTETS

const LINE_FEED = 0x0a

/**
 * Calls `onLine` with each line, without its line end. The octets are only valid during the call. Rejects with the
 * system's error if the file cannot be read.
 */
export async function readLines(file: string, onLine: (octets: Buffer, lineNumber: number) => void): Promise<void> {
  const handle = await open(file)
  let block = Buffer.allocUnsafe(BLOCK_OCTETS)
  let filled = 0
  let lineNumber = 0
  try {
    for (;;) {
      const { bytesRead } = await handle.read(block, filled, block.length - filled)
      if (bytesRead === 0) break
      filled += bytesRead
      let start = 0
      const text = block.subarray(0, filled)
      for (let end = text.indexOf(LINE_FEED); end !== -1; end = text.indexOf(LINE_FEED, start)) {
        lineNumber += 1
        onLine(text.subarray(start, end), lineNumber)
        start = end + 1
      }
      if (start === 0 && filled === block.length) {
        if (filled >= LONGEST_LINE) {
          lineNumber += 1
          onLine(text, lineNumber)
          filled = 0
        } else block = Buffer.concat([block, Buffer.allocUnsafe(block.length)])
      } else {
        block.copyWithin(0, start, filled)
        filled -= start
      }
    }
    if (filled > 0) onLine(block.subarray(0, filled), lineNumber + 1)
  } finally {
    await handle.close()
  }
}
