/** What is remembered of a user's habits, for whom, and for how long. */
import { describe, expect, it } from 'vitest'
import type { Store } from '../../src/gateway/ports.ts'
import { pinRole, preferencesOf, rememberTaken } from '../../src/gateway/user/preferences.ts'
import { createMemoryStore } from '../../src/stores/memory.ts'
import { enterAs, gatewayWithUser, roleArn } from './signed-in-user.ts'

const TRANSIENT = 'urn:oasis:names:tc:SAML:2.0:nameid-format:transient'
const DAY = 24 * 60 * 60

describe('pins', () => {
  it('pins are there at the next sign-in of the same user', async () => {
    const { gateway } = gatewayWithUser()
    await pinRole(gateway, await enterAs(gateway), roleArn('Dev'), true)
    expect(await preferencesOf(gateway, await enterAs(gateway))).toMatchObject({ pins: [roleArn('Dev')], isKept: true })
  })

  it.each([{ subject: 'bob' }, { issuer: 'https://other.example.org' }, { provider: 'partner' }])(
    'pins are not shown to a user who differs by %j',
    async (other) => {
      const { gateway } = gatewayWithUser()
      await pinRole(gateway, await enterAs(gateway), roleArn('Dev'), true)
      expect((await preferencesOf(gateway, await enterAs(gateway, other))).pins).toEqual([])
    },
  )

  it('come off again, and off or on twice is as once', async () => {
    const { gateway } = gatewayWithUser()
    const login = await enterAs(gateway)
    for (const isPinned of [false, true, true]) await pinRole(gateway, login, roleArn('Dev'), isPinned)
    await pinRole(gateway, login, roleArn('Ops'), true)
    expect((await preferencesOf(gateway, login)).pins).toEqual([roleArn('Dev'), roleArn('Ops')])
    await pinRole(gateway, login, roleArn('Dev'), false)
    expect((await preferencesOf(gateway, login)).pins).toEqual([roleArn('Ops')])
  })

  it('pins are only set on roles that the user may take, and can be removed from others', async () => {
    const { gateway } = gatewayWithUser()
    const login = await enterAs(gateway)
    await expect(pinRole(gateway, login, roleArn('Admin'), true)).rejects.toMatchObject({ code: 'role.not_granted' })
    await pinRole(gateway, login, roleArn('Dev'), true)
    const moved = await enterAs(gateway, { attributes: new Map() })
    await pinRole(gateway, moved, roleArn('Dev'), false)
    expect((await preferencesOf(gateway, moved)).pins).toEqual([])
  })

  it('the pins of two tabs and roles used meanwhile are all kept, however they cross', async () => {
    const { gateway } = gatewayWithUser()
    const login = await enterAs(gateway)
    await Promise.all([
      ...['Dev', 'Ops', 'Audit'].map((name) => pinRole(gateway, login, roleArn(name), true)),
      ...Array.from({ length: 40 }, (_, n) =>
        rememberTaken(gateway, login, { arn: roleArn(`R${n}`), chosen: undefined }),
      ),
    ])
    const { pins, recent } = await preferencesOf(gateway, login)
    expect(pins.toSorted()).toEqual([roleArn('Audit'), roleArn('Dev'), roleArn('Ops')])
    expect(recent).toHaveLength(20)
  })

  it('end at five hundred', async () => {
    const { gateway } = gatewayWithUser()
    const groups = Array.from({ length: 501 }, (_, n) => `team-R${n}`)
    const login = await enterAs(gateway, { attributes: new Map([['groups', groups]]) })
    for (let n = 0; n < 500; n += 1) await pinRole(gateway, login, roleArn(`R${n}`), true)
    await expect(pinRole(gateway, login, roleArn('R500'), true)).rejects.toMatchObject({ code: 'role.too_many_pins' })
    await pinRole(gateway, login, roleArn('R0'), true)
  })
})

describe('roles that were taken', () => {
  it('come latest first, each once, and not more than twenty', async () => {
    const { gateway, wait } = gatewayWithUser()
    const login = await enterAs(gateway)
    for (let n = 0; n < 25; n += 1) await rememberTaken(gateway, login, { arn: roleArn(`R${n}`), chosen: undefined })
    wait(60)
    await rememberTaken(gateway, login, { arn: roleArn('R10'), chosen: undefined })
    const { recent } = await preferencesOf(gateway, login)
    expect(recent).toHaveLength(20)
    expect(recent.slice(0, 2).map(({ arn }) => arn)).toEqual([roleArn('R10'), roleArn('R24')])
    expect(recent[0]?.takenAt).toEqual(gateway.now())
  })

  it('keep the duration that was chosen for each, also if none was chosen last', async () => {
    const { gateway } = gatewayWithUser()
    const login = await enterAs(gateway)
    await rememberTaken(gateway, login, { arn: roleArn('Dev'), chosen: 'until 18:00' })
    await rememberTaken(gateway, login, { arn: roleArn('Ops'), chosen: '4h' })
    await rememberTaken(gateway, login, { arn: roleArn('Dev'), chosen: undefined })
    const { durations } = await preferencesOf(gateway, login)
    expect([...durations]).toEqual([
      [roleArn('Dev'), 'until 18:00'],
      [roleArn('Ops'), '4h'],
    ])
  })
})

describe('what is kept', () => {
  it('lasts half a year from its last change', async () => {
    const { gateway, wait } = gatewayWithUser()
    await pinRole(gateway, await enterAs(gateway), roleArn('Dev'), true)
    wait(179 * DAY)
    await rememberTaken(gateway, await enterAs(gateway), { arn: roleArn('Ops'), chosen: undefined })
    wait(179 * DAY)
    expect((await preferencesOf(gateway, await enterAs(gateway))).pins).toEqual([roleArn('Dev')])
    wait(2 * DAY)
    expect((await preferencesOf(gateway, await enterAs(gateway))).pins).toEqual([])
  })

  it('the record of who is another user at each sign-in lasts as long as the login, and says so', async () => {
    const { gateway, wait } = gatewayWithUser()
    const login = await enterAs(gateway, { subject: '_x1', subjectFormat: TRANSIENT })
    await pinRole(gateway, login, roleArn('Dev'), true)
    expect(await preferencesOf(gateway, login)).toMatchObject({ pins: [roleArn('Dev')], isKept: false })
    wait(8 * 3600)
    expect((await preferencesOf(gateway, login)).pins).toEqual([])
  })

  it('names no user in a key', async () => {
    const keys: string[] = []
    const memory = createMemoryStore(() => new Date('2026-11-22T12:00:00Z'))
    const store: Store = {
      ...memory,
      swap: (key, ...rest) => {
        keys.push(key)
        return memory.swap(key, ...rest)
      },
    }
    const { gateway } = gatewayWithUser(['first'], store)
    await pinRole(gateway, await enterAs(gateway), roleArn('Dev'), true)
    expect(keys).toEqual([expect.stringMatching(/^preferences:[\w-]{43}$/)])
    expect(keys.join()).not.toContain('alice')
  })

  it('what is kept is found, and goes on, after the secret was changed', async () => {
    const before = gatewayWithUser(['old'])
    await pinRole(before.gateway, await enterAs(before.gateway), roleArn('Dev'), true)
    const both = gatewayWithUser(['new', 'old'], before.store).gateway
    await pinRole(both, await enterAs(both), roleArn('Ops'), true)
    const after = gatewayWithUser(['new'], before.store).gateway
    expect((await preferencesOf(after, await enterAs(after))).pins).toEqual([roleArn('Dev'), roleArn('Ops')])
  })
})
