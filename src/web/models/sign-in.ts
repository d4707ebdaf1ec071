/** The way in, and the way out. */
import type { Page, SignedInPage } from './page.ts'

/** GET /login */
export interface ChooserPage extends Page {
  /** One sentence above the list, such as `You are signed out.` */
  readonly message?: string | undefined
  readonly providers: readonly ProviderChoice[]
}

export interface ProviderChoice {
  readonly id: string
  readonly label: string
  readonly protocol: 'saml' | 'oidc'
  /** It is the one that this browser used the last time. */
  readonly isLast: boolean
  /** Where the choice leads: `/login/corp?return_to=…` */
  readonly href: string
  /** Why it cannot be chosen now, as a sentence. The choice is then shown and disabled. */
  readonly unavailable?: string | undefined
}

/** GET /login/:provider?q=, where the provider is a federation. */
export interface FindIdpPage extends Page {
  readonly providerId: string
  readonly providerLabel: string
  /** As typed; empty for none. */
  readonly query: string
  /** Where the login is to end; empty for where it usually does. */
  readonly returnTo: string
  /** What this browser chose the last time. */
  readonly last?: IdpChoice | undefined
  readonly results: readonly IdpChoice[]
  /** More fit than are shown. */
  readonly hasMore: boolean
  /** All there are to choose from. */
  readonly total: number
  /** There are other providers to sign in with. */
  readonly hasOthers: boolean
}

export interface IdpChoice {
  readonly name: string
  /** The host of its entityID: names can be alike. */
  readonly host: string
  /** Where the choice leads: `/login/edugain?idp=…` */
  readonly href: string
}

/** GET /login/finish of a sign-in that was started elsewhere: asks for confirmation. */
export interface ConfirmSignInPage extends Page {
  /** The display name of the user that the provider signed in. */
  readonly name: string
  readonly providerLabel: string
  readonly handle: string
  readonly csrfToken: string
}

/** Sends a message to an identity provider by POST. Never shows a login. */
export interface PostFormPage extends Page {
  /** An http(s) URL of another site. */
  readonly action: string
  /** The hidden fields by name. */
  readonly fields: Readonly<Record<string, string>>
  /** Where it goes, such as `Signing in at Corp SSO`. */
  readonly heading: string
  readonly button: string
}

/** Redirects to another site, like a link and not a form. Never shows a login. */
export interface RedirectPage extends Page {
  /** Where it goes, such as `Signing out at Corp SSO`. */
  readonly heading: string
  readonly href: string
}

/** GET /logout: asks. */
export interface SignOutPage extends SignedInPage {}

/** The end of a logout. There is no login, and nothing starts automatically. */
export interface SignedOutPage extends Page {
  /** What the provider made of it: `You may still be signed in at Corp SSO.` */
  readonly notice?: string | undefined
  readonly signInHref: string
}
