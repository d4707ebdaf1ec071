/** What verification reports. */

/** A line, by what a reader looks it up with. */
export interface LineAt {
  readonly file: string
  /** Counted from 1. */
  readonly line: number
  /** Its number in the chain. */
  readonly number?: number
  readonly referenceId?: string
  readonly eventName?: string
  readonly eventTime?: string
}

export const findingKinds = {
  changed: 'is not the line that was written',
  missing: 'is missing',
  reordered: 'is not in its place',
  duplicated: 'occurs twice',
  inserted: 'was not written by the gateway',
  'cut-off': 'was written at the end, and is missing',
  unsigned: 'is not signed by a known key',
} as const

export type FindingKind = keyof typeof findingKinds

export interface ChainFinding {
  readonly kind: FindingKind
  readonly chain?: string
  /** The numbers in the chain that it concerns. */
  readonly from?: number
  readonly to?: number
  /** The line itself if it is there. */
  readonly at?: LineAt
  /** The lines before and after, by their numbers, as far as there are any. */
  readonly before?: LineAt
  readonly after?: LineAt
}

/** A chain without an end: its process still runs or was killed, or its end was cut off. */
export interface OpenChain {
  readonly chain: string
  readonly last: LineAt
  /** Lines after the last head: changes of them cannot be excluded. */
  readonly unsigned: number
}

export interface Verification {
  readonly lines: number
  readonly chains: number
  readonly findings: readonly ChainFinding[]
  readonly openChains: readonly OpenChain[]
  /** Lines that a failed write cut off. */
  readonly torn: number
  /** Whether there was a key to check signatures with. */
  readonly isSignatureChecked: boolean
  /** Chains that the gateway has kept a head of and that are in none of the files. */
  readonly chainsElsewhere: number
  /** `false`: there is too much damage to go through all of it. */
  readonly isComplete: boolean
}
