/** What a user may read of what they did, and that a note which fails undoes nothing. */
import { describe, expect, it } from 'vitest'
import type { AuditEvent } from '../../src/audit/events.ts'
import { StsError } from '../../src/aws/errors.ts'
import { Secret } from '../../src/core/secret.ts'
import {
  auditConsole,
  auditDenied,
  auditExchange,
  auditLogin,
  auditLogout,
  auditRenewal,
} from '../../src/gateway/audit-lines.ts'
import type { Login } from '../../src/gateway/login/logins.ts'
import type { Store } from '../../src/gateway/ports.ts'
import type { Recording } from '../../src/gateway/record.ts'
import type { TakenRole } from '../../src/gateway/roles/sts-request.ts'
import { activityOf } from '../../src/gateway/user/activity.ts'
import { preferencesOf } from '../../src/gateway/user/preferences.ts'
import { createMemoryStore } from '../../src/stores/memory.ts'
import { enterAs, gatewayWithUser, roleArn } from './signed-in-user.ts'

const caller = { reference: 'ref', sourceIp: '192.0.2.1', userAgent: 'Browser/1' }

const taken = (name: string, accessKeyId = `ASIA${name}`) =>
  ({
    role: { arn: roleArn(name), region: 'eu-west-1', sessionPolicyArns: [] },
    session: { roleSessionName: 'alice@example.org', tags: new Map(), transitiveTagKeys: [], leftOut: [] },
    durationSeconds: 3600,
    credentials: {
      accessKeyId,
      secretAccessKey: new Secret('wJalr-secret'),
      sessionToken: new Secret('FwoG-token'),
      expiration: new Date('2026-11-22T13:00:00Z'),
    },
    assumedRoleArn: '',
    requestId: undefined,
  }) as unknown as TakenRole

const took = (gateway: Recording, login: Login, role: TakenRole, purpose: 'credentials' | 'console' = 'credentials') =>
  auditExchange(gateway, login, { taken: role, purpose, chosen: '1h' }, caller)

const denied = (gateway: Recording, login: Login, role: string, over: { retriedWithSeconds?: number } = {}) => {
  const wanted = { role, durationSeconds: undefined }
  const error = new StsError('sts.access_denied')
  return auditDenied(gateway, login, { eventName: 'exchange.denied', wanted, error, ...over }, caller)
}

