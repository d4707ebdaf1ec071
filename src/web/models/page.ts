/** What the header and the footer of every page need. */
export interface Page {
  /** The version of fedgate, for the footer. */
  readonly version: string
  /** Absent without a login: the header then has neither navigation nor sign-out. */
  readonly session?: SignedIn | undefined
}

export interface SignedIn {
  /** Whether they may see the operators' page. */
  readonly isOperator: boolean
  /** The user's display name if the provider sent one, otherwise the subject. */
  readonly name: string
  readonly providerLabel: string
  readonly csrfToken: string
}

/** A page for signed-in users only. */
export interface SignedInPage extends Page {
  readonly session: SignedIn
}

export interface AttributeRow {
  readonly name: string
  readonly values: readonly string[]
}
