/** What a person may read of what they did, and that a note which fails undoes nothing. */
import { describe, expect, it } from 'vitest'
import { StsError } from '../../src/aws/errors.ts'
import { Secret } from '../../src/core/secret.ts'
import { activityOf } from '../../src/gateway/activity.ts'
import type { Store } from '../../src/gateway/ports.ts'
import { preferencesOf } from '../../src/gateway/preferences.ts'
import { rememberConsole, rememberDenied, rememberExchange, rememberSignIn } from '../../src/gateway/remember.ts'
import type { TakenRole } from '../../src/gateway/taken-role.ts'
import { createMemoryStore } from '../../src/stores/memory.ts'
import { enterAs, personHouse, roleArn } from './person.ts'

const caller = { reference: 'ref', sourceIp: '192.0.2.1', userAgent: 'Browser/1' }

const taken = (name: string, accessKeyId = `ASIA${name}`) =>
  ({
    role: { role: { arn: roleArn(name) }, region: 'eu-west-1' },
    session: { roleSessionName: 'alice@example.org' },
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

describe('the activity of a person', () => {
  it('has sign-ins, exchanges and what was denied, latest first', async () => {
    const { gateway, wait } = personHouse()
    const login = await enterAs(gateway)
    await rememberSignIn(gateway, login, 'sign-in', caller)
    wait(1)
    await rememberExchange(gateway, login, { taken: taken('Dev'), chosen: '1h' }, caller)
    wait(1)
    const wanted = { role: roleArn('Ops'), durationSeconds: undefined }
    await rememberDenied(gateway, login, wanted, caller, new StsError('sts.access_denied'))
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
    const { gateway } = personHouse()
    const login = await enterAs(gateway)
    await rememberExchange(gateway, login, { taken: taken('Dev'), chosen: '1h' }, caller)
    expect(JSON.stringify(await activityOf(gateway, login))).not.toMatch(/wJalr|FwoG|secret/)
  })

  it('counts a console and the credentials that it was opened with as one', async () => {
    const { gateway } = personHouse()
    const login = await enterAs(gateway)
    await rememberExchange(gateway, login, { taken: taken('Ops'), chosen: undefined }, caller)
    await rememberExchange(gateway, login, { taken: taken('Dev'), chosen: undefined }, caller)
    await rememberConsole(gateway, login, taken('Dev'), 'https://console.aws.amazon.com/s3/home', caller)
    expect(await activityOf(gateway, login)).toMatchObject([
      { accessKeyId: 'ASIADev', destination: 'https://console.aws.amazon.com/s3/home' },
      { accessKeyId: 'ASIAOps' },
    ])
  })

  it('ends at a hundred, the oldest first, and loses none of many at once', async () => {
    const { gateway } = personHouse()
    const login = await enterAs(gateway)
    await rememberSignIn(gateway, login, 'sign-in', caller)
    await Promise.all(
      Array.from({ length: 99 }, (_, n) =>
        rememberExchange(gateway, login, { taken: taken('Dev', `ASIA${n}`), chosen: undefined }, caller),
      ),
    )
    expect((await activityOf(gateway, login)).at(-1)).toMatchObject({ kind: 'sign-in' })
    await rememberSignIn(gateway, login, 'renewal', caller)
    const full = await activityOf(gateway, login)
    expect(full).toHaveLength(100)
    expect(full.map(({ kind }) => kind)).not.toContain('sign-in')
  })

  it('is cut where somebody sends a book', async () => {
    const { gateway } = personHouse()
    const login = await enterAs(gateway)
    const wanted = { role: 'x'.repeat(100_000), durationSeconds: undefined }
    await rememberDenied(gateway, login, wanted, caller, new StsError('sts.access_denied'))
    expect(JSON.stringify(await activityOf(gateway, login)).length).toBeLessThan(1000)
  })

  it("is nobody else's", async () => {
    const { gateway } = personHouse()
    await rememberSignIn(gateway, await enterAs(gateway), 'sign-in', caller)
    expect(await activityOf(gateway, await enterAs(gateway, { subject: 'bob' }))).toEqual([])
  })
})

it('notes that cannot be made take nothing away from who took a role', async () => {
  const down = new Error('the store is down')
  const memory = createMemoryStore(() => new Date('2026-11-22T12:00:00Z'))
  const store: Store = { ...memory, swap: () => Promise.reject(down) }
  const { gateway } = personHouse(['first'], store)
  const login = await enterAs(gateway)
  await expect(rememberExchange(gateway, login, { taken: taken('Dev'), chosen: '1h' }, caller)).resolves.toBeUndefined()
  expect((await preferencesOf(gateway, login)).recent).toEqual([])
})
