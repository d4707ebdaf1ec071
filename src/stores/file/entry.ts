/** A record as the file store writes it: `EXPIRY ROOM VALUE`, with the expiry in milliseconds since 1970. */
export interface Entry {
  readonly value: string
  readonly expiresAt: number
  /** The name of the room that it was admitted to; empty for none. */
  readonly room: string
}

export function writeEntry({ value, expiresAt, room }: Entry): string {
  return `${expiresAt} ${room} ${value}`
}

export function readEntry(text: string): Entry {
  const first = text.indexOf(' ')
  const second = text.indexOf(' ', first + 1)
  return {
    expiresAt: Number(text.slice(0, first)),
    room: text.slice(first + 1, second),
    value: text.slice(second + 1),
  }
}
