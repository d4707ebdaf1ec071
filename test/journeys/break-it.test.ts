/** The page that sends broken messages: the gateway and the local AWS judge each for themselves, and both say why. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { unescapeMarkup } from '../harness/html.ts'
import { HttpBrowser, type Page } from '../harness/http-browser.ts'
import { startTestGateway, type TestGateway } from '../harness/test-gateway.ts'

let testGateway: TestGateway
let samlIdp: string
beforeAll(async () => {
  testGateway = await startTestGateway()
  samlIdp = testGateway.samlIdp
})
afterAll(() => testGateway.close())

interface Answer {
  readonly verdict: string
  readonly status: string
  readonly code: string | undefined
  readonly says: string
}

/** The box of one receiver. */
const answerOf = ({ body }: Page, name: string): Answer => {
  const box = new RegExp(`<section aria-label="${name}">([\\s\\S]*?)</section>`).exec(body)?.[1] ?? ''
  const value = (term: string) => {
    const found = new RegExp(`<dt>${term}</dt><dd>([^<]*)</dd>`).exec(box)?.[1]
    return found === undefined ? undefined : unescapeMarkup(found)
  }
  return {
    verdict: /<p class="verdict[^>]*>(\w+)</.exec(box)?.[1] ?? '',
    status: value('HTTP status') ?? '',
    code: value('Code'),
    says: value('Message') ?? '',
  }
}

const send = async (name: string): Promise<{ gateway: Answer; aws: Answer }> => {
  const browser = new HttpBrowser()
  const from = `${samlIdp}/break-it`
  const page = await browser.post(`${from}/${name}`, {}, { from })
  return { gateway: answerOf(page, 'Gateway'), aws: answerOf(page, 'AWS') }
}

const DENIED = 'Not authorized to perform sts:AssumeRoleWithSAML'

const accepted = { verdict: 'Accepted', status: '200' }
const refused = { verdict: 'Refused' }

/** AWS's codes and words: aws-facts A.4. */
const expected = {
  whole: { gateway: accepted, aws: accepted },
  'wrong-audience': {
    gateway: { ...refused, status: '403', code: 'saml.audience_mismatch' },
    aws: { ...refused, status: '400', code: 'InvalidIdentityToken' },
  },
  expired: {
    gateway: { ...refused, status: '403', code: 'saml.confirmation_expired' },
    aws: { ...refused, status: '400', code: 'ExpiredTokenException' },
  },
  unsigned: {
    gateway: { ...refused, status: '403', code: 'saml.signature_missing' },
    aws: { ...refused, status: '400', code: 'InvalidIdentityToken', says: 'Response signature invalid' },
  },
  'wrong-signer': {
    gateway: { ...refused, status: '403', code: 'saml.signature_invalid' },
    aws: { ...refused, status: '400', code: 'InvalidIdentityToken', says: 'Response signature invalid' },
  },
  replayed: { gateway: { ...refused, status: '409', code: 'saml.replayed' }, aws: accepted },
  'missing-tag-session': { gateway: accepted, aws: { ...refused, status: '403', code: 'AccessDenied', says: DENIED } },
  'wrong-group': { gateway: accepted, aws: { ...refused, status: '403', code: 'AccessDenied', says: DENIED } },
} as const

describe('a message that is broken in one way', () => {
  it.each(Object.entries(expected))('%s: both say what they make of it', async (name, { gateway, aws }) => {
    const answers = await send(name)
    expect(answers.gateway).toMatchObject(gateway)
    expect(answers.aws).toMatchObject(aws)
  })

  it('every kind of broken message is on the page once', async () => {
    const page = await new HttpBrowser().open(`${samlIdp}/break-it`)
    const names = page.forms.map(({ action }) => action.slice(`${samlIdp}/break-it/`.length))
    expect(names.toSorted()).toEqual(Object.keys(expected).toSorted())
  })

  it('a user in no group has no role to choose at the gateway', async () => {
    expect((await send('wrong-group')).gateway.says).toBe('alice is signed in, and may take no role.')
    expect((await send('whole')).gateway.says).toContain('Developer in Production')
  })

  it('a page of no such kind is no page', async () => {
    const page = await new HttpBrowser().post(`${samlIdp}/break-it/constructor`, {}, { from: samlIdp })
    expect(page.status).toBe(404)
  })
})
