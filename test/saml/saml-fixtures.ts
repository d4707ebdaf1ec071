/** The fixtures as the tests use them: read, judged, turned into forms. */
import { createPrivateKey } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseIdpMetadata } from '../../src/saml/metadata.ts'
import type { ExpectedResponse } from '../../src/saml/response/checks.ts'
import { evaluateResponse, type ResponseEvaluation, type VerifiedAssertion } from '../../src/saml/response/validate.ts'
import { acs, now, request, sp } from '../fixtures/saml/make-support.ts'

export { acs, idp as idpEntityId, now, request, sp } from '../fixtures/saml/make-support.ts'

const folder = join(import.meta.dirname, '../fixtures/saml')

export type FixtureKind = 'accepted' | 'refused'

export const fixtureNames = (kind: FixtureKind): readonly string[] =>
  readdirSync(join(folder, kind)).map((file) => file.replace(/\.xml$/, ''))

export const fixture = (kind: FixtureKind, name: string): string =>
  readFileSync(join(folder, kind, `${name}.xml`), 'utf8')

export const metadataXml = readFileSync(join(folder, 'idp-metadata.xml'), 'utf8')
export const weakMetadataXml = readFileSync(join(folder, 'weak-metadata.xml'), 'utf8')
export const idp = parseIdpMetadata(metadataXml, { now })

export const decryptionKeys = readFileSync(join(folder, 'decryption-keys.pem'), 'utf8')
  .split(/(?<=-----END PRIVATE KEY-----\n)/)
  .map((pem) => createPrivateKey(pem))

export const expected: ExpectedResponse = {
  idp,
  spEntityId: sp,
  acsUrl: acs,
  inResponseTo: request,
  clockSkewSeconds: 60,
  maxAssertionAgeSeconds: 600,
  remembersSince: undefined,
  authnContext: ['urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport'],
  signature: 'any',
  subject: 'nameId',
  decryptionKeys,
}

export const form = (xml: string) => ({ SAMLResponse: Buffer.from(xml, 'utf8').toString('base64') })

export const evaluate = (xml: string, changes: Partial<ExpectedResponse> = {}): ResponseEvaluation =>
  evaluateResponse(form(xml), { ...expected, ...changes }, now)

export const failuresOf = ({ verdict }: ResponseEvaluation): readonly string[] =>
  verdict.filter(({ outcome }) => outcome === 'fail').map(({ name }) => name)

export const codeOf = (judgement: ResponseEvaluation): string =>
  'error' in judgement ? judgement.error.code : 'accepted'

export const assertionOf = (judgement: ResponseEvaluation): VerifiedAssertion => {
  if ('error' in judgement) throw judgement.error
  return judgement.assertion
}

/** The error that a step throws; fails the test when it throws none. */
export const errorOf = (step: () => unknown): Error & { readonly code?: string } => {
  try {
    step()
  } catch (error) {
    if (error instanceof Error) return error
  }
  throw new Error('it was not refused')
}
