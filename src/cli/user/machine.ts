/** What the commands use of the machine they run on: given to them, so that a test can give them another. */
import type { Output } from './output.ts'

export interface Machine {
  readonly env: Readonly<NodeJS.ProcessEnv>
  readonly platform: NodeJS.Platform
  /** The user's home folder. */
  readonly home: string
  readonly output: Output
  /** Whether a user at a terminal can be asked. */
  readonly isInteractive: boolean
  /** The command that starts this program again: Node.js and the script, as absolute paths. */
  readonly self: readonly string[]
  /** Milliseconds since 1970. */
  now(): number
}
