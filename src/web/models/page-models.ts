/**
 * The contents of each page, as plain text and numbers that the routes prepare: a page knows no identity, no ARN type,
 * no clock and no Secret.
 *
 * Start at `PageModels`: one entry for each file in views/.
 */

import type { GoPage, RefusedLinkPage } from '../links/model.ts'
import type { RequestAccessPage, RolePage, RolesPage } from '../picker/model.ts'
import type { SessionsPage } from '../sessions/model.ts'
import type { TestResultPage, TestSignInPage } from '../test-sign-in/model.ts'
import type { ActivityPage } from './activity.ts'
import type { AllowDevicePage, DeviceCodePage, DeviceDecidedPage } from './command-line.ts'
import type { ConsoleLinkPage } from './console.ts'
import type { CredentialsOfSeveralPage, CredentialsPage } from './credentials.ts'
import type { IdentityPage } from './identity.ts'
import type { Page } from './page.ts'
import type { ConfirmRolePage, RenewingPage } from './picked.ts'
import type {
  ChooserPage,
  ConfirmSignInPage,
  FindIdpPage,
  PostFormPage,
  RedirectPage,
  SignedOutPage,
  SignOutPage,
} from './sign-in.ts'
import type { StatusPage } from './status.ts'

/** Every page by its name, which is the name of its template. */
export interface PageModels {
  readonly chooser: ChooserPage
  readonly 'find-idp': FindIdpPage
  readonly roles: RolesPage
  readonly role: RolePage
  readonly credentials: CredentialsPage
  readonly 'credentials-of-several': CredentialsOfSeveralPage
  readonly identity: IdentityPage
  readonly error: ErrorPage
  readonly 'sign-out': SignOutPage
  readonly 'signed-out': SignedOutPage
  readonly 'post-form': PostFormPage
  readonly redirect: RedirectPage
  readonly 'confirm-sign-in': ConfirmSignInPage
  readonly renewing: RenewingPage
  readonly 'confirm-role': ConfirmRolePage
  readonly go: GoPage
  readonly 'go-refused': RefusedLinkPage
  readonly 'request-access': RequestAccessPage
  readonly 'console-link': ConsoleLinkPage
  readonly activity: ActivityPage
  readonly status: StatusPage
  readonly sessions: SessionsPage
  readonly 'test-sign-in': TestSignInPage
  readonly 'test-result': TestResultPage
  readonly 'allow-device': AllowDevicePage
  readonly 'device-code': DeviceCodePage
  readonly 'device-decided': DeviceDecidedPage
}

export type PageName = keyof PageModels

/** Every refusal, and 404. */
export interface ErrorPage extends Page {
  readonly status: number
  readonly code: string
  readonly sentence: string
  readonly hint: string
  /** The reference of the full reason in the log. */
  readonly reference: string
  /** Text for a mail to an administrator, of several lines. */
  /** Where the identity provider helps its users with this. */
  readonly idpHelpHref?: string | undefined
  readonly report: string
  /** Where to sign in again, if that may help. */
  readonly signInHref?: string | undefined
  /** Where to continue, if the user may have a session. */
  readonly continueHref?: string | undefined
}
