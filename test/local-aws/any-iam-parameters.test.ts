import { existsSync, readFileSync } from 'node:fs'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { iamInputs } from '../../src/local-aws/iam/inputs.ts'
import { modelOf } from './model.ts'
import { EVA, roleArn, signedCall, signedState } from './signed-calls.ts'
import { ACCOUNT, metadata, newKeys, start, withLocalAws } from './support.ts'

interface ErrorModel {
  readonly operations: Readonly<Record<string, { readonly errors?: readonly { readonly shape: string }[] }>>
  readonly shapes: Readonly<Record<string, { readonly error?: { readonly code: string } }>>
}

/** What any call may be answered with; the model does not repeat it for each operation. */
const COMMON = ['AccessDenied', 'ValidationError', 'MalformedInput']
const MODEL = modelOf('iam/2010-05-08')
const model =
  existsSync(MODEL) && MODEL.endsWith('.json') ? (JSON.parse(readFileSync(MODEL, 'utf8')) as ErrorModel) : undefined

/** Whether clients expect that error of that operation; where the model is not installed, anything is. */
const isDeclared = (operation: string, code: string | undefined): boolean => {
  const declared = model?.operations[operation]?.errors?.map(({ shape }) => model.shapes[shape]?.error?.code)
  return declared === undefined || [...COMMON, ...declared].includes(code)
}

const xml = metadata(await newKeys())
const aws = withLocalAws(() => start(signedState()))

const trust = (principal: unknown): string =>
  JSON.stringify({
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Principal: principal, Action: 'sts:AssumeRole' }],
  })

/** Values that come near to good ones, and values that do not. */
const value = fc.oneof(
  fc.constantFrom(
    'ByAccount',
    'Fresh',
    '/path/',
    '/',
    roleArn('ByAccount'),
    `arn:aws:iam::${ACCOUNT}:saml-provider/corp`,
    `arn:aws:iam::${ACCOUNT}:oidc-provider/idp.example.com`,
    'arn:aws:iam::aws:policy/ReadOnlyAccess',
    'https://idp.example.com',
    'https://[::1',
    'a'.repeat(40),
    '3600',
    '-1',
    'Required',
    xml,
    `<!DOCTYPE x [<!ENTITY y "z">]>${xml}`,
    xml.slice(0, -30),
    '<a>'.repeat(20_000),
    trust({ AWS: ACCOUNT }),
    trust({ Federated: ['www.amazon.com', {}] }),
    trust(null),
    '['.repeat(50_000),
    `${'{"Statement":'.repeat(5000)}1${'}'.repeat(5000)}`,
    '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}',
    'null',
    '__proto__',
  ),
  fc.string({ unit: 'binary', maxLength: 40 }),
)

const names = new Set(Object.values(iamInputs).flatMap((members) => members.map(({ name }) => name)))
const suffix = fc.constantFrom(
  '',
  '',
  '',
  '.member.1',
  '.member.2',
  '.member.1.Key',
  '.member.1.Value',
  '.member.x',
  '.',
)

const parameters = fc
  .array(fc.tuple(fc.constantFrom(...names), suffix, value), { maxLength: 8 })
  .map((entries) => Object.fromEntries(entries.map(([name, end, text]) => [name + end, text])))

const good = {
  RoleName: 'ByAccount',
  PolicyName: 'read',
  AssumeRolePolicyDocument: trust({ AWS: ACCOUNT }),
  PolicyDocument: trust({ AWS: ACCOUNT }),
  Name: 'corp',
  SAMLMetadataDocument: xml,
  SAMLProviderArn: `arn:aws:iam::${ACCOUNT}:saml-provider/corp`,
  OpenIDConnectProviderArn: `arn:aws:iam::${ACCOUNT}:oidc-provider/idp.example.com`,
  Url: 'https://idp.example.com',
  ClientID: 'fedgate',
}

it('Whatever the parameters of a call of IAM are, it is answered as AWS would, and never with a fault of its own', async () => {
  const statuses = new Set<number>()
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...Object.keys(iamInputs)),
      parameters,
      fc.boolean(),
      async (Action, more, isNear) => {
        const asked = { ...(isNear ? good : {}), ...more, Action, Version: '2010-05-08' }
        const answer = await signedCall(aws.url, EVA, asked, 'iam')
        statuses.add(answer.status)
        expect([200, 400, 403, 404, 409], answer.text).toContain(answer.status)
        if (answer.status === 200) expect(answer.element('RequestId')).toBeDefined()
        else
          expect([Action, answer.error, isDeclared(Action, answer.element('Code'))]).toEqual([
            Action,
            answer.error,
            true,
          ])
      },
    ),
    { numRuns: 150 },
  )
  expect([...statuses]).toEqual(expect.arrayContaining([200, 400, 404]))
}, 60_000)
