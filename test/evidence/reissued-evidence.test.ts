/** What the gateway itself says to AWS of a user, and that every prediction is made of the same. */
import { describe, expect, it } from 'vitest'
import type { ProviderConfig } from '../../src/config/types.ts'
import { parseRoleArn, type RoleArn } from '../../src/core/arn.ts'
import type { Identity } from '../../src/core/identity.ts'
import { type EvidenceToPresent, presentEvidence } from '../../src/evidence/presented-evidence.ts'
import { reissuedAssertion, reissuedToken, reissuedTokenForPool } from '../../src/evidence/reissued-evidence.ts'
import { identity } from '../access/identities.ts'

const roleOf = (arn: string): RoleArn => parseRoleArn(arn) ?? expect.fail(arn)
const role = roleOf('arn:aws:iam::111122223333:role/Developer')
const inChina = roleOf('arn:aws-cn:iam::444455556666:role/Developer')
const nowhere = roleOf('arn:aws-moon:iam::111122223333:role/Developer')

const openid = (amr: readonly string[], rest: Partial<Identity> = {}): Identity =>
  identity({ amr }, { protocol: 'oidc', ...rest })

describe("a token of the gateway's own", () => {
  it('says how the user signed in, and at which provider', () => {
    expect(reissuedToken(openid(['pwd', 'otp']))).toEqual({
      subject: 'alice',
      methods: ['pwd', 'otp', 'provider:corp'],
    })
  })

  it('lets no provider say that it is another', () => {
    expect(reissuedToken(openid(['provider:production', 'pwd'])).methods).toEqual(['pwd', 'provider:corp'])
  })

  it('believes a method of sign-in from OpenID providers only, where the claim means that', () => {
    expect(reissuedToken(openid(['pwd'], { protocol: 'saml' })).methods).toEqual(['provider:corp'])
  })

  it('names the provider in its subject where an identity pool gets it, which reads no methods', () => {
    const configured = { protocol: 'oidc' } as ProviderConfig
    expect(reissuedTokenForPool(openid([]), configured).subject).toBe('corp:alice')
    expect(reissuedTokenForPool(openid([], { provider: 'partner' }), configured).subject).toBe('partner:alice')
  })

  it.each([
    ['member of a federation', { protocol: 'saml', discovery: true }],
    ['tenant', { protocol: 'oidc', issuerTemplate: 'https://login.example/{tenantid}' }],
  ])("gives no %s the pool's identity of another one's user", (_, configured) => {
    const subjectOf = (issuer: string) =>
      reissuedTokenForPool(openid([], { issuer }), configured as ProviderConfig).subject
    const [one, other] = [subjectOf('https://one.example'), subjectOf('https://other.example')]
    expect(one).toMatch(/^corp:[\w-]{32}:alice$/)
    expect(other).toMatch(/^corp:[\w-]{32}:alice$/)
    expect(one).not.toBe(other)
  })
})

describe("an assertion of the gateway's own", () => {
  it('names the provider that vouched beside the subject, as another may have the same', () => {
    const nameIdOf = (issuer: string) => reissuedAssertion(identity({}, { issuer }), 'fedgate')(role).nameId
    const format = 'urn:oasis:names:tc:SAML:2.0:nameid-format:persistent'
    expect(nameIdOf('https://partner.example')).toEqual({
      value: 'alice',
      format,
      nameQualifier: 'https://partner.example',
    })
  })

  it('keeps the format of a NameID', () => {
    const subjectFormat = 'urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress'
    expect(reissuedAssertion(identity({}, { subjectFormat }), 'fedgate')(role).nameId.format).toBe(subjectFormat)
  })

  it("an assertion of the gateway's own is for AWS in the partition of the role, by the provider of its account", () => {
    expect(reissuedAssertion(identity(), 'fedgate')(inChina)).toMatchObject({
      providerArn: 'arn:aws-cn:iam::444455556666:saml-provider/fedgate',
      aws: { recipient: 'https://signin.amazonaws.cn/saml', audience: 'urn:amazon:webservices:cn-north-1' },
    })
    expect(reissuedAssertion(identity(), 'fedgate')(nowhere).aws).toBeUndefined()
  })

  it("an assertion of the gateway's own has the attributes of condition keys by the names that AWS knows, and no others", () => {
    const said = identity({ eduPersonAffiliation: ['staff'], shoeSize: ['44'] })
    expect(reissuedAssertion(said, 'fedgate')(role).attributes).toEqual(
      new Map([['urn:oid:1.3.6.1.4.1.5923.1.1.1.1', ['staff']]]),
    )
  })

  it("an assertion of the gateway's own has no attribute of AWS's own that the identity provider sent", () => {
    const names = ['Role', 'RoleSessionName', 'PrincipalTag:Team', 'SourceIdentity', 'SessionDuration']
    const said = Object.fromEntries(names.map((name) => [`https://aws.amazon.com/SAML/Attributes/${name}`, ['x']]))
    expect(reissuedAssertion(identity(said), 'fedgate')(role).attributes).toEqual(new Map())
  })
})

describe('the prediction', () => {
  const toPresent = (who: Identity, exchange: ProviderConfig['exchange']): EvidenceToPresent => ({
    provider: { id: 'corp', exchange } as ProviderConfig,
    identity: who,
    original: { kind: 'web-identity', claims: { iss: 'https://elsewhere.example', sub: 'somebody else' } },
    issuers: {
      samlEntityId: 'https://aws.example.com/idp/metadata',
      webIdentity: { url: 'https://aws.example.com', audience: 'sts.amazonaws.com' },
    },
  })

  it("the prediction is of the assertion that is sent, whatever the provider's own evidence says", () => {
    const who = identity({ eduPersonAffiliation: ['staff'] })
    const one = toPresent(who, { via: 'saml', evidence: 'reissued', provider: 'fedgate' })
    const presented = presentEvidence(one)(role)
    const { nameId, providerArn, aws } = reissuedAssertion(who, 'fedgate')(role)
    expect(presented).toMatchObject({
      nameId,
      principal: providerArn,
      recipient: aws?.recipient,
      audiences: [aws?.audience],
    })
    const values = new Map(presented.identity.map((each) => [each.key, each.values]))
    expect(values.get('saml:iss')).toEqual(['https://aws.example.com/idp/metadata'])
    expect(values.get('saml:sub')).toEqual(['alice'])
    expect(values.get('saml:edupersonaffiliation')).toEqual(['staff'])
  })

  it('the prediction is of the token that is sent', () => {
    const one = toPresent(openid(['pwd', 'provider:other']), { via: 'web-identity', evidence: 'reissued' })
    const { principal, identity: keys } = presentEvidence(one)(role)
    expect(principal).toBe('arn:aws:iam::111122223333:oidc-provider/aws.example.com')
    const values = new Map(keys.map((each) => [each.key, each.values]))
    expect(values.get('aws.example.com:sub')).toEqual(['alice'])
    expect(values.get('aws.example.com:amr')).toEqual(['pwd', 'provider:corp'])
  })
})
