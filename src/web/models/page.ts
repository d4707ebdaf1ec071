/** What the header and the footer of every page need. */
export interface Page {
  /** The version of fedgate, for the footer. */
  readonly version: string
  /** Absent while nobody is signed in: the header then has neither navigation nor sign-out. */
  readonly session?: SignedIn | undefined
}

export interface SignedIn {
  /** Whether the operators' page is theirs to see. */
  readonly isOperator: boolean
  /** How the person is called: a display name where the provider sent one, else the subject. */
  readonly name: string
  readonly providerLabel: string
  readonly csrfToken: string
}

/** A page that exists only for a person who is signed in. */
export interface SignedInPage extends Page {
  readonly session: SignedIn
}

export interface AttributeRow {
  readonly name: string
  readonly values: readonly string[]
}
