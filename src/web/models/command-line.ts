import { texts } from '../texts.ts'
import type { SignedInPage } from './page.ts'

/** GET /oauth/consent/…, and POST /oauth/device: a device of the command line waits for the user. */
export interface AllowDevicePage extends SignedInPage {
  readonly device: string
  /** Where it is; undefined where it is this very machine. */
  readonly from: { readonly address: string; readonly program: string } | undefined
  /** What the device shows, for the user to compare; undefined where there is none. */
  readonly userCode: string | undefined
  /** Where the decision is posted. */
  readonly action: string
}

/** GET /oauth/device */
export interface DeviceCodePage extends SignedInPage {
  /** As far as it is known: from a link. */
  readonly userCode: string
}

/** The device goes on by itself. */
export interface DeviceDecidedPage extends SignedInPage {
  readonly device: string
  readonly isAllowed: boolean
}

/** As the device calls itself, or that it does not. */
export function deviceName(name: string): string {
  return name === '' ? texts.commandLine.unnamed : name
}
