/** The parsed options of `fedgate keys`. */

/** A list of the configuration whose first entry is used, and all of which are published or accepted. */
export const keyPurposes = ['signing', 'encryption', 'issuer', 'session'] as const
export type KeyPurpose = (typeof keyPurposes)[number]

export const updateFormats = ['cli', 'terraform', 'cloudformation'] as const
export type UpdateFormat = (typeof updateFormats)[number]

/** The endpoint, region and credentials of calls to IAM. */
export interface AskAwsOptions {
  /** Path of a file with accounts, besides those of the configuration. */
  readonly accounts?: string
  /** The role to assume in each account. */
  readonly roleName?: string
  /** Of the STS calls. Default: that of the environment. */
  readonly region?: string
  /** Instead of AWS's own endpoints. */
  readonly endpointUrl?: string
}

export interface KeysRotateOptions extends AskAwsOptions {
  /** Path of the configuration file. */
  readonly config: string
  readonly key: KeyPurpose
  /** Use the new key, instead of adding one. */
  readonly switch?: true
  /** Remove the old key, instead of adding one. */
  readonly finish?: true
  /** Whether the configuration file is changed; false: the change is printed. */
  readonly edit: boolean
  /** With `switch`: although it cannot be determined who has the new key. */
  readonly evenIfUnknown?: true
  /** With `switch`: accounts that need not have the new key. */
  readonly except?: readonly string[]
  /** With `switch` or `finish`: although the key that is used afterwards is the older one. */
  readonly back?: true
  readonly format: UpdateFormat
  /** The new key is this one in AWS KMS. */
  readonly kmsKeyId?: string
  readonly kmsRegion?: string
  readonly kmsEndpoint?: string
}

export interface KeysStatusOptions extends AskAwsOptions {
  /** Path of the configuration file. */
  readonly config: string
  readonly json?: true
}

export interface KeysCertificateOptions {
  readonly kmsKeyId: string
  readonly kmsRegion: string
  readonly kmsEndpoint?: string
  /** Path of the file to write. undefined: standard output. */
  readonly out?: string
}
