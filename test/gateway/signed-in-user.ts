/** A gateway that is only a store, a clock and a rule, with users signed in: for what is kept of them. */
import type { AuditEvent } from '../../src/audit/events.ts'
import type { AccessRule } from '../../src/config/types.ts'
import type { Identity, SignIn } from '../../src/core/identity.ts'
import { linearPattern } from '../../src/core/patterns/linear.ts'
import { Secret } from '../../src/core/secret.ts'
import type { Gateway } from '../../src/gateway/gateway.ts'
import { addToIndex, type LoginIndex, refuseSignedOut } from '../../src/gateway/login/login-index.ts'
import { type Login, newLogin, putLogin, settleLogin, storeSignIn } from '../../src/gateway/login/logins.ts'
import type { Clock, Store } from '../../src/gateway/ports.ts'
import { createMemoryStore } from '../../src/stores/memory.ts'
import { samlProvider, sampleConfig } from './configured.ts'

const NOON = Date.parse('2026-11-22T12:00:00Z')

export const roleArn = (name: string): string => `arn:aws:iam::111122223333:role/${name}`

/** Whoever has the group `team-x` may take the role `x`. */
const access: readonly AccessRule[] = [
  {
    when: {
      conditions: [{ attribute: 'groups', anyOf: [{ kind: 'pattern', pattern: linearPattern('team-(?<role>\\w+)') }] }],
    },
    roles: ['arn:aws:iam::111122223333:role/{role}'],
    line: 1,
  },
]

export const gatewayWithUser = ([first, ...others]: readonly [string, ...string[]] = ['first'], kept?: Store) => {
  let at = NOON
  const now = (): Date => new Date(at)
  const store = kept ?? createMemoryStore(now)
  const gateway = {
    settings: {
      ...sampleConfig,
      session: {
        ...sampleConfig.session,
        secrets: [new Secret(first), ...others.map((other) => new Secret(other))] as const,
      },
      accounts: new Map(),
      roles: [],
      access,
    },
    providers: new Map([['corp', samlProvider()]]),
    store,
    loginEnded: [],
    audit: { record: async ({ referenceId }: AuditEvent) => referenceId },
    now,
  }
  return {
    gateway,
    store,
    now,
    wait: (seconds: number): void => {
      at += seconds * 1000
    },
  }
}

export const signInAs = (said: Partial<Identity>, at: Date): SignIn => ({
  identity: {
    provider: 'corp',
    protocol: 'saml',
    issuer: 'https://idp.example.org',
    subject: 'alice',
    attributes: new Map([['groups', ['team-Dev', 'team-Ops', 'team-Audit']]]),
    authenticatedAt: at,
    ...said,
  },
  evidence: {
    kind: 'saml',
    response: new Secret('response'),
    issuedAt: at,
    expiresAt: new Date(at.getTime() + 300_000),
    confirmationCount: 1,
    isEncrypted: false,
  },
  logoutRef: { kind: 'saml', nameId: { value: said.subject ?? 'alice' } },
})

/** Stores the sign-in and begins its login, as the ACS and the finish step do. */
export const beginLogin = async (store: Store, now: Clock, signIn: SignIn, lifetimeSeconds: number): Promise<Login> => {
  const stored = await storeSignIn(store, signIn, new Date(now().getTime() + 300_000))
  const login = newLogin(now(), stored, lifetimeSeconds)
  await putLogin(store, login, stored)
  await settleLogin(store, login, stored)
  return login
}

/** Signed in for eight hours. */
export const enterAs = (gateway: Pick<Gateway, 'store' | 'now'>, said: Partial<Identity> = {}): Promise<Login> =>
  beginLogin(gateway.store, gateway.now, signInAs(said, gateway.now()), 8 * 3600)

/** Puts a stored login into the index and looks for logouts, as the finish step does. */
export const enterIndex = async (index: LoginIndex, login: Login, arrivedAt: Date, begunAt?: Date): Promise<void> => {
  await addToIndex(index, login)
  await refuseSignedOut(index, login, arrivedAt, begunAt)
}
