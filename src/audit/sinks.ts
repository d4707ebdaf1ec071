import { createWriteStream } from 'node:fs'
import type { Writable } from 'node:stream'
import { finished } from 'node:stream/promises'
import type { Audit } from './events.ts'
import { auditLine } from './line.ts'

/** Says once that the log cannot be written. */
export type Complain = (sentence: string) => void

/** Only the owner reads who signed in from where. */
const FILE_MODE = 0o600

const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))

const once = (complain: Complain): Complain => {
  let told = false
  return (sentence) => {
    if (!told) complain(sentence)
    told = true
  }
}

/** Writes every event whole and in order. A broken stream is reported once and then left alone. */
const streamAudit = (stream: Writable, name: string, complain: Complain, end: () => Promise<void>): Audit => {
  const report = once(complain)
  const tell = (error: unknown): void => report(`The audit log ${name} cannot be written: ${reasonOf(error)}`)
  stream.on('error', tell)
  return {
    record: (event) => {
      // After an error the stream is destroyed and answers every write with another error.
      if (stream.destroyed) return tell('it is closed')
      stream.write(auditLine(event))
    },
    close: () => end().catch(tell),
  }
}

/** Appends to a file, which is made when it is not there (readable by its owner only). */
export const fileAudit = (path: string, complain: Complain): Audit => {
  // With the flag `a` the system puts each write at the end, so that several processes can share the file.
  const stream = createWriteStream(path, { flags: 'a', mode: FILE_MODE })
  return streamAudit(stream, path, complain, () => {
    stream.end()
    return finished(stream)
  })
}

/** Writes to a stream that is not ours to close, such as standard output. */
export const openStreamAudit = (stream: Writable, complain: Complain): Audit =>
  streamAudit(
    stream,
    'on standard output',
    complain,
    () =>
      new Promise((resolve, reject) => {
        stream.write('', (error) => (error ? reject(error) : resolve()))
      }),
  )

/** The sink that the configuration names: a file, or else the given stream. */
export const openAudit = ({ file }: { readonly file?: string }, stdout: Writable, complain: Complain): Audit =>
  file === undefined ? openStreamAudit(stdout, complain) : fileAudit(file, complain)
