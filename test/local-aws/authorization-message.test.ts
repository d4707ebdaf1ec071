import { DecodeAuthorizationMessageCommand, InvalidAuthorizationMessageException, STSClient } from '@aws-sdk/client-sts'
import { describe, expect, it } from 'vitest'
import { createAuthorizationMessages } from '../../src/local-aws/sts/authorization-message.ts'
import { holds, itEach, row } from '../held/holds.ts'
import {
  DORA,
  EVA,
  errorIn,
  FRED,
  GINA,
  type Key,
  keyIn,
  ROOT,
  roleArn,
  signedCall,
  signedState,
} from './signed-calls.ts'
import { start, withLocalAws } from './support.ts'

const clock = new Date()
const aws = withLocalAws(() => start(signedState(), () => clock, { encodedMessages: true }))

/** The message at the end of what a call is refused with. */
const messageFor = async (key: Key, role: string): Promise<string> => {
  const { error } = await signedCall(aws.url, key, {
    Action: 'AssumeRole',
    RoleArn: roleArn(role),
    RoleSessionName: 'try',
    ExternalId: 'contract-8',
  })
  return / Encoded authorization failure message: ([\w-]+)$/.exec(error)?.[1] ?? error
}

const decode = (key: Key, EncodedMessage: string) =>
  signedCall(aws.url, key, { Action: 'DecodeAuthorizationMessage', EncodedMessage })

const decoded = async (key: Key, message: string): Promise<unknown> =>
  JSON.parse((await decode(key, message)).element('DecodedMessage') ?? '')

const keysIn = (message: unknown): readonly string[] =>
  (message as { context: { conditions: { items: { key: string }[] } } }).context.conditions.items.map(({ key }) => key)

describe('A refusal', () => {
  it("a refusal has AWS's text and nothing after it, unless that is switched on", async () => {
    const plain = await start(signedState(), () => clock)
    try {
      const asked = { Action: 'AssumeRole', RoleArn: roleArn('ByAccount'), RoleSessionName: 'try' }
      expect((await signedCall(plain.url, DORA, asked)).error).toBe(
        `AccessDenied: User: ${DORA.arn} is not authorized to perform: sts:AssumeRole on resource: ${roleArn('ByAccount')} because no identity-based policy allows the sts:AssumeRole action`,
      )
      const listed = await signedCall(plain.url, GINA, { Action: 'ListRoles', Version: '2010-05-08' }, 'iam')
      expect(listed.error).toMatch(/ because no identity-based policy allows the iam:ListRoles action$/)
    } finally {
      await plain.close()
    }
  })
})

