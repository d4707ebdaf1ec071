/**
 * Each key from a signed assertion or token that went through validation. Expected values: aws-facts B.1 to B.3
 * and C.1, C.2, C.4, which cite the pages of the IAM User Guide on condition keys and on SAML assertions.
 */
import { createLocalJWKSet, exportJWK, generateKeyPair, jwtVerify, SignJWT } from 'jose'
import { beforeAll, describe, expect, it } from 'vitest'
import {
  carriedContext,
  conditionKeyOf,
  samlContext,
  webIdentityContext,
} from '../../src/iam/condition-keys/condition-keys.ts'
import { type ContextValue, requestContext } from '../../src/iam/condition-keys/context.ts'
import { checkAudience, decodeToken } from '../../src/local-aws/sts/web-identity/web-identity-token.ts'
import { buildIdpMetadata } from '../../src/saml/idp-metadata.ts'
import { parseIdpMetadata } from '../../src/saml/metadata.ts'
import { validateResponse } from '../../src/saml/response/validate.ts'
import { signEnveloped } from '../../src/xml/sign.ts'
import { makeKeyPair } from '../xml/keys.ts'

const valuesOf = (entries: readonly ContextValue[]): Record<string, readonly string[]> =>
  Object.fromEntries(
    [...requestContext(entries).values()].flatMap(({ key, values }) => (values.length > 0 ? [[key, values]] : [])),
  )

const now = new Date('2026-11-22T12:00:00Z')
const RECIPIENT = 'https://signin.aws.amazon.com/saml'
const ISSUER = 'https://example.com/saml'
const SAML = 'urn:oasis:names:tc:SAML:2.0:assertion'
const PERSON = 'urn:oid:1.3.6.1.4.1.5923.1.1.1'
const ORGANISATION = 'urn:oid:1.3.6.1.4.1.5923.1.2.1'
const XMLSOAP = 'http://schemas.xmlsoap.org/ws/2005/05/identity/claims'

/** In the order of AWS's own tables: eduPerson, eduOrg, Active Directory, X.500. */
const attributes: readonly (readonly [name: string, ...values: string[]])[] = [
  [`${PERSON}.1`, 'staff', 'member'],
  [`${PERSON}.2`, 'ally'],
  [`${PERSON}.3`, 'dc=example,dc=com'],
  [`${PERSON}.4`, 'ou=it,dc=example,dc=com', 'ou=ops,dc=example,dc=com'],
  [`${PERSON}.5`, 'staff'],
  [`${PERSON}.6`, 'alice@example.com'],
  [`${PERSON}.7`, 'urn:mace:aws', 'urn:mace:other'],
  [`${PERSON}.8`, 'ou=it,dc=example,dc=com'],
  [`${PERSON}.9`, 'staff@example.com'],
  [`${PERSON}.11`, 'https://refeds.org/assurance'],
  [`${ORGANISATION}.2`, 'https://example.com/'],
  [`${ORGANISATION}.3`, 'https://example.com/policy'],
  [`${ORGANISATION}.4`, 'Example Ltd'],
  [`${ORGANISATION}.5`, 'https://example.org/'],
  [`${ORGANISATION}.6`, 'https://example.com/people'],
  ['http://schemas.xmlsoap.org/claims/CommonName', 'Alice of AD'],
  ['urn:oid:2.5.4.3', 'Alice Example'],
  [`${XMLSOAP}/name`, 'EXAMPLE\\alice'],
  [`${XMLSOAP}/givenname`, 'Alice'],
  [`${XMLSOAP}/surname`, 'Example'],
  [`${XMLSOAP}/emailaddress`, 'alice@example.com'],
  ['http://schemas.microsoft.com/ws/2008/06/identity/claims/primarygroupsid', 'S-1-5-21-513'],
  ['urn:oid:0.9.2342.19200300.100.1.1', 'alice'],
  ['urn:oid:2.5.4.45', "'0101'B"],
  ['urn:oid:0.9.2342.19200300.100.1.45', 'active'],
]

const attributeXml = ([name, ...values]: readonly [string, ...string[]]): string =>
  `<Attribute Name="${name}">${values.map((value) => `<AttributeValue>${value}</AttributeValue>`).join('')}</Attribute>`

const targetedId = `<Attribute Name="${PERSON}.10"><AttributeValue><NameID>opaque-1</NameID></AttributeValue></Attribute>`

