/**
 * Authentication contexts: how a user signed in. SAML names a class (AuthnContextClassRef), OpenID Connect a value of
 * `acr` and methods in `amr`; a method is written `amr:mfa` here. Which products use which value for the same thing is
 * in the table below.
 */

/** SAML Core 3.3.2.2.1. `maximum` is of no use to a gateway that protects roles. */
export const contextComparisons = ['exact', 'minimum', 'better'] as const
export type ContextComparison = (typeof contextComparisons)[number]

/** What a provider is asked for. */
export interface RequestedContext {
  /** Any of them suffices, preferred first. Empty: any context is accepted. */
  readonly classes: readonly string[]
  readonly comparison: ContextComparison
  /** The provider's contexts, weakest first. Empty: none is stronger than another. */
  readonly ranking: readonly string[]
}

/** Who uses a value. */
export type ContextFamily = 'refeds' | 'entra' | 'okta' | 'openid'

interface KnownContext {
  /** Completes "requires a sign-in with". */
  readonly label: string
  readonly values: readonly (readonly [ContextFamily, string])[]
}

/** The values that mean the same, by the name that a configuration may use for all of them. */
export const knownContexts = {
  mfa: {
    label: 'multi-factor authentication',
    values: [
      // REFEDS MFA Profile
      ['refeds', 'https://refeds.org/profile/mfa'],
      // Entra ID and AD FS
      ['entra', 'http://schemas.microsoft.com/claims/multipleauthn'],
      ['okta', 'urn:okta:loa:2fa:any'],
      // OpenID PAPE, which Auth0 uses as `acr`
      ['openid', 'http://schemas.openid.net/pape/policies/2007/06/multi-factor'],
      // RFC 8176 2, and `acr` of providers that use its name
      ['openid', 'amr:mfa'],
      ['openid', 'mfa'],
    ],
  },
  sfa: {
    label: 'single-factor authentication',
    values: [
      // REFEDS SFA Profile
      ['refeds', 'https://refeds.org/profile/sfa'],
      ['okta', 'urn:okta:loa:1fa:any'],
    ],
  },
  'phishing-resistant': {
    label: 'phishing-resistant authentication',
    values: [
      // OpenID Connect Extended Authentication Profile ACR Values 1.0, 2: the second also protects its key in hardware.
      ['openid', 'phr'],
      ['openid', 'phrh'],
    ],
  },
} as const satisfies Readonly<Record<string, KnownContext>>

const byName: ReadonlyMap<string, KnownContext> = new Map(Object.entries(knownContexts))

const METHOD = 'amr:'

/** The values of a known name (of one family, if it is given); any other text is a value itself. */
export function contextValues(name: string, family?: ContextFamily): readonly string[] {
  const known = byName.get(name)
  if (!known) return [name]
  return known.values.flatMap(([of, value]) => (family === undefined || of === family ? [value] : []))
}

/** For the user: `multi-factor authentication`; a value without such a name as it is. */
export function contextLabel(values: readonly string[]): string {
  const labels = values.map((value) => [...byName.values()].find(({ values: known }) => isOneOf(known, value))?.label)
  return [...new Set(values.map((value, n) => labels[n] ?? value))].join(' or ')
}

function isOneOf(known: KnownContext['values'], value: string): boolean {
  return known.some(([, one]) => one === value)
}

/**
 * The contexts that satisfy the request. `minimum`: as strong as the weakest of the requested ones; `better`: stronger
 * than all of them. What is not ranked is neither. SAML Core 3.3.2.2.1
 */
export function acceptedContexts({ classes, comparison, ranking }: RequestedContext): readonly string[] {
  if (comparison === 'exact' || classes.length === 0) return classes
  const places = classes.map((one) => ranking.indexOf(one)).filter((place) => place >= 0)
  if (places.length === 0) return comparison === 'minimum' ? classes : []
  return comparison === 'minimum' ? ranking.slice(Math.min(...places)) : ranking.slice(Math.max(...places) + 1)
}

/** Whether a sign-in with these contexts is one of the accepted ones. */
export function isAcceptedContext(contexts: readonly string[] = [], accepted: readonly string[]): boolean {
  return contexts.some((one) => accepted.includes(one))
}

/** Of an ID token's claims: the class, then the methods. Claims of another type count as absent. */
export function contextsOfClaims({ acr, amr }: Readonly<Record<string, unknown>>): readonly string[] {
  const methods = Array.isArray(amr) ? amr.filter((one): one is string => typeof one === 'string') : []
  return [...(typeof acr === 'string' && acr !== '' ? [acr] : []), ...methods.map((one) => `${METHOD}${one}`)]
}

/** Without methods, which no request can name. */
export function requestableContexts(contexts: readonly string[], protocol: 'saml' | 'oidc'): readonly string[] {
  const classes = contexts.filter((one) => !one.startsWith(METHOD))
  // An AuthnContextClassRef is a URI.
  return protocol === 'oidc' ? classes : classes.filter((one) => /^[A-Za-z][A-Za-z0-9+.-]*:/.test(one))
}
