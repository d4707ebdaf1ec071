/** Metadata as real products and federations write it: test/fixtures/metadata/README.md says where it is from. */
import { createReadStream, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { indexAggregate } from '../../src/saml/federation/index-aggregate.ts'
import { parseIdpMetadata } from '../../src/saml/metadata.ts'

const path = (name: string): string => join(import.meta.dirname, '../fixtures/metadata', `${name}.xml`)
const now = new Date('2015-01-01T00:00:00Z')
const read = (name: string) => parseIdpMetadata(readFileSync(path(name), 'utf8'), { now })

const products = [
  {
    name: 'adfs',
    entityId: 'http://adfs.server.url/adfs/services/trust',
    redirect: 'https://adfs.server.url/adfs/ls/Redirect',
    post: 'https://adfs.server.url/adfs/ls/POST',
    logout: 2,
    certificates: 1,
    scopes: [],
    wantsSigned: false,
  },
  {
    name: 'okta',
    entityId: 'http://www.okta.com/exkppsa1qwuFV4D7z0h7',
    redirect: 'https://dev-513394.oktapreview.com/app/rstudioincdev513394_dev_1/exkppsa1qwuFV4D7z0h7/sso/saml',
    post: 'https://dev-513394.oktapreview.com/app/rstudioincdev513394_dev_1/exkppsa1qwuFV4D7z0h7/sso/saml',
    logout: 0,
    certificates: 1,
    scopes: [],
    wantsSigned: false,
  },
  {
    name: 'keycloak',
    entityId: 'http://localhost:8080/realms/firezone',
    redirect: 'http://localhost:8080/realms/firezone/protocol/saml',
    post: 'http://localhost:8080/realms/firezone/protocol/saml',
    logout: 2,
    certificates: 1,
    scopes: [],
    wantsSigned: true,
  },
  {
    name: 'shibboleth-samltest',
    entityId: 'https://samltest.id/saml/idp',
    redirect: 'https://samltest.id/idp/profile/SAML2/Redirect/SSO',
    post: 'https://samltest.id/idp/profile/SAML2/POST/SSO',
    logout: 2,
    certificates: 2,
    scopes: ['samltest.id'],
    wantsSigned: false,
  },
  {
    name: 'shibboleth-testshib',
    entityId: 'https://idp.testshib.org/idp/shibboleth',
    redirect: 'https://idp.testshib.org/idp/profile/SAML2/Redirect/SSO',
    post: 'https://idp.testshib.org/idp/profile/SAML2/POST/SSO',
    logout: 0,
    certificates: 1,
    scopes: ['testshib.org'],
    wantsSigned: false,
  },
  {
    name: 'swamid-test',
    entityId: 'https://idp.umu.se/saml2/idp/metadata.php',
    redirect: 'https://idp.umu.se/saml2/idp/SSOService.php',
    post: undefined,
    logout: 1,
    certificates: 1,
    scopes: [],
    wantsSigned: false,
  },
] as const

describe.each(products)('the metadata of $name', ({ name, ...expected }) => {
  const idp = read(name)

  it('names the identity provider, also among others', () => {
    expect(idp.entityId).toBe(expected.entityId)
  })

  it('says where users sign in and out', () => {
    expect(idp.singleSignOn.redirect).toBe(expected.redirect)
    expect(idp.singleSignOn.post).toBe(expected.post)
    expect(Object.keys(idp.singleLogout)).toHaveLength(expected.logout)
  })

  it('the metadata has the signing certificates', () => {
    expect(idp.signingCertificates).toHaveLength(expected.certificates)
    expect(idp.wantAuthnRequestsSigned).toBe(expected.wantsSigned)
  })

  it('names its scopes', () => {
    expect(idp.scopes.map(({ value }) => value)).toEqual(expected.scopes)
  })

  it('the metadata can be read as a stream too', async () => {
    const { entities } = await indexAggregate(createReadStream(path(name)), { now })
    expect([...entities.keys()]).toEqual([expected.entityId])
  })
})
