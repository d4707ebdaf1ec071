import { createInterface } from 'node:readline/promises'
import { Writable } from 'node:stream'
import { Ended, exitCodes } from '../exit-codes.ts'
import type { Ask } from './asking.ts'

/**
 * Asks on the terminal, through stderr, so that stdout has only results. `close` ends it. Ctrl+C and the end of the input
 * throw Ended with 130.
 */
export function askOnTerminal(): { readonly ask: Ask; readonly close: () => void } {
  let isMuted = false
  const output = new Writable({
    write: (chunk: Buffer, _encoding, done) => {
      if (!isMuted) process.stderr.write(chunk)
      done()
    },
  })
  const terminal = createInterface({ input: process.stdin, output, terminal: true })
  const interrupted = new AbortController()
  terminal.once('SIGINT', () => interrupted.abort()).once('close', () => interrupted.abort())
  const ask: Ask = async (question, { hidden = false } = {}) => {
    // Prints the question at once; what is typed comes later.
    const answering = terminal.question(`${question}: `, { signal: interrupted.signal })
    isMuted = hidden
    try {
      return (await answering).trim()
    } catch {
      throw new Ended(exitCodes.interrupted)
    } finally {
      isMuted = false
      if (hidden || interrupted.signal.aborted) process.stderr.write('\n')
    }
  }
  return { ask, close: () => terminal.close() }
}
