import { createInterface } from 'node:readline/promises'
import { Writable } from 'node:stream'
import type { Ask } from './answers.ts'

/** Asks on the terminal, through stderr, so that stdout has only results. `close` ends it. */
export function askOnTerminal(): { readonly ask: Ask; readonly close: () => void } {
  let isMuted = false
  const output = new Writable({
    write: (chunk: Buffer, _encoding, done) => {
      if (!isMuted) process.stderr.write(chunk)
      done()
    },
  })
  const terminal = createInterface({ input: process.stdin, output, terminal: true })
  const ask: Ask = async (question, { hidden = false } = {}) => {
    process.stderr.write(`${question}: `)
    isMuted = hidden
    try {
      return (await terminal.question('')).trim()
    } finally {
      isMuted = false
      if (hidden) process.stderr.write('\n')
    }
  }
  return { ask, close: () => terminal.close() }
}
