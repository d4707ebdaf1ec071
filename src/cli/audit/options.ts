/** The parsed options of `fedgate audit`. */
export interface AuditVerifyOptions {
  /** Paths of the log's files, in any order. */
  readonly files: readonly string[]
  /** Paths of public keys (PEM). */
  readonly key?: readonly string[]
  /** Path of the configuration file, whose gateway keeps its public keys and the heads of its chains. */
  readonly config?: string
  /** Whether lines before the first and after the last may be in other files. */
  readonly partial?: true
  readonly json?: true
}

export interface AuditShowOptions {
  /** Paths of the log's files, in any order. */
  readonly files: readonly string[]
  readonly user?: string
  readonly provider?: string
  /** A role's ARN, or its name. */
  readonly role?: string
  readonly reference?: string
  readonly event?: string
  readonly code?: string
  readonly accessKey?: string
  /** An access key ID: from the sign-in to the credentials that have it. */
  readonly follow?: string
  readonly since?: Date
  readonly until?: Date
  readonly json?: true
}
