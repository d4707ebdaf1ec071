/** Signing out ends the login here, whatever becomes of the identity provider. */
import { expect, it } from 'vitest'
import type { AuditEvent } from '../../src/audit/events.ts'
import type { SignIn } from '../../src/core/identity.ts'
import { Secret } from '../../src/core/secret.ts'
import { GatewayError } from '../../src/gateway/errors.ts'
import type { Gateway } from '../../src/gateway/gateway.ts'
import { readLogin } from '../../src/gateway/login/logins.ts'
import { logoutState, outcomeOf } from '../../src/gateway/logout/pending-logouts.ts'
import { signOut } from '../../src/gateway/logout/sign-out.ts'
import { createMemoryStore } from '../../src/stores/memory.ts'
import { beginLogin } from './signed-in-user.ts'

const now = () => new Date('2026-11-22T12:00:00Z')
const caller = { reference: 'reference', sourceIp: '127.0.0.1', userAgent: 'test' }
const signIn: SignIn = {
  identity: {
    provider: 'corp',
    protocol: 'saml',
    issuer: 'https://idp.example.org',
    subject: 'alice',
    attributes: new Map(),
    authenticatedAt: now(),
  },
  evidence: {
    kind: 'saml',
    response: new Secret('response'),
    issuedAt: now(),
    expiresAt: now(),
    confirmationCount: 1,
    isEncrypted: false,
  },
  logoutRef: { kind: 'saml', nameId: { value: 'alice' } },
}

const testGateway = async (metadata: () => Promise<never>) => {
  const [events, told]: [AuditEvent[], string[]] = [[], []]
  const gateway = {
    providers: new Map([['corp', { protocol: 'saml', settings: { id: 'corp', discovery: false }, metadata }]]),
    store: createMemoryStore(now),
    loginEnded: [async (id: string) => void told.push(id)],
    audit: { record: (event: AuditEvent) => void events.push(event) },
    now,
  } as unknown as Gateway
  return { gateway, events, told, login: await beginLogin(gateway.store, now, signIn, 3600) }
}

const unavailable = async () => {
  throw new GatewayError('provider.unavailable')
}

it('ends it also where the identity provider cannot be found to be asked, and knows that it was not', async () => {
  const { gateway, login, told } = await testGateway(unavailable)
  const { handle, departure } = await signOut(gateway, login, caller)
  expect(departure).toBeUndefined()
  expect(await readLogin(gateway.store, login.id)).toBeUndefined()
  expect(told).toEqual([login.id])
  expect(await outcomeOf(gateway, handle)).toEqual({ provider: 'corp', outcome: 'unheard' })
})

it('a sign-out is recorded once, also when two tabs do it at once', async () => {
  const { gateway, login, events } = await testGateway(unavailable)
  await Promise.all([signOut(gateway, login, caller), signOut(gateway, login, caller)])
  expect(events).toMatchObject([{ eventName: 'logout', reason: 'person', subject: 'alice' }])
})

it('ends it also where the provider has left the configuration', async () => {
  const { gateway, login } = await testGateway(unavailable)
  const { handle, departure } = await signOut({ ...gateway, providers: new Map() }, login, caller)
  expect(departure).toBeUndefined()
  expect(await readLogin(gateway.store, login.id)).toBeUndefined()
  expect(await outcomeOf(gateway, handle)).toEqual({ provider: 'corp', outcome: 'unheard' })
})

it('a sign-out is found by its state in the browser that began it, and by nothing else', async () => {
  const { gateway, login } = await testGateway(unavailable)
  const { handle } = await signOut(gateway, login, caller)
  const outcomeFor = async (broughtBack: object) => (await outcomeOf(gateway, handle, broughtBack))?.outcome
  expect(await outcomeFor({ state: logoutState(handle) })).toBe('returned')
  expect(await outcomeFor({ answer: 'unsigned' })).toBe('unsigned')
  for (const broughtBack of [{ state: 'x' }, { state: [logoutState(handle)] }, { answer: 'complete' }, {}])
    expect(await outcomeFor(broughtBack)).toBe('unheard')
})

it('hides no defect', async () => {
  const { gateway, login } = await testGateway(async () => {
    throw new TypeError('a mistake of ours')
  })
  await expect(signOut(gateway, login, caller)).rejects.toThrow('a mistake of ours')
  expect(await readLogin(gateway.store, login.id)).toBeUndefined()
})

it('knows nothing of a logout that never was', async () => {
  const { gateway } = await testGateway(unavailable)
  expect(await outcomeOf(gateway, undefined)).toBeUndefined()
  expect(await outcomeOf(gateway, '')).toBeUndefined()
  expect(await outcomeOf(gateway, 'made-up')).toBeUndefined()
})
