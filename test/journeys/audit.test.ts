/** What the audit log says of a day's work: every login, refusal and exchange, and never a secret. */
import { beforeAll, describe, expect, it } from 'vitest'
import { refusalIn } from '../harness/html.ts'
import { formWith, HttpBrowser, type Page } from '../harness/http-browser.ts'
import { answerAtProvider, CALLBACK, FINISH, postAnswer, samlAnswer, signIn } from '../harness/sign-in.ts'
import { type AuditLine, auditLines, startTestGateway } from '../harness/test-gateway.ts'
import { holds } from '../held/holds.ts'

const ROLE = 'arn:aws:iam::111122223333:role/Developer'

let text: string
let operatorLog: string
let metrics: string
let lines: readonly AuditLine[]
/** Everything that was secret that day, by what it was. */
const secrets = new Map<string, string>()
let refusals: Readonly<Record<'tampered' | 'stolen' | 'denied', string>>

const keep = (what: string, value: string | null | undefined): void => {
  if (!value) throw new Error(`there was no ${what}`)
  secrets.set(what, value)
}

const keepCookies = (who: string, browser: HttpBrowser): void =>
  browser.cookies.values.forEach((value, n) => {
    // Such as the provider chosen last: no secret, and the log names it.
    if (value.length < 20) return
    keep(`${who}'s cookie ${n}`, value)
    // Signed cookies: the id alone would do for a thief who has the key.
    if (value.startsWith('s%3A')) keep(`${who}'s session id ${n}`, value.slice(4).split('.')[0])
  })

const keepCredentials = (who: string, page: Page): void => {
  const json = /aria-label="Credentials, JSON"><code>([^<]*)</.exec(page.body)?.[1] ?? ''
  const credentials = JSON.parse(json.replaceAll('&quot;', '"')) as Record<string, string>
  keep(`${who}'s secret access key`, credentials.SecretAccessKey)
  keep(`${who}'s session token`, credentials.SessionToken)
}

/** By SAML: refused, signed in, credentials, a role that is not granted, the console, signed out. */
const aliceBySaml = async (gateway: string) => {
  const browser = new HttpBrowser()
  const answer = await samlAnswer(browser, { gateway, provider: 'corp', username: 'alice' })
  keep('the assertion', answer.SAMLResponse.slice(400, 600))
  keep('the RelayState', answer.RelayState)
  const forged = Buffer.from(answer.SAMLResponse, 'base64').toString().replace('aws-dev', 'aws-admin')
  const tampered = await postAnswer(browser, { ...answer, SAMLResponse: Buffer.from(forged).toString('base64') })
  const { location } = await postAnswer(browser, answer, { stopBefore: FINISH })
  keep('the finish handle', new URL(location ?? '').searchParams.get('handle'))
  const page = await browser.open(location ?? '')
  const form = formWith(page, 'role', ROLE)
  keep('the CSRF token', form.fields.csrf)
  keepCredentials('alice', await browser.submit(page, form, { duration: '900' }))
  const denied = await browser.submit(page, form, { role: ROLE.replace('Developer', 'Administrator') })
  const console = { ...form, action: `${gateway}/roles/console` }
  const { location: login } = await browser.submit(page, console, {}, { stopBefore: /\/federation\?/ })
  keep('the sign-in token', new URL(login ?? '').searchParams.get('SigninToken'))
  keepCookies('alice', browser)
  const question = await browser.open(`${gateway}/logout`)
  await browser.submit(question, formWith(question, 'csrf'))
  return { tampered: refusalIn(tampered.body).reference, denied: refusalIn(denied.body).reference }
}

/** By OpenID: signed in, credentials; and somebody who has stolen the finish address of a second sign-in. */
const bobByOpenId = async (gateway: string) => {
  const [browser, thief] = [new HttpBrowser(), new HttpBrowser()]
  const attempt = { gateway, provider: 'openid', username: 'bob' }
  const { location: callback } = await answerAtProvider(browser, attempt, { stopBefore: CALLBACK })
  keep('the code', new URL(callback ?? '').searchParams.get('code'))
  keep('the state', new URL(callback ?? '').searchParams.get('state'))
  const page = await browser.open(callback ?? '')
  keepCredentials('bob', await browser.submit(page, formWith(page, 'role')))
  const { location: finish } = await signIn(browser, attempt, { stopBefore: FINISH })
  keep("bob's finish handle", new URL(finish ?? '').searchParams.get('handle'))
  const stolen = await thief.open(finish ?? '')
  keepCookies('bob', browser)
  return { stolen: refusalIn(stolen.body).reference }
}

