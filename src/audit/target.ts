/** Where lines go. */
export interface Target {
  /** For display: a path, or `standard output`. */
  readonly name: string
  /**
   * Appends the octets, reopening a target that failed. Never rejects. `isDurable`: they must also survive a crash of
   * the machine, if the target can guarantee that.
   */
  append(octets: Buffer, isDurable: boolean): Promise<Appended>
  close(): Promise<void>
}

export interface Appended {
  /** How many octets were written; fewer than all of them if it failed. */
  readonly written: number
  /** undefined: it works. */
  readonly problem?: unknown
}
