/** What the command line hands to each command. */
export interface DemoOptions {
  /** The gateway's port; local AWS, demo IdP and demo OpenID provider follow. */
  readonly portBase: number
}

export interface ServeOptions {
  /** Path of the configuration file. */
  readonly config: string
}

export interface CheckOptions {
  /** Path of the configuration file. */
  readonly config: string
  readonly json?: true
  /** Path of a file with a SAML response to judge instead. */
  readonly response?: string
  /** With `response`: whose it is. */
  readonly provider?: string
  /** With `response`: the entityID whose it is, where the provider is one of discovery. */
  readonly idp?: string
  /** With `response`: the ID of the request that it has to answer. */
  readonly inResponseTo?: string
  /** With `response`: the time to judge it at, in place of now. */
  readonly at?: Date
}

export interface IssuerExportOptions {
  /** Path of the configuration file. */
  readonly config: string
  /** Where the files go; made if it is not there. */
  readonly folder: string
}

export interface LocalAwsOptions {
  /** Path of the configuration file, where there is one. */
  readonly config?: string
  /** In its place: path of a file that says what exists. */
  readonly state?: string
  /** Path of the file that gets an event for every call. */
  readonly cloudtrail?: string
  /** Without a configuration, which has its own. */
  readonly port?: number
  /** After the text of a refusal, for DecodeAuthorizationMessage. */
  readonly encodedMessages?: boolean
}

export const trustPolicyFormats = ['json', 'terraform', 'cloudformation'] as const
export type TrustPolicyFormat = (typeof trustPolicyFormats)[number]

export interface TrustPolicyOptions {
  /** Path of the configuration file. */
  readonly config: string
  readonly provider: string
  /** ARNs of roles, and with allAccounts names too; undefined: every role that the rules name for the provider. */
  readonly role?: readonly string[]
  readonly allAccounts?: true
  readonly format: TrustPolicyFormat
}

export interface ExplainOptions {
  /** Path of the configuration file. */
  readonly config: string
  readonly provider: string
  /** The ARN of a role. */
  readonly role: string
  /** Path of a file with what the provider said. */
  readonly claims: string
  /** Path of a file with the role's trust policy, in place of what the configuration knows. */
  readonly trustPolicy?: string
  readonly json?: true
}

/** One question, or one in every line of stdin. */
export type ExplainCommand = ExplainOptions | { readonly batch: true }
