import fc from 'fast-check'
import { expect, it } from 'vitest'
import { inputs } from '../../src/local-aws/sts/inputs.ts'
import { EVA, MFA, roleArn, signedCall, signedState } from './signed-calls.ts'
import { start, withLocalAws } from './support.ts'

const aws = withLocalAws(() => start(signedState()))

/** Values that come near to good ones, and values that do not. */
const value = fc.oneof(
  fc.constantFrom(
    roleArn('ByAccount'),
    roleArn('path/ByName'),
    roleArn(''),
    'arn:aws:iam::aws:policy/ReadOnlyAccess',
    'arn:aws:sts::1:assumed-role/x/y',
    '900',
    '-1',
    'session',
    MFA.SerialNumber,
    MFA.TokenCode,
    '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}',
    '{"Version":"2012-10-17","Statement":[[]]}',
    `{"Statement":{"Effect":"Deny","NotAction":["*"],"Resource":["arn:aws:s3:::\${aws:userid}"],"Condition":{"Bool":{"a":[]}}}}`,
    'null',
    '[]',
    'e30.e30.e30',
    '__proto__',
  ),
  fc.string({ unit: 'binary', maxLength: 40 }),
)

const suffix = fc.constantFrom(
  '',
  '.member.1',
  '.member.2',
  '.member.1.Key',
  '.member.1.Value',
  '.member.1.arn',
  '.member.x',
  '.',
)

const parameters = fc
  .array(
    fc.tuple(
      fc.constantFrom(...new Set(Object.values(inputs).flatMap((members) => members.map(({ name }) => name)))),
      suffix,
      value,
    ),
    { maxLength: 12 },
  )
  .map((entries) => Object.fromEntries(entries.map(([name, end, text]) => [name + end, text])))

const good = {
  RoleArn: roleArn('ByAccount'),
  RoleSessionName: 'try',
  Name: 'guest',
  AccessKeyId: 'ASIAY34FZKBOKMUTVV7A',
}

it('Whatever the parameters of a signed call are, it is answered as AWS would, and never with a fault of its own', async () => {
  const statuses = new Set<number>()
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...Object.keys(inputs)),
      parameters,
      fc.boolean(),
      async (Action, more, isNear) => {
        const answer = await signedCall(aws.url, EVA, { ...(isNear ? good : {}), ...more, Action })
        statuses.add(answer.status)
        expect([200, 400, 403], answer.text).toContain(answer.status)
        expect(answer.element(answer.status === 200 ? 'RequestId' : 'Code')).toBeDefined()
      },
    ),
    { numRuns: 150 },
  )
  expect([...statuses]).toEqual(expect.arrayContaining([200, 400]))
}, 30_000)
