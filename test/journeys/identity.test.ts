/** GET /identity of the demo's users: what AWS will see of them, and what it will say. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { unescapeMarkup } from '../harness/html.ts'
import { HttpBrowser } from '../harness/http-browser.ts'
import { signIn } from '../harness/sign-in.ts'
import { startTestGateway, type TestGateway } from '../harness/test-gateway.ts'

let testGateway: TestGateway
beforeAll(async () => {
  testGateway = await startTestGateway()
})
afterAll(() => testGateway.close())

const identityOf = async (provider: string, username: string): Promise<string> => {
  const browser = new HttpBrowser()
  await signIn(browser, { gateway: testGateway.gateway, provider, username })
  const { body } = await browser.open(`${testGateway.gateway}/identity`)
  return unescapeMarkup(body.replaceAll('<wbr>', '').replace(/<[^>]*>/g, ' ')).replace(/\s+/g, ' ')
}

describe('alice, by SAML', () => {
  let text: string
  beforeAll(async () => {
    text = await identityOf('corp', 'alice')
  })

  it('sees each condition key with its value and where it is from', () => {
    expect(text).toContain('saml:aud https://signin.aws.amazon.com/saml SubjectConfirmationData/@Recipient')
    expect(text).toContain('saml:edupersonaffiliation staff Attribute urn:oid:1.3.6.1.4.1.5923.1.1.1.1')
    expect(text).toContain('aws:RequestTag/CostCenter 4711')
  })

  it('sees which of them are not the same in both accounts', () => {
    expect(text).toMatch(/saml:doc 111122223333\/fedgate value for the first account/)
    expect(text).not.toMatch(/saml:sub alice value for the first account/)
  })

  it('sees what AWS ignores', () => {
    expect(text).toMatch(/What AWS ignores Trust policies can’t use these\..* groups aws-dev/)
  })

  it('sees the session to be', () => {
    expect(text).toMatch(
      /Session name alice@example\.com Source identity alice Tags CostCenter = 4711 passed on when chaining roles/,
    )
    expect(text).toMatch(/Size of the tags about \d+ % of what AWS allows/)
  })

  it('sees that AWS will let her take each of her roles, and by which statement', () => {
    expect(text).toContain('2 allowed . Calculated here without contacting AWS.')
    expect(text).toMatch(/Production 111122223333 Allowed Developer .*Sandbox 444455556666 Allowed Developer /)
    expect(text).toContain('Statement[0] · SAML:aud (StringEquals) https://signin.aws.amazon.com/saml')
    expect(text).not.toContain('sts:TagSession · ')
  })
})

describe('bob, by OpenID', () => {
  it('sees that neither tags nor a source identity can be added to the word of his provider', async () => {
    const text = await identityOf('openid', 'bob')
    expect(text).toContain('Without sessionTags.CostCenter AWS sees only what openid itself has signed')
    expect(text).toContain('Production 111122223333 Allowed Administrator')
  })
})

describe('carol, who has no role', () => {
  it('carol is told so', async () => {
    expect(await identityOf('corp', 'carol')).toContain('You don’t have any roles.')
  })
})
