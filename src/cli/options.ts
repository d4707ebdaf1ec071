/** What the command line hands to each command. */

export interface DemoOptions {
  /** The gateway's port; local AWS, demo IdP and demo OpenID provider follow. */
  readonly portBase: number
}

export interface ServeOptions {
  /** Path of the configuration file. */
  readonly config: string
}

export interface LocalAwsOptions {
  /** Path of the configuration file, where there is one. */
  readonly config?: string
}
