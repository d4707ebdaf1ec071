/** An OpenID provider of a test's own: where the gateway sends the browser, the test answers as it likes. */
import { encode, good, KID, signedBy, type Tampering, type TamperingProvider } from '../oidc/tampering-provider.ts'
import type { HttpBrowser, Page } from './http-browser.ts'

export const openAtOp = { stopBefore: /\/authorize\?/ }

/** What the gateway asked, as it stands in the address. */
export const askedOf = ({ location = '' }: Page): URLSearchParams => new URL(location).searchParams

/** The provider's answer to that question: the browser comes back with a code, and its ID token is as the tampering says. */
export const answerAtOp = (
  op: TamperingProvider,
  browser: HttpBrowser,
  asked: URLSearchParams,
  tampering: Tampering = {},
): Promise<Page> => {
  op.behave(tampering, asked.get('nonce') ?? '')
  const answer = new URLSearchParams({ code: 'a-code', state: asked.get('state') ?? '', iss: op.issuer })
  return browser.open(`${asked.get('redirect_uri')}?${answer}`)
}

/** Signs in at the gateway's provider of that id, and returns the page that it ends on. */
export const signInAtOp = async (
  op: TamperingProvider,
  browser: HttpBrowser,
  start: string,
  tampering: Tampering = {},
): Promise<Page> => answerAtOp(op, browser, askedOf(await browser.open(start, openAtOp)), tampering)

/** A token of the provider's that is no ID token. */
export const tokenOfOp = (claims: Readonly<Record<string, unknown>>, typ: string): string =>
  signedBy(good.privateKey)(`${encode({ alg: 'RS256', kid: KID, typ })}.${encode(claims)}`)