beforeAll(async () => {
  const testGateway = await startTestGateway()
  refusals = { ...(await aliceBySaml(testGateway.gateway)), ...(await bobByOpenId(testGateway.gateway)) }
  metrics = await (await fetch(`${testGateway.gateway}/metrics`)).text()
  text = await testGateway.close()
  operatorLog = testGateway.log.join('\n')
  lines = auditLines(text)
})

const named = (eventName: string, subject?: string): readonly AuditLine[] =>
  lines.filter((line) => line.eventName === eventName && (subject === undefined || line.subject === subject))

describe('the audit log', () => {
  it('the audit log has a line for everything that happened, in order', () => {
    expect(lines.map(({ eventName, subject }) => `${eventName} ${subject ?? '-'}`)).toEqual([
      'login.refused -',
      'login alice',
      'exchange alice',
      'exchange.denied alice',
      'exchange alice',
      'console alice',
      'logout alice',
      'login bob',
      'exchange bob',
      'login.refused bob',
    ])
  })

  it('says who signed in, by what, and from where', () => {
    expect(named('login', 'alice')[0]).toMatchObject({
      provider: 'corp',
      protocol: 'saml',
      issuer: expect.stringMatching(/\/metadata$/),
      sourceIPAddress: '127.0.0.1',
      userAgent: 'node',
      eventTime: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d/),
    })
    expect(named('login', 'bob')[0]).toMatchObject({ provider: 'openid', protocol: 'oidc' })
  })

  it('says which role was assumed, as CloudTrail will name it', () => {
    expect(named('exchange', 'alice')[0]).toMatchObject({
      requestParameters: { roleArn: ROLE, roleSessionName: 'alice@example.com', durationSeconds: 900 },
      responseElements: {
        accessKeyId: expect.stringMatching(/^ASIA/),
        assumedRoleArn: 'arn:aws:sts::111122223333:assumed-role/Developer/alice@example.com',
      },
    })
  })

  it('the audit log has the reason of a refusal under the reference that the user saw', () => {
    const of = (reference: string) => lines.find(({ referenceId }) => referenceId === reference)
    expect(of(refusals.tampered)).toMatchObject({ errorCode: 'saml.signature_digest', provider: 'corp' })
    expect(of(refusals.stolen)).toMatchObject({ errorCode: 'login.other_browser', subject: 'bob' })
    expect(of(refusals.denied)).toMatchObject({
      errorCode: 'role.not_granted',
      requestParameters: { roleArn: ROLE.replace('Developer', 'Administrator') },
    })
  })

  it('the audit log has a reference of its own on each line', () => {
    const requests = lines.filter(({ eventName }) => eventName !== 'console').map(({ referenceId }) => referenceId)
    expect(new Set(requests).size).toBe(requests.length)
  })

  it('says nothing that was secret, and neither does the log of the operator', holds('10.7'), () => {
    expect(secrets.size).toBeGreaterThanOrEqual(15)
    for (const [what, value] of secrets)
      for (const form of [value, encodeURIComponent(value), decodeURIComponent(value)]) {
        expect(text.includes(form), `${what} is in the audit log`).toBe(false)
        expect(operatorLog.includes(form), `${what} is in the log`).toBe(false)
      }
  })

  it('and the metrics say nothing of it either', () => {
    expect(metrics).toContain('fedgate_logins_total')
    for (const [what, value] of secrets) expect(metrics.includes(value), `${what} is in the metrics`).toBe(false)
  })

  it('holds neither XML nor a token', holds('10.7'), () => {
    expect(text).not.toMatch(/<\w+:?Assertion|PHNhbWxw|eyJ[\w-]+\.eyJ/)
  })

  it('and the operator’s log holds neither, nor a secret access key', () => {
    expect(operatorLog).toContain('AssumeRoleWithSAML')
    expect(operatorLog).not.toMatch(/<\w+:?Assertion|PHNhbWxw|eyJ[\w-]+\.eyJ|SecretAccessKey/)
  })
})