const responseXml = (nameId: string, attributeXmls: string): string =>
  `<samlp:Response xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" ID="_r" Version="2.0" IssueInstant="2026-11-22T12:00:00Z" Destination="${RECIPIENT}" InResponseTo="_q"><Issuer xmlns="${SAML}">${ISSUER}</Issuer><samlp:Status><samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:Success"/></samlp:Status><Assertion xmlns="${SAML}" ID="_a" Version="2.0" IssueInstant="2026-11-22T12:00:00Z"><Issuer>${ISSUER}</Issuer><Subject>${nameId}<SubjectConfirmation Method="urn:oasis:names:tc:SAML:2.0:cm:bearer"><SubjectConfirmationData InResponseTo="_q" NotOnOrAfter="2026-11-22T12:05:00Z" Recipient="${RECIPIENT}"/></SubjectConfirmation></Subject><Conditions NotOnOrAfter="2026-11-22T12:05:00Z"><AudienceRestriction><Audience>urn:amazon:webservices</Audience></AudienceRestriction></Conditions><AuthnStatement AuthnInstant="2026-11-22T11:59:00Z"><AuthnContext><AuthnContextClassRef>urn:oasis:names:tc:SAML:2.0:ac:classes:Password</AuthnContextClassRef></AuthnContext></AuthnStatement><AttributeStatement>${attributeXmls}</AttributeStatement></Assertion></samlp:Response>`

describe('The keys of a signed assertion', async () => {
  const signer = await makeKeyPair()
  const metadata = buildIdpMetadata({ entityId: ISSUER, signer, ssoUrl: `${ISSUER}/sso`, sloUrl: `${ISSUER}/slo` })
  const expected = {
    idp: parseIdpMetadata(metadata, { now }),
    spEntityId: 'urn:amazon:webservices',
    acsUrl: RECIPIENT,
    inResponseTo: '_q',
    clockSkewSeconds: 0,
    maxAssertionAgeSeconds: 600,
    remembersSince: undefined,
    authnContext: [],
    signature: 'any',
    subject: 'nameId',
  } as const

  const contextOf = async (nameId: string, attributeXmls: string): Promise<ContextValue[]> => {
    const signed = await signEnveloped(responseXml(nameId, attributeXmls), { id: '_a', after: 'Issuer', signer })
    const assertion = validateResponse({ SAMLResponse: Buffer.from(signed).toString('base64') }, expected, now)
    const { issuer, recipient, nameId: verified = { value: '' } } = assertion
    const providerArn = 'arn:aws:iam::123456789012:saml-provider/MySAMLIdP'
    return samlContext({ issuer, recipient, nameId: verified, attributes: assertion.attributes, providerArn })
  }

  const PERSISTENT = '<NameID Format="urn:oasis:names:tc:SAML:2.0:nameid-format:persistent">a-1</NameID>'

  it('the keys of a signed assertion are all 32, each with its value', async () => {
    const context = await contextOf(PERSISTENT, attributes.map(attributeXml).join('') + targetedId)
    expect(valuesOf(context)).toEqual({
      'saml:iss': [ISSUER],
      'saml:aud': [RECIPIENT],
      'saml:sub': ['a-1'],
      'saml:sub_type': ['persistent'],
      'saml:namequalifier': ['1uAJanUnBc2XeUkHURMht+xam2c='],
      'saml:doc': ['123456789012/MySAMLIdP'],
      'saml:edupersonaffiliation': ['staff', 'member'],
      'saml:edupersonnickname': ['ally'],
      'saml:edupersonorgdn': ['dc=example,dc=com'],
      'saml:edupersonorgunitdn': ['ou=it,dc=example,dc=com', 'ou=ops,dc=example,dc=com'],
      'saml:edupersonprimaryaffiliation': ['staff'],
      'saml:edupersonprincipalname': ['alice@example.com'],
      'saml:edupersonentitlement': ['urn:mace:aws', 'urn:mace:other'],
      'saml:edupersonprimaryorgunitdn': ['ou=it,dc=example,dc=com'],
      'saml:edupersonscopedaffiliation': ['staff@example.com'],
      'saml:edupersontargetedid': ['opaque-1'],
      'saml:edupersonassurance': ['https://refeds.org/assurance'],
      'saml:eduorghomepageuri': ['https://example.com/'],
      'saml:eduorgidentityauthnpolicyuri': ['https://example.com/policy'],
      'saml:eduorglegalname': ['Example Ltd'],
      'saml:eduorgsuperioruri': ['https://example.org/'],
      'saml:eduorgwhitepagesuri': ['https://example.com/people'],
      'saml:cn': ['Alice Example'],
      'saml:commonName': ['Alice of AD'],
      'saml:name': ['EXAMPLE\\alice'],
      'saml:givenName': ['Alice'],
      'saml:surname': ['Example'],
      'saml:mail': ['alice@example.com'],
      'saml:primaryGroupSID': ['S-1-5-21-513'],
      'saml:uid': ['alice'],
      'saml:x500UniqueIdentifier': ["'0101'B"],
      'saml:organizationStatus': ['active'],
    })
  })

  it('take the first attribute of the document, whichever family it is of', async () => {
    const x500 = attributeXml(['urn:oid:0.9.2342.19200300.100.1.3', 'first@example.com'])
    const ad = attributeXml([`${XMLSOAP}/emailaddress`, 'second@example.com'])
    expect(valuesOf(await contextOf(PERSISTENT, x500 + ad))['saml:mail']).toEqual(['first@example.com'])
    expect(valuesOf(await contextOf(PERSISTENT, ad + x500))['saml:mail']).toEqual(['second@example.com'])
  })

  it('know an attribute by its Name and never by its FriendlyName', async () => {
    const friendly =
      '<Attribute Name="x" FriendlyName="mail"><AttributeValue>a@example.com</AttributeValue></Attribute>'
    expect(valuesOf(await contextOf(PERSISTENT, friendly))).not.toHaveProperty('saml:mail')
  })

  it('the keys of a signed assertion of a NameID without Format are of an unspecified type', async () => {
    const context = valuesOf(await contextOf('<NameID>a-1</NameID>', targetedId))
    expect(context['saml:sub_type']).toEqual(['urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified'])
  })

  it('the keys of a signed assertion that live on in the session are three', async () => {
    const context = await contextOf(PERSISTENT, attributes.map(attributeXml).join(''))
    expect(Object.keys(valuesOf(carriedContext(context)))).toEqual(['saml:sub', 'saml:sub_type', 'saml:namequalifier'])
  })
})

