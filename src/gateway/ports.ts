/**
 * What the use-cases need from outside: clock, store, STS, console sign-in. Each is an interface, so tests and operators
 * can put another in its place.
 */
import type { ConsoleVisit } from '../aws/console.ts'
import type { Partition } from '../aws/facts/partitions.ts'
import type { AssumedRole, RoleRequest } from '../aws/sts/client.ts'
import type { Credentials } from '../core/credentials.ts'

export type Clock = () => Date

/**
 * A part of the store for what strangers can make the gateway keep. It is counted apart and refuses what no longer fits,
 * so that nothing else in the store ever has to give way to it. All its keys begin with the same prefix, `prefix:id`.
 */
export interface Room {
  readonly name: string
  readonly mostRecords: number
  /** Of keys and values together, in UTF-8. */
  readonly mostOctets: number
}

/** `full`: nothing was kept, as the room or the store has no space left. `exists`: nothing was changed. */
export type Admission = 'kept' | 'exists' | 'full'

/**
 * State that outlives a request, as store-records.ts lists it. Every operation is atomic, also between processes that
 * share the store. Keys and values are text.
 */
export interface Store {
  /**
   * Since when nothing that was marked as used can have been forgotten: when the process began, for a store in memory.
   * Later, should the store turn out to have lost something. undefined: it never forgets.
   */
  readonly remembersSince: Date | undefined
  /** Keeps the value until then; replaces what was there. */
  put(key: string, value: string, expiresAt: Date): Promise<void>
  /**
   * Keeps the value in that room, where the key has no value yet and the room has space. A record that has expired, or
   * was taken, deleted or put again, no longer counts. The other operations never ask for space and never make any: no
   * store drops a record before its time.
   */
  admit(room: Room, key: string, value: string, expiresAt: Date): Promise<Admission>
  /** Moves the end of a value that has not expired, and leaves the value; says whether there was one. */
  extend(key: string, expiresAt: Date): Promise<boolean>
  /**
   * As put, but only where the value is still this one, undefined: where there is none; says whether it was. So that of
   * several who change what they read, none undoes another's change.
   */
  swap(key: string, before: string | undefined, after: string, expiresAt: Date): Promise<boolean>
  /** undefined when there is none or it has expired. */
  get(key: string): Promise<string | undefined>
  /** Gets and deletes in one step: of several callers at once only one gets the value. */
  take(key: string): Promise<string | undefined>
  /** Marks the key as used until then. True for the first caller only. */
  claim(key: string, expiresAt: Date): Promise<boolean>
  /**
   * Adds one to the number under the key, which starts at 0, and returns the sum. It ends at the `expiresAt` of the call
   * that began it: later calls do not move the end.
   */
  count(key: string, expiresAt: Date): Promise<number>
  delete(key: string): Promise<void>
  /** Adds a member to the set of that key until then; adding it again moves its end. Every member has its own. */
  add(key: string, member: string, expiresAt: Date): Promise<void>
  /** The members that have not expired, in no order; none where there is no such set. */
  members(key: string): Promise<readonly string[]>
}

/** Told that a login has ended, so that what hangs on it ends too: grants of the command line, for one. */
export type LoginEnded = (loginId: string) => Promise<void>

/** STS as the gateway uses it: only the two unsigned calls. Throws StsError. */
export interface StsClient {
  exchange(request: RoleRequest): Promise<AssumedRole>
}

/** AWS sign-in: from credentials to a URL that opens the console. Throws StsError. */
export interface ConsoleSignIn {
  signInUrl(credentials: Credentials, visit: ConsoleVisit): Promise<URL>
  /** Every origin that a browser passes on the way to the console: `https://*.console.aws.amazon.com`. */
  origins(partition: Partition): readonly string[]
}
