import type { Log, LogFields } from '../core/log.ts'
import { requestFields } from '../core/tracing/request-context.ts'
import { plain } from './output.ts'

/** A log for a program that is run by hand: sentences and fields, without time and level. */
export function lineLog(write: (line: string) => void): Log {
  const line = (sentence: string, fields: LogFields = {}): void =>
    write(entryText(sentence, { ...fields, ...requestFields() }))
  return { info: line, warn: line, error: line }
}

/** Sentence and fields as one text. Values may come from an untrusted sender and must not control the terminal. */
export function entryText(sentence: string, { stack, ...fields }: LogFields): string {
  const named = Object.entries(fields).flatMap(([name, value]) =>
    value === undefined ? [] : [`${name}=${word(value)}`],
  )
  const text = [sentence, ...named].join(' ')
  return plain(stack === undefined ? text : `${text}\n${stack}`)
}

function word(value: string | number): string {
  return /^[\w.:/+@-]+$/.test(String(value)) ? String(value) : JSON.stringify(value)
}
