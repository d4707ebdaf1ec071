/** A SAML identity provider without a server: its metadata is a file, and it says of users whatever a test likes. */
import type { KeyPair } from '../../src/core/keys.ts'
import { refuse } from '../../src/demo/saml-answers.ts'
import { type AuthnRequest, parseAuthnRequest } from '../../src/saml/authn-request.ts'
import { buildIdpMetadata } from '../../src/saml/idp-metadata.ts'
import { issueResponse, type ResponseToIssue } from '../../src/saml/issue.ts'
import { makeKeyPair } from '../demo/keys.ts'
import { formWith, type HttpBrowser, type Page } from './http-browser.ts'
import type { SamlAnswer } from './sign-in.ts'

export interface TestIdp {
  readonly entityId: string
  readonly metadata: string
  readonly ssoUrl: string
  readonly keys: KeyPair
}

export const createTestIdp = async (name: string, ssoUrl = `https://${name}.example/sso`): Promise<TestIdp> => {
  const keys = await makeKeyPair()
  const entityId = `https://${name}.example/metadata`
  return { entityId, ssoUrl, keys, metadata: buildIdpMetadata({ entityId, signer: keys, ssoUrl }) }
}

export type Attributes = Readonly<Record<string, readonly string[]>>

/** What it says of whom; whatever else a response can say may be said too. */
export interface Says extends Partial<Omit<ResponseToIssue, 'attributes'>> {
  readonly subject: string
  readonly attributes: Attributes
  readonly now?: Date
}

/** The request that a page of the gateway sends on: by redirect, or in a form. */
export const requestOn = (page: Page): AuthnRequest => {
  if (page.location !== undefined)
    return parseAuthnRequest(Object.fromEntries(new URL(page.location).searchParams), 'redirect')
  return parseAuthnRequest(formWith(page, 'SAMLRequest').fields, 'post')
}

const answerWith = (
  idp: TestIdp,
  { acsUrl = '', relayState = '' }: Partial<AuthnRequest>,
  xml: string,
): SamlAnswer => ({
  acs: acsUrl,
  SAMLResponse: Buffer.from(xml).toString('base64'),
  RelayState: relayState,
  page: { url: idp.ssoUrl },
})

const responseOf = (idp: TestIdp, request: Partial<AuthnRequest>, says: Says): Promise<string> => {
  const { subject, attributes, now = new Date(), ...more } = says
  const response: ResponseToIssue = {
    issuer: idp.entityId,
    recipient: request.acsUrl ?? '',
    audience: request.issuer ?? '',
    ...(request.id === undefined ? {} : { inResponseTo: request.id }),
    nameId: { value: subject, format: 'urn:oasis:names:tc:SAML:2.0:nameid-format:persistent' },
    attributes: Object.entries(attributes).map(([name, values]) => ({ name, values })),
    authnInstant: now,
    lifetimeSeconds: 300,
    sign: 'both',
    ...more,
  }
  return issueResponse(response, idp.keys, now)
}

/** What it posts in answer to that request, or to nobody's where that has no ID. */
export const answerTo = async (idp: TestIdp, request: Partial<AuthnRequest>, says: Says): Promise<SamlAnswer> =>
  answerWith(idp, request, await responseOf(idp, request, says))

/** That it cannot answer without showing itself. */
export const noPassiveTo = async (idp: TestIdp, request: AuthnRequest): Promise<SamlAnswer> => {
  const serviceProvider = { entityId: request.issuer, acsUrl: request.acsUrl ?? '' }
  const exchange = { entityId: idp.entityId, serviceProvider, inResponseTo: request.id }
  return answerWith(idp, request, await refuse(exchange, 'passive', idp.keys, new Date()))
}

/** Starts a sign-in at that provider of the gateway, and answers it: `subject` has these attributes. */
export const answerOf = async (
  idp: TestIdp,
  browser: HttpBrowser,
  gateway: string,
  provider: string,
  says: Says,
): Promise<SamlAnswer> => {
  const stopBefore = new RegExp(`^${idp.ssoUrl}`)
  return answerTo(idp, requestOn(await browser.open(`${gateway}/login/${provider}`, { stopBefore })), says)
}
