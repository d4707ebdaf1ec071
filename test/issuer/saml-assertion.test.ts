/** What the gateway says to AWS in a response of its own, read back by a parser that is not ours. */
import { DOMParser } from '@xmldom/xmldom'
import { beforeAll, describe, expect, it } from 'vitest'
import { type AssertionForAws, assertionForAws, type SamlIssuer, samlIssuer } from '../../src/issuer/saml-assertion.ts'
import { makeKeyPair } from '../demo/keys.ts'

const AWS = 'https://aws.amazon.com/SAML/Attributes/'
const NOW = new Date('2026-11-22T12:00:00Z')

let issuer: SamlIssuer
beforeAll(async () => {
  issuer = samlIssuer('https://aws.example.com', await makeKeyPair())
})

const wanted: AssertionForAws = {
  nameId: { value: 'alice', nameQualifier: 'https://idp.example.com' },
  authenticatedAt: new Date('2026-11-22T11:00:00Z'),
  recipient: 'https://signin.aws.amazon.com/saml',
  audience: 'urn:amazon:webservices',
  roleArn: 'arn:aws:iam::111122223333:role/Developer',
  providerArn: 'arn:aws:iam::111122223333:saml-provider/fedgate',
  sessionName: 'alice@example.com',
  sourceIdentity: undefined,
  tags: new Map(),
  transitiveTags: [],
  durationSeconds: 3600,
  attributes: new Map(),
}

/** The attributes of AWS's own, without their prefix. */
const attributesOf = async (
  changes: Partial<AssertionForAws>,
): Promise<Readonly<Record<string, readonly string[]>>> => {
  const response = (await assertionForAws(issuer, { ...wanted, ...changes }, NOW)).reveal()
  const document = new DOMParser().parseFromString(Buffer.from(response, 'base64').toString(), 'text/xml')
  const attributes = Array.from(document.getElementsByTagNameNS('*', 'Attribute'))
  return Object.fromEntries(
    attributes.map((attribute) => [
      (attribute.getAttribute('Name') ?? '').replace(AWS, ''),
      Array.from(attribute.getElementsByTagNameNS('*', 'AttributeValue')).map(({ textContent }) => textContent ?? ''),
    ]),
  )
}

describe('a response of the gateway for AWS', () => {
  it('a response of the gateway for AWS has an attribute for each tag, the transitive keys and the source identity, by the names of B.4', async () => {
    const tags = new Map([
      ['CostCenter', '4711'],
      ['Team name', 'blå/grün + red'],
    ])
    expect(await attributesOf({ tags, transitiveTags: ['CostCenter'], sourceIdentity: 'alice' })).toEqual({
      Role: ['arn:aws:iam::111122223333:role/Developer,arn:aws:iam::111122223333:saml-provider/fedgate'],
      RoleSessionName: ['alice@example.com'],
      SessionDuration: ['3600'],
      'PrincipalTag:CostCenter': ['4711'],
      'PrincipalTag:Team name': ['blå/grün + red'],
      TransitiveTagKeys: ['CostCenter'],
      SourceIdentity: ['alice'],
    })
  })

  it('a response of the gateway for AWS is about the given user, with the time of their sign-in', async () => {
    const response = Buffer.from((await assertionForAws(issuer, wanted, NOW)).reveal(), 'base64').toString()
    const document = new DOMParser().parseFromString(response, 'text/xml')
    const nameId = document.getElementsByTagNameNS('*', 'NameID')[0]
    expect(nameId?.textContent).toBe('alice')
    expect(nameId?.getAttribute('NameQualifier')).toBe('https://idp.example.com')
    const statement = document.getElementsByTagNameNS('*', 'AuthnStatement')[0]
    expect(statement?.getAttribute('AuthnInstant')).toMatch(/^2026-11-22T11:00:00(?:\.000)?Z$/)
  })

  it('a response of the gateway for AWS has none of them without tags and source identity: AWS would ask for permissions all the same', async () => {
    expect(Object.keys(await attributesOf({}))).toEqual(['Role', 'RoleSessionName', 'SessionDuration'])
  })

  it.each([
    ['a tag that AWS does not take', { tags: new Map([['Team', 'a;b']]) }, 'issuer.session_tags_invalid'],
    ['a transitive key without a tag', { transitiveTags: ['Team'] }, 'issuer.session_tags_invalid'],
    ['a source identity that AWS does not take', { sourceIdentity: 'al ice' }, 'issuer.source_identity_invalid'],
  ])('a response of the gateway for AWS is not signed with %s', async (_, changes, code) => {
    await expect(assertionForAws(issuer, { ...wanted, ...changes }, NOW)).rejects.toMatchObject({ code })
  })
})
