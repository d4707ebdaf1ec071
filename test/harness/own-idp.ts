/** A SAML identity provider without a server: its metadata is a file, and it says of people whatever a test likes. */
import type { KeyPair } from '../../src/core/keys.ts'
import { parseAuthnRequest } from '../../src/saml/authn-request.ts'
import { buildIdpMetadata } from '../../src/saml/idp-metadata.ts'
import { issueResponse, type ResponseToIssue } from '../../src/saml/issue.ts'
import { makeKeyPair } from '../demo/keys.ts'
import type { SamlAnswer } from './sign-in.ts'
import type { Visitor } from './visitor.ts'

export interface OwnIdp {
  readonly entityId: string
  readonly metadata: string
  readonly ssoUrl: string
  readonly keys: KeyPair
}

export const createOwnIdp = async (name: string): Promise<OwnIdp> => {
  const keys = await makeKeyPair()
  const [entityId, ssoUrl] = [`https://${name}.example/metadata`, `https://${name}.example/sso`]
  return { entityId, ssoUrl, keys, metadata: buildIdpMetadata({ entityId, signer: keys, ssoUrl }) }
}

export type Attributes = Readonly<Record<string, readonly string[]>>

/** What it says of whom; whatever else a response can say may be said too. */
export interface Says extends Partial<Omit<ResponseToIssue, 'attributes'>> {
  readonly subject: string
  readonly attributes: Attributes
  readonly now?: Date
}

/** Starts a sign-in at that provider of the gateway, and answers it: `subject` has these attributes. */
export const answerOf = async (
  idp: OwnIdp,
  visitor: Visitor,
  gateway: string,
  provider: string,
  says: Says,
): Promise<SamlAnswer> => {
  const stopBefore = new RegExp(`^${idp.ssoUrl}`)
  const page = await visitor.open(`${gateway}/login/${provider}`, { stopBefore })
  const sent = new URL(page.location ?? '').searchParams
  const request = parseAuthnRequest(Object.fromEntries(sent), 'redirect')
  const { subject, attributes, now = new Date(), ...more } = says
  const acs = request.acsUrl ?? ''
  const response: ResponseToIssue = {
    issuer: idp.entityId,
    recipient: acs,
    audience: request.issuer,
    inResponseTo: request.id,
    nameId: { value: subject, format: 'urn:oasis:names:tc:SAML:2.0:nameid-format:persistent' },
    attributes: Object.entries(attributes).map(([name, values]) => ({ name, values })),
    authnInstant: now,
    lifetimeSeconds: 300,
    sign: 'both',
    ...more,
  }
  const xml = await issueResponse(response, idp.keys, now)
  return {
    acs,
    SAMLResponse: Buffer.from(xml).toString('base64'),
    RelayState: request.relayState ?? '',
    page: { ...page, url: idp.ssoUrl },
  }
}
