/** The forecast for one role. */
export interface RolePreflight {
  readonly arn: string
  readonly name: string
  /** The rule that granted it, as text; with the tag and the file for a role of the catalogue. */
  readonly grantedBy: string
  readonly outcome: 'allowed' | 'denied' | 'unknown'
  /** The deciding finding, and what to change, in sentences. Absent if AWS is expected to allow it. */
  readonly reason: string | undefined
  readonly change: string | undefined
  readonly findings: ForecastFindings
}

export interface ForecastFindings {
  /** Checks that did not pass, without the one that decides: `reason` says that. */
  readonly open: readonly FindingRow[]
  readonly passed: readonly FindingRow[]
  /** The trust policy, part by part. */
  readonly parts: readonly FindingRow[]
}

export interface FindingRow {
  /** For people. */
  readonly name: string
  readonly outcome: 'pass' | 'fail' | 'unknown' | 'not-run'
  readonly expected?: string
  readonly found?: string
  readonly source?: string
}
