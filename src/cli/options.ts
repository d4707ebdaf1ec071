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
  /** Address or host name to listen on, whatever the configuration has. */
  readonly host?: string
}

export interface InitOptions {
  /** Path of the folder to write to. Created if missing. */
  readonly folder: string
  readonly baseUrl?: string
  readonly protocol?: 'saml' | 'oidc'
  readonly preset?: string
  readonly id?: string
  /** SAML: an https URL, or the path of a file, which is copied. */
  readonly metadata?: string
  readonly issuer?: string
  readonly clientId?: string
  /** Path of a file with the client secret; `-`: standard input. */
  readonly clientSecretFile?: string
  /** Settings of the preset: `domain=example.okta.com`. */
  readonly set?: readonly string[]
  readonly account?: readonly string[]
  /** Path of a file with accounts. */
  readonly accounts?: string
  /** `aws-{account}-{role}` */
  readonly groupRule?: string
  readonly groupAttribute?: string
  /** `aws-admins=arn:aws:iam::111122223333:role/Administrator` */
  readonly grant?: readonly string[]
  /** Conditions of every rule: `hd=example.com`. */
  readonly when?: readonly string[]
  /** Names of roles separated by commas, or `@FILE`. */
  readonly roles?: string
  readonly operators?: string
  readonly sts?: 'aws' | 'local'
  readonly region: string
  readonly service: 'systemd' | 'compose' | 'none'
  readonly force?: true
  /** Default: true. */
  readonly check?: boolean
}

export interface CheckOptions {
  /** Path of the configuration file. */
  readonly config: string
  readonly json?: true
  /** URL of a running gateway to compare the configuration with instead. */
  readonly against?: string
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
  /** Only without `config`, which names its own: an address to listen on. Default: loopback. */
  readonly host?: string
  /** Only without `config`, which names its own port. */
  readonly port?: number
  /** Whether denials carry a message for DecodeAuthorizationMessage. */
  readonly encodedMessages?: boolean
  /** Paths of the files of a catalogue, as in the configuration. */
  readonly catalog?: readonly string[]
  /** Write changes back to the state file. */
  readonly save?: true
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

export const accessFormatNames = ['table', 'json', 'csv', 'html'] as const
export type AccessFormat = (typeof accessFormatNames)[number]

export interface AccessOptions {
  /** Path of the configuration file. */
  readonly config: string
  /** Path of a file with a user's claims. */
  readonly claims?: string
  /** A group whose members' roles are wanted. */
  readonly group?: string
  /** Default: every provider. */
  readonly provider?: string
  readonly format: AccessFormat
  /** Path of an earlier report in JSON. */
  readonly diff?: string
}

export interface CatalogPullOptions {
  /** The folder for the files. Created if missing. */
  readonly out?: string
  /** The role to assume in each account. */
  readonly roleName?: string
  /** Path of a file with accounts. undefined: those of the organization. */
  readonly accounts?: string
  /** Of the STS calls. Default: that of the environment. */
  readonly region?: string
  /** Instead of AWS's own endpoints. */
  readonly endpointUrl?: string
  /** Print the IAM policies that it needs instead. */
  readonly policy?: true
}

export interface RehearseOptions {
  /** Path of the configuration file. */
  readonly config: string
  /** Path of the file with the change. */
  readonly change: string
  /** Paths of files with the claims of users; with `provider`. Default: users that the rules mention. */
  readonly claims?: readonly string[]
  readonly provider?: string
  readonly json?: true
}

/** One question, or one on each line of stdin. */
export type ExplainCommand = ExplainOptions | { readonly batch: true }
