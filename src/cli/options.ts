/** The parsed options of each command. */
export interface DemoOptions {
  /** The gateway's port; local AWS, demo IdP and demo OpenID provider follow. */
  readonly portBase: number
}

export interface ServeOptions {
  /** Path of the configuration file. */
  readonly config: string
  /** How many processes answer requests. 1: this one. */
  readonly workers: number
}

export interface CheckOptions {
  /** Path of the configuration file. */
  readonly config: string
  readonly json?: true
  /** Path of a file with a SAML response to check instead. */
  readonly response?: string
  /** Whether to wait for a test sign-in instead. */
  readonly live?: true
  /** With `live`: whether the URL is opened in a browser, too. */
  readonly browser?: boolean
  /** With `response` or `live`: the provider that sent it, or that is asked. */
  readonly provider?: string
  /** With `response`, and a provider with discovery: the entityID of the identity provider that sent it. */
  readonly idp?: string
  /** With `response`: the ID of the request that it must answer. */
  readonly inResponseTo?: string
  /** With `response`: the time to check it at. Default: now. */
  readonly at?: Date
}

export interface IssuerExportOptions {
  /** Path of the configuration file. */
  readonly config: string
  /** Path of the folder for the files. Created if missing. */
  readonly folder: string
}

export interface LocalAwsOptions {
  /** Path of the configuration file. */
  readonly config?: string
  /** Without `config`: path of a state file with accounts, roles and users. */
  readonly state?: string
  /** Path of the file that events are appended to, one for each call. */
  readonly cloudtrail?: string
  /** Only without `config`, which names its own port. */
  readonly port?: number
  /** Whether denials carry a message for DecodeAuthorizationMessage. */
  readonly encodedMessages?: boolean
}

export const trustPolicyFormats = ['json', 'terraform', 'cloudformation'] as const
export type TrustPolicyFormat = (typeof trustPolicyFormats)[number]

export interface TrustPolicyOptions {
  /** Path of the configuration file. */
  readonly config: string
  readonly provider: string
  /** Role ARNs; with allAccounts also role names. undefined: every role that the rules name for the provider. */
  readonly role?: readonly string[]
  /** The same as a list: names or ARNs separated by commas, or `@FILE`. */
  readonly roles?: string
  readonly allAccounts?: true
  /** Path of a file with further accounts; implies allAccounts. */
  readonly accounts?: string
  readonly format: TrustPolicyFormat
}

export const revokeFormats = ['json', 'terraform', 'cli'] as const
export type RevokeFormat = (typeof revokeFormats)[number]

/** A user of a provider, or a role. */
export interface RevokeOptions {
  /** Path of the configuration file. */
  readonly config: string
  /** A subject; with `provider`. */
  readonly user?: string
  readonly provider?: string
  /** A role ARN; without `user`. */
  readonly role?: string
  /** Sessions that began earlier end. Default: now. */
  readonly before?: Date
  readonly format: RevokeFormat
}

export interface ExplainOptions {
  /** Path of the configuration file. */
  readonly config: string
  readonly provider: string
  /** The ARN of a role. */
  readonly role: string
  /** Path of a file with the provider's claims. */
  readonly claims: string
  /** Path of a file with the role's trust policy. Default: the policy that the configuration names. */
  readonly trustPolicy?: string
  readonly json?: true
}

/** One question, or one on each line of stdin. */
export type ExplainCommand = ExplainOptions | { readonly batch: true }
