/** Attributes as identity providers send them: in several statements, one name twice, a NameID as value (B.1, B.4). */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  ACCOUNT,
  ATTRIBUTE,
  attributesFor,
  base64,
  call,
  LONG_ROLE,
  newKeys,
  PROVIDER,
  ROLE,
  type Running,
  responseXml,
  sign,
  start,
  stateFor,
} from './support.ts'

const PERSON = 'urn:oid:1.3.6.1.4.1.5923.1.1.1'
const TARGETED = `arn:aws:iam::${ACCOUNT}:role/Targeted`

const keys = await newKeys()
let aws: Running
beforeAll(async () => {
  const state = stateFor(keys)
  const trustPolicy = {
    Version: '2012-10-17',
    Statement: {
      Effect: 'Allow',
      Principal: { Federated: PROVIDER },
      Action: 'sts:AssumeRoleWithSAML',
      Condition: {
        'ForAnyValue:StringEquals': { 'saml:edupersontargetedid': 'opaque-1' },
        'ForAllValues:StringEquals': { 'saml:edupersonaffiliation': ['staff', 'member'] },
        Null: { 'saml:edupersonaffiliation': 'false' },
      },
    },
  }
  aws = await start({ ...state, roles: [...state.roles, { arn: TARGETED, trustPolicy }] })
})
afterAll(() => aws.close())

const attribute = (name: string, ...values: readonly string[]): string =>
  `<a:Attribute Name="${name}">${values.map((value) => `<a:AttributeValue>${value}</a:AttributeValue>`).join('')}</a:Attribute>`

/** With these attributes besides, in a statement of their own. */
const take = async (
  role: string,
  attributes: Readonly<Record<string, readonly string[]>>,
  ...more: readonly string[]
) => {
  const xml = responseXml(new Date(), { attributes })
  const statement = `</a:AttributeStatement><a:AttributeStatement>${more.join('')}</a:AttributeStatement></a:Assertion>`
  const whole = xml.replace('</a:AttributeStatement></a:Assertion>', statement)
  return call(aws.url, {
    Action: 'AssumeRoleWithSAML',
    RoleArn: role,
    PrincipalArn: PROVIDER,
    SAMLAssertion: base64(sign(whole, keys)),
  })
}

const targetedId = (id: string): string => attribute(`${PERSON}.10`, `<a:NameID>${id}</a:NameID>`)
const staff = attribute(`${PERSON}.1`, 'staff')

describe('The subject of an assertion', () => {
  it.each(['alice<!-- -->.evil', 'alice.<!---->evil', '<!-- -->alice.evil<!-- -->'])(
    'the subject of an assertion is the whole text, whatever comments were put into it after signing: %s',
    async (text) => {
      const nameId = '<a:NameID>alice.evil</a:NameID>'
      const signed = sign(responseXml(new Date(), { nameId }), keys)
      const answer = await call(aws.url, {
        Action: 'AssumeRoleWithSAML',
        RoleArn: ROLE,
        PrincipalArn: PROVIDER,
        SAMLAssertion: base64(signed.replace('>alice.evil<', `>${text}<`)),
      })
      expect(signed).toContain('>alice.evil<')
      expect([answer.status, answer.element('Subject')]).toEqual([200, 'alice.evil'])
    },
  )
})

describe('The attributes of an assertion', () => {
  it('attributes of one name add up, wherever they stand', async () => {
    const pairOf = (role: string): string => attribute(`${ATTRIBUTE}Role`, `${role},${PROVIDER}`)
    expect((await take(ROLE, attributesFor(LONG_ROLE), staff)).status).toBe(403)
    expect((await take(ROLE, attributesFor(LONG_ROLE), pairOf(ROLE))).status).toBe(200)
    expect((await take(ROLE, attributesFor(ROLE), pairOf(LONG_ROLE))).status).toBe(200)
  })

  it('attributes that may have one value have too many in two attributes', async () => {
    const second = attribute(`${ATTRIBUTE}RoleSessionName`, 'mallory')
    expect((await take(ROLE, attributesFor(), second)).error).toMatch(/^InvalidIdentityToken: RoleSessionName/)
  })

  it.each([
    ['with the NameID that the policy names', [staff, targetedId('opaque-1')], 200],
    ['with another', [staff, targetedId('opaque-2')], 403],
    [
      'with one value more than the policy knows',
      [staff, targetedId('opaque-1'), attribute(`${PERSON}.1`, 'guest')],
      403,
    ],
    ['without affiliation', [targetedId('opaque-1')], 403],
  ])('reach the trust policy %s', async (_, more, status) => {
    expect((await take(TARGETED, attributesFor(TARGETED), ...more)).status).toBe(status)
  })
})