describe('The keys of a signed token', () => {
  let verified: (claims: Readonly<Record<string, unknown>>) => Promise<ContextValue[]>

  beforeAll(async () => {
    const { publicKey, privateKey } = await generateKeyPair('RS256', { extractable: true })
    const keys = createLocalJWKSet({ keys: [{ ...(await exportJWK(publicKey)), kid: 'k', alg: 'RS256' }] })
    verified = async (claims) => {
      const iat = Math.floor(Date.now() / 1000)
      const jwt = new SignJWT({ iat, exp: iat + 300, ...claims }).setProtectedHeader({ alg: 'RS256', kid: 'k' })
      const token = await jwt.sign(privateKey)
      const { payload } = await jwtVerify(token, keys)
      const audience = checkAudience(decodeToken(token), undefined)
      return webIdentityContext({
        issuer: String(payload.iss),
        subject: String(payload.sub),
        audience,
        claims: payload,
      })
    }
  })

  const cases: readonly (readonly [
    title: string,
    claims: Readonly<Record<string, unknown>>,
    context: Readonly<Record<string, readonly string[]>>,
    carried: readonly string[],
  ])[] = [
    [
      'a generic issuer: aud, oaud, sub, amr, azp and no claim else (C.1, C.2)',
      { iss: 'https://op.example', aud: 'app', azp: 'app', sub: 's-1', amr: ['pwd', 'otp'], groups: ['admin'] },
      {
        'op.example:aud': ['app'],
        'op.example:oaud': ['app'],
        'op.example:sub': ['s-1'],
        'op.example:amr': ['pwd', 'otp'],
        'op.example:azp': ['app'],
      },
      ['op.example:aud', 'op.example:sub', 'op.example:amr'],
    ],
    [
      'an issuer with a path, and a list of audiences: the one that counts (C.1, E.5)',
      { iss: 'https://oidc.eks.us-east-1.amazonaws.com/id/111122223333', aud: ['sts.amazonaws.com'], sub: 'system:x' },
      {
        'oidc.eks.us-east-1.amazonaws.com/id/111122223333:aud': ['sts.amazonaws.com'],
        'oidc.eks.us-east-1.amazonaws.com/id/111122223333:oaud': ['sts.amazonaws.com'],
        'oidc.eks.us-east-1.amazonaws.com/id/111122223333:sub': ['system:x'],
      },
      ['oidc.eks.us-east-1.amazonaws.com/id/111122223333:aud', 'oidc.eks.us-east-1.amazonaws.com/id/111122223333:sub'],
    ],
    [
      'GitHub (C.2)',
      {
        iss: 'https://token.actions.githubusercontent.com',
        aud: 'sts.amazonaws.com',
        sub: 'repo:acme/shop:ref:refs/heads/main',
        actor: 'alice',
        actor_id: '1',
        job_workflow_ref: 'acme/shop/.github/workflows/a.yml@refs/heads/main',
        repository: 'acme/shop',
        repository_id: '2',
        workflow: 'deploy',
        ref: 'refs/heads/main',
        environment: 'production',
        enterprise_id: '3',
        repository_owner: 'acme',
        repository_owner_id: '4',
      },
      {
        'token.actions.githubusercontent.com:aud': ['sts.amazonaws.com'],
        'token.actions.githubusercontent.com:oaud': ['sts.amazonaws.com'],
        'token.actions.githubusercontent.com:sub': ['repo:acme/shop:ref:refs/heads/main'],
        'token.actions.githubusercontent.com:actor': ['alice'],
        'token.actions.githubusercontent.com:actor_id': ['1'],
        'token.actions.githubusercontent.com:job_workflow_ref': ['acme/shop/.github/workflows/a.yml@refs/heads/main'],
        'token.actions.githubusercontent.com:repository': ['acme/shop'],
        'token.actions.githubusercontent.com:repository_id': ['2'],
        'token.actions.githubusercontent.com:workflow': ['deploy'],
        'token.actions.githubusercontent.com:ref': ['refs/heads/main'],
        'token.actions.githubusercontent.com:environment': ['production'],
        'token.actions.githubusercontent.com:enterprise_id': ['3'],
        'token.actions.githubusercontent.com:repository_owner_id': ['4'],
      },
      ['token.actions.githubusercontent.com:aud', 'token.actions.githubusercontent.com:sub'],
    ],
    [
      'Google with azp: oaud is what aud was (C.1)',
      { iss: 'https://accounts.google.com', aud: 'server', azp: 'app', sub: '110', email: 'a@example.com' },
      {
        'accounts.google.com:aud': ['app'],
        'accounts.google.com:oaud': ['server'],
        'accounts.google.com:sub': ['110'],
        'accounts.google.com:email': ['a@example.com'],
      },
      ['accounts.google.com:aud', 'accounts.google.com:sub'],
    ],
    [
      'Google without azp: aud and oaud are the same (C.1)',
      { iss: 'https://accounts.google.com', aud: 'app', sub: '110' },
      {
        'accounts.google.com:aud': ['app'],
        'accounts.google.com:oaud': ['app'],
        'accounts.google.com:sub': ['110'],
      },
      ['accounts.google.com:aud', 'accounts.google.com:sub'],
    ],
    [
      'Cognito (C.1)',
      {
        iss: 'https://cognito-identity.amazonaws.com',
        aud: 'us-east-1:pool',
        sub: 'us-east-1:person',
        amr: ['authenticated', 'accounts.google.com'],
      },
      {
        'cognito-identity.amazonaws.com:aud': ['us-east-1:pool'],
        'cognito-identity.amazonaws.com:oaud': ['us-east-1:pool'],
        'cognito-identity.amazonaws.com:sub': ['us-east-1:person'],
        'cognito-identity.amazonaws.com:amr': ['authenticated', 'accounts.google.com'],
      },
      [
        'cognito-identity.amazonaws.com:aud',
        'cognito-identity.amazonaws.com:sub',
        'cognito-identity.amazonaws.com:amr',
      ],
    ],
  ]

  it.each(cases)('the keys of a signed token: of %s', async (_, claims, context, carried) => {
    const entries = await verified(claims)
    expect(valuesOf(entries)).toEqual(context)
    expect(Object.keys(valuesOf(carriedContext(entries)))).toEqual(carried)
    for (const { key, multi } of entries.filter(({ values }) => values.length > 0))
      expect(conditionKeyOf(key), key).toMatchObject({ multi })
  })
})

describe('The keys of an access token (C.1, C.8)', () => {
  it.each([
    ['www.amazon.com', 'www.amazon.com:app_id', ['www.amazon.com:user_id', 'www.amazon.com:sub']],
    ['graph.facebook.com', 'graph.facebook.com:app_id', ['graph.facebook.com:id']],
  ])('the keys of an access token of %s are the application and the user', (issuer, application, users) => {
    const entries = webIdentityContext({ issuer, subject: 'person', audience: 'app', claims: {} })
    expect(valuesOf(entries)).toEqual({
      [application]: ['app'],
      ...Object.fromEntries(users.map((user) => [user, ['person']])),
    })
  })
})
