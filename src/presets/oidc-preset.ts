/**
 * Presets: what fedgate knows about a family of identity providers. A preset fills in settings that an operator did not
 * write, refuses settings with which this family does not work, and says what it expects the provider to publish. It
 * sends no request and decides nothing at a sign-in. oidc/ and oauth/ have one file for each family; start at
 * oidc-presets.ts.
 */

/** Settings that an operator writes instead of an issuer. */
export const presetParameters = {
  tenant: 'the directory (tenant) ID of Entra ID',
  tokenVersion: 'the version of the tokens of Entra ID',
  domain: 'the host name of the provider',
  realm: 'the realm of Keycloak',
  authorizationServer: 'the ID of a custom authorization server of Okta',
  userPoolId: 'the ID of the Cognito user pool',
  endpoints: 'the hosts of an OAuth provider',
} as const

export type PresetParameter = keyof typeof presetParameters

/** A provider of the configuration, with the preset's settings filled in. */
export interface PresetSettings {
  readonly issuer?: string | undefined
  readonly tenant?: string | undefined
  readonly tokenVersion?: 'v1' | 'v2' | undefined
  readonly domain?: string | undefined
  readonly realm?: string | undefined
  readonly authorizationServer?: string | undefined
  readonly userPoolId?: string | undefined
  readonly endpoints?: { readonly authorization?: string | undefined; readonly api?: string | undefined } | undefined
  readonly scopes: readonly string[]
  readonly responseMode: 'query' | 'form_post'
  readonly par: 'auto' | 'always'
  readonly acrValues: readonly string[]
  readonly prompt?: string | undefined
  readonly maxAge?: string | undefined
  readonly idTokenAlgs?: readonly string[] | undefined
  readonly trustedAudiences: readonly string[]
  readonly privateKey?: string | undefined
  readonly allowInsecureHttp: boolean
  readonly exchange: {
    readonly via: 'saml' | 'web-identity'
    readonly evidence: 'original' | 'reissued'
    readonly identityPoolId?: string | undefined
  }
}

/** Settings by their names in the configuration. */
export type FilledSettings = Readonly<Record<string, unknown>>

/** A setting with which this family does not work. */
export interface PresetRefusal {
  /** From the provider to the setting. */
  readonly path: readonly string[]
  readonly expected: string
  readonly found: string
}

export interface PresetRule {
  /** What is refused, for the table of the presets. */
  readonly refuses: string
  readonly check: (settings: PresetSettings) => PresetRefusal | undefined
}

/** A member of the discovery document, and a value that this family publishes in it. */
export interface Published {
  readonly member: string
  readonly value: string | boolean
}

/** Conditions, of which every rule for this provider's users must have at least one. */
export interface NeededConditions {
  readonly anyOf: readonly string[]
  /** Why, to be read after "because". */
  readonly because: string
  /** A pattern could match what strangers can choose: only literal values count. */
  readonly isLiteral?: true
}

/** What differs from plain OpenID Connect at a sign-in. */
export interface IssuerHabits {
  /** Further values of `iss` that mean the same issuer. */
  readonly issuerAliases?: readonly string[]
  /** The issuer of a tenant's tokens, with `{tenantid}` for their `tid`. */
  readonly issuerTemplate?: string
}

/** A provider without ID tokens: AWS is sent its access token. */
export interface AccessTokenService {
  /** As STS names it. */
  readonly providerId: 'www.amazon.com' | 'graph.facebook.com'
  /** Origins of its pages and of its API. */
  readonly authorization: string
  readonly api: string
}

export interface OidcPreset {
  /** The provider's own name for itself. */
  readonly name: string
  /** The guide below docs/providers/. */
  readonly guide: string
  /** What the operator writes, in the order of the guide. */
  readonly parameters: readonly PresetParameter[]
  /** undefined: a parameter is missing. */
  issuerOf(written: Pick<PresetSettings, PresetParameter>): string | undefined
  /** The issuer as a shape, for the table. */
  readonly issuerShape: string
  /** Other settings; what the operator writes wins. */
  fills(written: Pick<PresetSettings, PresetParameter>): FilledSettings
  readonly rules: readonly PresetRule[]
  /** The condition keys of original evidence, as AWS writes them. */
  readonly conditionKeys: readonly string[]
  /** The claim with the user's groups; undefined: there is none. */
  readonly groups?: string
  /** How a second factor is requested and recognised. */
  readonly secondFactor: string
  readonly publishes: readonly Published[]
  habits?(settings: PresetSettings): IssuerHabits
  neededConditions?(settings: PresetSettings): NeededConditions | undefined
  readonly service?: AccessTokenService
}

/** Refuses an issuer of another shape. A stand-in on loopback may have any. */
export function issuerHasShape(refuses: string, shape: RegExp, expected: string): PresetRule {
  return {
    refuses,
    check: ({ issuer, allowInsecureHttp }) =>
      issuer === undefined || allowInsecureHttp || shape.test(issuer)
        ? undefined
        : { path: ['issuer'], expected, found: JSON.stringify(issuer) },
  }
}

/** Refuses a value of a parameter that has another form. */
export function parameterHasForm(
  parameter: Exclude<PresetParameter, 'endpoints'>,
  refuses: string,
  form: RegExp,
  expected: string,
): PresetRule {
  return {
    refuses,
    check: ({ [parameter]: value }) =>
      value === undefined || form.test(value)
        ? undefined
        : { path: [parameter], expected, found: JSON.stringify(value) },
  }
}

/** Refuses to request contexts from a provider that states none: every sign-in would fail. */
export function noAcrValues(expected: string): PresetRule {
  return {
    refuses: '`acrValues`, as its ID tokens have no `acr`',
    check: ({ acrValues }) =>
      acrValues.length === 0 ? undefined : { path: ['acrValues'], expected, found: acrValues.join(', ') },
  }
}

/** A host name as it is written into a URL: no scheme, no path. */
export const HOST = /^(?=.{1,253}$)[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)+$/
