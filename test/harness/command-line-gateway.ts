/** A gateway for a command line: one SAML provider, two roles, and a clock that the test moves. */
import { HttpBrowser } from './http-browser.ts'
import { postAnswer } from './sign-in.ts'
import {
  type Keys,
  type ReservedGateway,
  reserveGateway,
  startConfiguredGateway,
  type TestGatewayPlan,
} from './test-gateway.ts'
import { answerOf, createTestIdp } from './test-idp.ts'

export const DEVELOPER = 'arn:aws:iam::111122223333:role/Developer'
export const ADMIN = 'arn:aws:iam::111122223333:role/Admin'

export interface CommandLineGateway extends ReservedGateway {
  /** A browser in which this user is signed in. They may take DEVELOPER, and ADMIN after a recent sign-in. */
  signIn(subject: string): Promise<HttpBrowser>
  /** What the provider posts when the browser is sent there. */
  answer(visitor: HttpBrowser, subject: string): Promise<void>
  /** Moves the gateway's clock ahead. */
  pass(minutes: number): void
}

export const startCommandLineGateway = async (
  keys: Keys = {},
  plan: TestGatewayPlan = {},
): Promise<CommandLineGateway> => {
  let ahead = 0
  const now = () => new Date(Date.now() + ahead)
  const corp = await createTestIdp('corp')
  const gateway = await startConfiguredGateway(
    await reserveGateway(),
    {
      session: { secret: 'only for tests, and long enough for them', idle: '30m', lifetime: '2h' },
      providers: [{ id: 'corp', label: 'Example Corp', protocol: 'saml', metadata: './corp.xml' }],
      accounts: { '111122223333': { name: 'Production' } },
      roles: [
        { match: DEVELOPER, alias: 'dev', maxSessionDuration: '4h' },
        { match: ADMIN, maxAuthAge: '30m' },
      ],
      access: [{ when: { provider: 'corp', groups: 'aws' }, roles: [DEVELOPER, ADMIN] }],
      ...keys,
    },
    { ...plan, files: { 'corp.xml': corp.metadata, ...plan.files }, now },
  )
  const answer = async (visitor: HttpBrowser, subject: string): Promise<void> => {
    const says = { subject, attributes: { groups: ['aws'], displayName: [subject] }, now: now() }
    await postAnswer(visitor, await answerOf(corp, visitor, gateway.url, 'corp', says))
  }
  return {
    ...gateway,
    answer,
    signIn: async (subject) => {
      const visitor = new HttpBrowser()
      await answer(visitor, subject)
      return visitor
    },
    pass: (minutes) => {
      ahead += minutes * 60_000
    },
  }
}
