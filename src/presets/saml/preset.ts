/**
 * presets owns what fedgate knows of products that companies sign in with: one file for each family, behind the interface
 * of its folder. They are data, pure: config/ fills in and refuses by them, gateway/ names attributes and next steps by
 * them, and docs/providers/saml.md is generated from them. A preset only fills in settings that the configuration does
 * not have, and none of them switches a check off.
 */
import type { SamlErrorCode } from '../../saml/errors.ts'

export interface SamlPreset {
  /** The value of `preset` in the configuration. */
  readonly id: string
  /** As its vendor writes it. */
  readonly product: string
  /** Settings of the provider, where the configuration has none. */
  readonly fills: SamlPresetValues
  /** Short names for rules and templates: the names under which the product sends the attribute, preferred first. */
  readonly attributes: ShortNames
  /** Releases the attributes that metadata requests, by the plain names of its directory: `mail`, not `urn:oid:…`. */
  readonly releasesByPlainNames?: true
  /** Settings that cannot work with the product. */
  readonly refuses: readonly SettingRefusal[]
  /** How its metadata is recognized. */
  readonly metadata: MetadataTraits
  /** What in place of the groups shows that the product does not list them. */
  readonly unlistedGroups: readonly UnlistedGroups[]
  /** The next step in the words of the product's screens; the first that fits. */
  readonly hints: readonly AnswerHint[]
  /** How a second factor is required and proven. */
  readonly mfa: Mfa
  /** What the product calls what is registered there, in the order of its screens. */
  readonly screen: readonly ScreenField[]
  /** What is told to an operator: sentences. */
  readonly notes: PresetNotes
}

/** A subset of the provider's settings in the configuration, with its names and forms. */
export interface SamlPresetValues {
  readonly signature?: 'assertion' | 'response' | 'both'
  readonly signRequests?: 'always'
  readonly nameIdFormat?: 'persistent' | 'transient' | 'emailAddress'
  readonly subject?: string
  readonly acceptCbcWithoutSignedResponse?: true
}

export type ShortName = 'email' | 'groups' | 'username' | 'authnMethods'
export type ShortNames = Readonly<Partial<Record<ShortName, readonly string[]>>>

/** A value of a setting that matches is refused when the configuration is read. */
export interface SettingRefusal {
  readonly setting: 'signature' | 'metadata'
  readonly value: RegExp
  /** What the message says was expected. */
  readonly expected: string
}

export interface MetadataTraits {
  readonly entityId?: RegExp
  /** Of the SingleSignOnService, by either binding. */
  readonly signOnUrl?: RegExp
  /** Of the address that the metadata is fetched from, where the vendor hosts it. */
  readonly sourceUrl?: RegExp
  /** How both usually look, for messages. */
  readonly looksLike: string
  /** Metadata of the product that cannot work with a gateway. */
  readonly unsuited?: { readonly signOnUrl: RegExp; readonly found: string; readonly expected: string }
}

/** An attribute with that Name; if `value` is given, with a value that matches. */
export interface UnlistedGroups {
  readonly attribute: string
  readonly value?: RegExp
}

export interface AnswerHint {
  readonly codes: readonly SamlErrorCode[]
  /** Of the error's `found`; missing: any. */
  readonly found?: RegExp
  readonly hint: string
}

export type Mfa =
  /** By RequestedAuthnContext: REFEDS MFA is requested and answered by these classes. */
  | { readonly by: 'class'; readonly classes: readonly string[] }
  /** A policy of the product demands it; the attribute `authnMethods` proves it with this value. */
  | { readonly by: 'attribute'; readonly value: string }
  /** A policy of the product demands it, and nothing in the assertion proves it. */
  | { readonly by: 'policy' }

/** A field of the product's screen, and what of the gateway goes into it. */
export interface ScreenField {
  readonly label: string
  readonly value: 'acsUrl' | 'spEntityId' | 'metadataUrl' | 'sloUrl' | 'baseUrl'
}

export interface PresetNotes {
  readonly nameId: string
  readonly encryption: string
  readonly logout: string
  /** How the groups that rules use are released. */
  readonly groups: string
  /** How AWS's own Role attribute is made, for `exchange.evidence: original` or `rolesFromAssertion`. */
  readonly role: string
  readonly mfa: string
  /** What an AWS application that the company already has shares with this gateway. */
  readonly awsApplication: { readonly collides: boolean; readonly note: string }
}

/** The profile that REFEDS defines for a second factor. */
export const REFEDS_MFA = 'https://refeds.org/profile/mfa'

/** Names of a second factor in the configuration: each means the product's own classes, where it has some. */
export const SECOND_FACTOR: readonly string[] = [REFEDS_MFA, 'http://schemas.microsoft.com/claims/multipleauthn']
