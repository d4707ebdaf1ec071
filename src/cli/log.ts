/** The operator's log: pino on stderr, as JSON where programs read it, and as lines where a person does. */
import { type LoggerOptions, pino } from 'pino'
import type { Log, LogFields } from '../core/log.ts'
import { requestFields } from '../core/tracing/request-context.ts'
import { entryText } from './line-log.ts'
import type { OutputStream } from './output.ts'

const OPTIONS: LoggerOptions = {
  // Which process it is, and of which host, is known to what collects the log.
  base: null,
  timestamp: pino.stdTimeFunctions.isoTime,
  formatters: { level: (label) => ({ level: label }) },
}

interface Entry extends LogFields {
  readonly level: string
  readonly time: string
  readonly msg: string
}

/** One JSON object a line; on a terminal time, level and sentence. A line of a request has its reference and its trace. */
export function openLog(stream: OutputStream): Log {
  const logger = pino(OPTIONS, {
    write: (line: string) => void stream.write(stream.isTTY === true ? readable(line) : line),
  })
  return {
    info: (sentence, fields = {}) => logger.info({ ...fields, ...requestFields() }, sentence),
    warn: (sentence, fields = {}) => logger.warn({ ...fields, ...requestFields() }, sentence),
    error: (sentence, fields = {}) => logger.error({ ...fields, ...requestFields() }, sentence),
  }
}

function readable(line: string): string {
  const { level, time, msg, ...fields } = JSON.parse(line) as Entry
  return `${time} ${level.toUpperCase().padEnd(5)} ${entryText(msg, fields)}\n`
}