describe('the activity of a user', () => {
  it('the activity of a user has sign-ins, exchanges and what was denied, latest first', async () => {
    const { gateway, wait } = gatewayWithUser()
    const login = await enterAs(gateway)
    await auditLogin(gateway, login, caller)
    wait(1)
    await took(gateway, login, taken('Dev'))
    wait(1)
    await denied(gateway, login, roleArn('Ops'))
    const activity = await activityOf(gateway, login)
    expect(activity.map(({ kind, at }) => [kind, at.toISOString()])).toEqual([
      ['denied', '2026-11-22T12:00:02.000Z'],
      ['exchange', '2026-11-22T12:00:01.000Z'],
      ['sign-in', '2026-11-22T12:00:00.000Z'],
    ])
    expect(activity[0]).toMatchObject({ role: roleArn('Ops'), code: 'sts.access_denied', ...caller })
    expect(activity[1]).toMatchObject({
      role: roleArn('Dev'),
      accessKeyId: 'ASIADev',
      sessionName: 'alice@example.org',
      region: 'eu-west-1',
      expiresAt: new Date('2026-11-22T13:00:00Z'),
    })
  })

  it('holds no secret', async () => {
    const { gateway } = gatewayWithUser()
    const login = await enterAs(gateway)
    await took(gateway, login, taken('Dev'))
    expect(JSON.stringify(await activityOf(gateway, login))).not.toMatch(/wJalr|FwoG|secret/)
  })

  it('counts a console and the credentials that it was opened with as one', async () => {
    const { gateway } = gatewayWithUser()
    const login = await enterAs(gateway)
    await took(gateway, login, taken('Ops'))
    await took(gateway, login, taken('Dev'), 'console')
    await auditConsole(gateway, login, taken('Dev'), 'https://console.aws.amazon.com/s3/home', caller)
    expect(await activityOf(gateway, login)).toMatchObject([
      { accessKeyId: 'ASIADev', destination: 'https://console.aws.amazon.com/s3/home' },
      { accessKeyId: 'ASIAOps' },
    ])
  })

  it('the activity of a user shows a console that could not be opened as refused, not as issued credentials', async () => {
    const { gateway } = gatewayWithUser()
    const login = await enterAs(gateway)
    await took(gateway, login, taken('Dev'), 'console')
    const error = new StsError('sts.unreachable')
    await auditDenied(gateway, login, { eventName: 'console.denied', wanted: taken('Dev'), error }, caller)
    expect(await activityOf(gateway, login)).toMatchObject([
      { kind: 'denied', code: 'sts.unreachable', role: roleArn('Dev') },
    ])
  })

  it('the activity of a user omits a refusal by AWS that was retried at once, and has the result', async () => {
    const { gateway } = gatewayWithUser()
    const login = await enterAs(gateway)
    await denied(gateway, login, roleArn('Dev'), { retriedWithSeconds: 3600 })
    await took(gateway, login, taken('Dev'))
    expect(await activityOf(gateway, login)).toMatchObject([{ kind: 'exchange' }])
  })

  it('the activity of a user has a logout that the identity provider asked for', async () => {
    const { gateway } = gatewayWithUser()
    const login = await enterAs(gateway)
    await auditLogout(gateway, login, 'provider', caller)
    await auditLogout(gateway, login, 'person', caller)
    expect(await activityOf(gateway, login)).toMatchObject([{ kind: 'sign-out' }, { kind: 'provider-sign-out' }])
  })

  it('ends at a hundred, the oldest first, and loses none of many at once', async () => {
    const { gateway } = gatewayWithUser()
    const login = await enterAs(gateway)
    await auditLogin(gateway, login, caller)
    await Promise.all(Array.from({ length: 99 }, (_, n) => took(gateway, login, taken('Dev', `ASIA${n}`))))
    expect((await activityOf(gateway, login)).at(-1)).toMatchObject({ kind: 'sign-in' })
    await auditRenewal(gateway, login, caller)
    const full = await activityOf(gateway, login)
    expect(full).toHaveLength(100)
    expect(full.map(({ kind }) => kind)).not.toContain('sign-in')
  })

  it('the activity of a user is cut where a client sends very long text', async () => {
    const { gateway } = gatewayWithUser()
    const login = await enterAs(gateway)
    await denied(gateway, login, 'x'.repeat(100_000))
    expect(JSON.stringify(await activityOf(gateway, login)).length).toBeLessThan(1000)
  })

  it('the activity of a user is not shown to others', async () => {
    const { gateway } = gatewayWithUser()
    await auditLogin(gateway, await enterAs(gateway), caller)
    expect(await activityOf(gateway, await enterAs(gateway, { subject: 'bob' }))).toEqual([])
  })
})

it('notes that cannot be made take nothing away from who took a role', async () => {
  const down = new Error('the store is down')
  const memory = createMemoryStore(() => new Date('2026-11-22T12:00:00Z'))
  const store: Store = { ...memory, swap: () => Promise.reject(down) }
  const { gateway } = gatewayWithUser(['first'], store)
  const login = await enterAs(gateway)
  await expect(took(gateway, login, taken('Dev'))).resolves.toBeUndefined()
  expect((await preferencesOf(gateway, login)).recent).toEqual([])
})

it('an event that cannot be recorded reaches no listener', async () => {
  const { gateway: testGateway } = gatewayWithUser()
  const login = await enterAs(testGateway)
  const audit = { record: (_event: AuditEvent) => Promise.reject(new Error('the disk is full')) }
  const gateway = { ...testGateway, audit }
  await expect(took(gateway, login, taken('Dev'))).rejects.toThrow('the disk is full')
  expect(await activityOf(testGateway, login)).toEqual([])
  expect((await preferencesOf(testGateway, login)).recent).toEqual([])
})
