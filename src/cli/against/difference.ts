import type { WrittenChange } from '../../config/written.ts'

/** What a new configuration would change: plain values, the JSON of `check --against`. */
export interface Difference {
  /** Of this format. */
  readonly version: 1
  /** All but the rules under `access`. */
  readonly settings: readonly SettingChange[]
  readonly rules: readonly RuleChange[]
  /** What could not be compared, as sentences. */
  readonly notes: readonly string[]
}

export interface SettingChange extends WrittenChange {
  /** A reload is refused while it differs. */
  readonly needsRestart: boolean
}

/** Users that a rule names, at one provider. Roles are ARNs, or patterns where the rules match any role. */
export interface RuleChange {
  /** `groups = aws-dev` */
  readonly who: string
  readonly provider: string
  readonly granted: readonly string[]
  readonly lost: readonly string[]
}
