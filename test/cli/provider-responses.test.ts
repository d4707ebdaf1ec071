/** Responses as identity providers and their templates send them, each by the configuration beside it. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { checkResponse } from '../../src/check/response.ts'
import { samlProviderOf } from '../../src/cli/check-provider.ts'
import { readConfig } from '../../src/cli/load-config.ts'
import { expectedResponse } from '../../src/gateway/login/expected-response.ts'
import { evaluateResponse } from '../../src/saml/response/validate.ts'
import { codeOf } from '../saml/saml-fixtures.ts'

const folder = join(import.meta.dirname, '../fixtures/faults/login')
const REQUEST = '_request0000000000000000000000000001'
const AT = new Date('2026-11-30T05:01:00Z')

/** What the login makes of it, and that `check --response` says the same. */
const judgementOn = async (name: string) => {
  const config = await readConfig(join(folder, name, 'config.yaml'), {})
  const provider = await samlProviderOf(config, 'idp')
  const beyond = { inResponseTo: REQUEST, remembersSince: undefined }
  const expected = expectedResponse(config, provider, await provider.metadata(), beyond)
  const xml = await readFile(join(folder, name, 'response.xml'), 'utf8')
  const judgement = evaluateResponse({ SAMLResponse: Buffer.from(xml).toString('base64') }, expected, AT)
  expect(checkResponse(xml, expected, REQUEST, AT).verdict).toEqual(judgement.verdict)
  return judgement
}

/** What was refused without need, or misread. */
const accepted: Readonly<Record<string, string>> = {
  'saml-attribute-without-name': 'an attribute without a Name that no rule uses refused the login',
  'saml-audience-whitespace': 'an Audience on a line of its own was another audience',
  'saml-decl-us-ascii': 'a declaration of US-ASCII over nothing but ASCII was refused',
  'saml-enc-aes192-gcm': 'AES-192-GCM was not opened',
  'saml-enc-oaep-mgf1p-sha256': "rsa-oaep-mgf1p with a digest of SHA-256, Keycloak's, was not opened",
  'saml-enc-oaep11-sha512': 'rsa-oaep of XML Encryption 1.1 with SHA-512 was not opened',
  'saml-nameid-whitespace': 'a NameID on a line of its own made a subject with line ends',
  'saml-signedinfo-inclusive-c14n': 'SignedInfo canonicalized inclusively was refused',
}

/** Refused on purpose; the reasons are in docs/saml.md. */
const refused: Readonly<Record<string, string>> = {
  'saml-c14n11': 'saml.signature_canonicalization',
  'saml-inclusive-c14n-both': 'saml.signature_transforms',
  'saml-no-inresponseto-on-response': 'saml.response_request_mismatch',
  'saml-signature-last': 'saml.child_order',
}

describe('what peers accept safely', () => {
  it.each(Object.entries(accepted))('what peers accept safely: %s: %s', async (name) => {
    const judgement = await judgementOn(name)
    expect(codeOf(judgement)).toBe('accepted')
    const subject = name === 'saml-nameid-whitespace' ? 'alice@example.com' : 'alice@corp.example'
    expect(judgement).toMatchObject({ assertion: { subject, audiences: ['http://localhost:8080/saml/idp/metadata'] } })
  })
})

describe('what stays refused', () => {
  it.each(Object.entries(refused))('what stays refused %s: %s', async (name, code) => {
    expect(codeOf(await judgementOn(name))).toBe(code)
  })
})