describe('The message of a denied call', () => {
  it('tells who wanted what under which circumstances', holds('A.5 DecodeAuthorizationMessage answer'), async () => {
    expect(await decoded(EVA, await messageFor(DORA, 'Nobody'))).toMatchObject({
      allowed: false,
      explicitDeny: false,
      matchedStatements: { items: [] },
      failures: { items: [] },
      context: {
        principal: { id: expect.stringMatching(/^AIDA[A-Z2-7]{17}$/), name: 'dora', arn: DORA.arn },
        action: 'sts:AssumeRole',
        resource: roleArn('Nobody'),
        conditions: {
          items: expect.arrayContaining([
            { key: 'sts:ExternalId', values: { items: [{ value: 'contract-8' }] } },
            { key: 'sts:RoleSessionName', values: { items: [{ value: 'try' }] } },
            { key: 'aws:PrincipalArn', values: { items: [{ value: DORA.arn }] } },
          ]),
        },
      },
    })
  })

  it('names the statement that denied', async () => {
    expect(await decoded(EVA, await messageFor(FRED, 'path/ByName'))).toMatchObject({
      explicitDeny: true,
      matchedStatements: {
        items: [
          {
            statementId: 'NotThis',
            effect: 'DENY',
            actions: { items: [{ value: 'sts:AssumeRole' }] },
            resources: { items: [{ value: roleArn('path/ByName') }] },
          },
        ],
      },
    })
  })

  it("says nothing of another account's trust policy, and nothing to that account", async () => {
    const message = await messageFor(GINA, 'Denied')
    const there = await decoded(GINA, message)
    expect(there).toMatchObject({ explicitDeny: false, matchedStatements: { items: [] } })
    const missing = await decoded(GINA, await messageFor(GINA, 'Missing'))
    expect(keysIn(there)).toEqual(keysIn(missing))
    expect((await decode(EVA, message)).element('Code')).toBe('InvalidAuthorizationMessageException')
  })

  it('the message of a denied call never begins with a hyphen, so that no shell command takes it for an option', () => {
    const messages = createAuthorizationMessages()
    const firsts = Array.from({ length: 1000 }, () => messages.seal('{}', '111122223333', clock)[0])
    expect([...new Set(firsts)].join('')).toMatch(/^[A-Za-z]+$/)
  })

  it('the message of a denied call is read by the root user too', async () => {
    expect(await decoded(ROOT, await messageFor(DORA, 'Nobody'))).toMatchObject({ allowed: false })
  })

  it(
    'the message of a denied call is read by those only whose policies allow it',
    holds('A.5 DecodeAuthorizationMessage permission'),
    async () => {
      const answer = await decode(DORA, await messageFor(DORA, 'Nobody'))
      expect(errorIn(answer)).toBe(
        `AccessDenied: User: ${DORA.arn} is not authorized to perform: sts:DecodeAuthorizationMessage on resource: * because no identity-based policy allows the sts:DecodeAuthorizationMessage action`,
      )
    },
  )

  it('the message of a denied call is not read with the credentials of GetSessionToken', async () => {
    const key = keyIn(await signedCall(aws.url, EVA, { Action: 'GetSessionToken' }))
    expect((await decode(key, await messageFor(DORA, 'Nobody'))).element('Code')).toBe('AccessDenied')
  })

  it.each<[string, (message: string) => string]>([
    ['broken by a line end', (message) => `${message.slice(0, 80)}\n${message.slice(80)}`],
    ['with a line end after it', (message) => `${message}\n`],
    ['with a letter after it that means nothing', (message) => `${message}x`],
    [
      'with one character changed',
      (message) => `${message.slice(0, 90)}${message[90] === 'A' ? 'B' : 'A'}${message.slice(91)}`,
    ],
    ['that ends too early', (message) => message.slice(0, -4)],
    ['of a few letters', () => 'abcd'],
    ['that somebody else sealed', () => createAuthorizationMessages().seal('{}', '111122223333', clock)],
  ])(
    'the message of a denied call is refused %s',
    holds('A.4 InvalidAuthorizationMessageException'),
    async (_, change) => {
      const answer = await decode(EVA, change(await messageFor(DORA, 'Nobody')))
      expect([answer.status, answer.error]).toEqual([400, 'InvalidAuthorizationMessageException: Message is not valid'])
    },
  )

  it('the message of a denied call is refused after an hour', () => {
    const messages = createAuthorizationMessages()
    const message = messages.seal('{"a":1}', '111122223333', clock)
    expect(messages.open(message, '111122223333', new Date(clock.getTime() + 3_600_000))).toBe('{"a":1}')
    expect(messages.open(message, '111122223333', new Date(clock.getTime() + 3_600_001))).toBeUndefined()
  })

  it('the message of a denied call may have 10,240 characters', holds('A.2 encodedMessageType'), async () => {
    expect((await decode(EVA, 'x'.repeat(10_241))).error).toMatch(/length less than or equal to 10240$/)
    expect((await decode(EVA, '')).error).toMatch(/length greater than or equal to 1$/)
    expect((await decode(EVA, 'x'.repeat(10_240))).element('Code')).toBe('InvalidAuthorizationMessageException')
    expect((await messageFor(DORA, 'Nobody')).length).toBeLessThan(10_240)
  })

  it("the message of a denied call is the SDK's own exception where it is refused", async () => {
    const client = new STSClient({ region: 'us-east-1', endpoint: aws.url, credentials: EVA, maxAttempts: 1 })
    await expect(client.send(new DecodeAuthorizationMessageCommand({ EncodedMessage: 'abcd' }))).rejects.toBeInstanceOf(
      InvalidAuthorizationMessageException,
    )
  })

  it('the message of a denied call is not what an unsigned call gets', async () => {
    const body = new URLSearchParams({
      Action: 'AssumeRoleWithWebIdentity',
      Version: '2011-06-15',
      RoleArn: roleArn('Nobody'),
      RoleSessionName: 'try',
      WebIdentityToken: 'e30.e30.e30',
    })
    expect(await (await fetch(aws.url, { method: 'POST', body })).text()).not.toContain('Encoded')
  })
})

describe('GetAccessKeyInfo', holds('A.5 GetAccessKeyInfo'), () => {
  const infoOf = (AccessKeyId: string, key: Key = EVA) =>
    signedCall(aws.url, key, { Action: 'GetAccessKeyInfo', AccessKeyId })

  itEach([
    ['of a key that is known', GINA.accessKeyId, '444455556666'],
    [row('of a key that has its account in it', 'A.6 account in the key'), 'ASIAY34FZKBOKMUTVV7A', '609629065308'],
    ['of another one', 'ASIAQNZGKIQY56JQ7WML', '029608264753'],
    ['whatever its last characters are', 'ASIAQNZGKIQY56JQAAAA', '029608264753'],
  ])('tells the account %s', async (_, id, account) => {
    expect((await infoOf(id)).element('Account')).toBe(account)
  })

  it('tells the account of temporary keys', async () => {
    const { accessKeyId } = keyIn(await signedCall(aws.url, DORA, { Action: 'GetSessionToken' }))
    expect((await infoOf(accessKeyId)).element('Account')).toBe('111122223333')
  })

  itEach([
    [row('an older key, which has no account in it', 'A.6 older keys'), 'AKIAIOSFODNN7EXAMPLE'],
    ['what is no key', 'AROAY34FZKBOKMUTVV7A'],
  ])('does not know %s', async (_, id) => {
    expect((await infoOf(id)).error).toBe(`ValidationError: The access key ${id} is not known.`)
  })

  it('needs a permission', async () => {
    expect((await infoOf('ASIAY34FZKBOKMUTVV7A', DORA)).element('Code')).toBe('AccessDenied')
  })

  it.each([
    ['A'.repeat(15), 'have length greater than or equal to 16'],
    ['A'.repeat(129), 'have length less than or equal to 128'],
    [`${'A'.repeat(15)}-`, 'satisfy regular expression pattern: [\\w]*'],
  ])('refuses %s', holds('A.2 accessKeyIdType'), async (id, constraint) => {
    expect((await infoOf(id)).error).toBe(
      `ValidationError: 1 validation error detected: Value '${id}' at 'accessKeyId' failed to satisfy constraint: Member must ${constraint}`,
    )
  })
})
