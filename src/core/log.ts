/**
 * The operator's log, as the folders see it. What a line is about goes into fields; no field and no sentence may hold a
 * secret, a token, an assertion or a cookie.
 */
export interface Log {
  /** Something that an operator may want to know. */
  info(sentence: string, fields?: LogFields): void
  /** Something to look at: the gateway works, and part of what is configured does not. */
  warn(sentence: string, fields?: LogFields): void
  /** Users are refused because of it. */
  error(sentence: string, fields?: LogFields): void
}

/** `stack` may have several lines. */
export type LogFields = Readonly<Record<string, string | number | undefined>>
