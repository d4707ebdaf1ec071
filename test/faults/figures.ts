/** What a scenario measures, and what each figure has to be. */

export interface Figure {
  readonly what: string
  readonly found: number
  /** In words: `0`, `at most 2000`. */
  readonly wanted: string
  readonly isGood: boolean
}

export const exactly = (what: string, found: number, wanted: number): Figure => ({
  what,
  found,
  wanted: String(wanted),
  isGood: found === wanted,
})

export const atMost = (what: string, found: number, most: number): Figure => ({
  what,
  found,
  wanted: `at most ${most}`,
  isGood: found <= most,
})

export const atLeast = (what: string, found: number, least: number): Figure => ({
  what,
  found,
  wanted: `at least ${least}`,
  isGood: found >= least,
})

export interface Scenario {
  readonly name: string
  run(size: 'full' | 'short'): Promise<readonly Figure[]>
}

/** Those that are not what they have to be, as lines. */
export const missed = (figures: readonly Figure[]): readonly string[] =>
  figures.filter(({ isGood }) => !isGood).map(({ what, found, wanted }) => `${what}: ${found}, wanted ${wanted}`)
