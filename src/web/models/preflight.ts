/** The forecast for one role. */
export interface RolePreflight {
  readonly arn: string
  readonly name: string
  readonly outcome: 'allowed' | 'denied' | 'unknown'
  /** What decides the answer, and what to change, in sentences. Missing if AWS is expected to allow it. */
  readonly reason: string | undefined
  readonly change: string | undefined
  readonly findings: readonly FindingRow[]
}

export interface FindingRow {
  readonly name: string
  readonly outcome: 'pass' | 'fail' | 'unknown' | 'not-run'
  readonly expected?: string
  readonly found?: string
  readonly source?: string
}
