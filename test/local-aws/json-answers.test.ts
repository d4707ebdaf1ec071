/** What is answered to `Accept: application/json`, as Vault and the EKS authenticator's servers ask. */
import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Secret } from '../../src/core/secret.ts'
import { iamInputs } from '../../src/local-aws/iam/inputs.ts'
import { jsonTypes } from '../../src/local-aws/query/json.ts'
import { inputs } from '../../src/local-aws/sts/inputs.ts'
import { holds } from '../held/holds.ts'
import { requireTool } from '../tools.ts'
import { modelOf, readIamModel, STS_MODEL } from './model.ts'
import { signedCall } from './signed-calls.ts'
import { ACCOUNT, metadata, newKeys, type Running, start, stateFor, USER } from './support.ts'

const everything = { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }] }

let aws: Running
let keys: Awaited<ReturnType<typeof newKeys>>
beforeAll(async () => {
  keys = await newKeys()
  const state = stateFor(keys)
  const user = { ...USER, secretAccessKey: new Secret(USER.secretAccessKey), policies: { everything } }
  aws = await start({ ...state, users: [user] })
})
afterAll(() => aws.close())

const ask = (service: 'sts' | 'iam', parameters: Readonly<Record<string, string>>, accept = 'application/json') => {
  const Version = service === 'sts' ? '2011-06-15' : '2010-05-08'
  return signedCall(aws.url, USER, { Version, ...parameters }, service, { accept })
}

describe('An answer as JSON', holds('A.1 JSON'), () => {
  it('an answer as JSON has instants in seconds', async () => {
    const { text } = await ask('sts', { Action: 'GetSessionToken' })
    const { Expiration } = JSON.parse(text).GetSessionTokenResponse.GetSessionTokenResult.Credentials
    expect(Expiration).toBeGreaterThan(Date.now() / 1000 + 43_000)
    expect(Number.isInteger(Expiration)).toBe(true)
  })

  it('an answer as JSON has an error without an envelope', async () => {
    const { status, text } = await ask('sts', { Action: 'Nothing' })
    expect(status).toBe(400)
    expect(JSON.parse(text)).toEqual({
      Error: {
        Type: 'Sender',
        Code: 'InvalidAction',
        Message: 'Could not find operation Nothing for version 2011-06-15',
      },
      RequestId: expect.stringMatching(/^[0-9a-f-]{36}$/),
    })
  })

  it('an answer as JSON has lists, numbers, booleans and empty things of IAM as what they are', async () => {
    const { text } = await ask('iam', { Action: 'GetRole', RoleName: 'Developer' })
    expect(JSON.parse(text).GetRoleResponse.GetRoleResult.Role).toMatchObject({
      RoleName: 'Developer',
      MaxSessionDuration: 3600,
      CreateDate: expect.any(Number),
      RoleLastUsed: {},
    })
    const listed = await ask('iam', { Action: 'ListRoles', MaxItems: '2' })
    const { Roles, IsTruncated } = JSON.parse(listed.text).ListRolesResponse.ListRolesResult
    expect([Roles.length, IsTruncated]).toEqual([2, true])
    const tags = await ask('iam', { Action: 'ListRoleTags', RoleName: 'Developer' })
    expect(JSON.parse(tags.text).ListRoleTagsResponse.ListRoleTagsResult).toEqual({ Tags: [], IsTruncated: false })
    const saml = await ask('iam', {
      Action: 'GetSAMLProvider',
      SAMLProviderArn: `arn:aws:iam::${ACCOUNT}:saml-provider/corp`,
    })
    expect(JSON.parse(saml.text).GetSAMLProviderResponse.GetSAMLProviderResult.SAMLMetadataDocument).toBe(
      metadata(keys),
    )
  })

  it.each([
    ['*/*', '<'],
    ['text/xml, application/json', '<'],
    ['application/json, text/xml', '{'],
    ['Application/JSON;q=0.9', '{'],
    ['application/xml', '<'],
  ])('an answer as JSON is for those who ask for it: %s', async (accept, first) => {
    expect((await ask('sts', { Action: 'GetCallerIdentity' }, accept)).text[0]).toBe(first)
  })
})

interface Shapes {
  readonly operations: Readonly<Record<string, { readonly output?: { readonly shape: string } }>>
  readonly shapes: Readonly<
    Record<
      string,
      {
        readonly type: string
        readonly members?: Readonly<Record<string, { readonly shape: string }>>
        readonly member?: { readonly shape: string }
      }
    >
  >
}

describe.skipIf(!requireTool(modelOf('iam/2010-05-08')))('The members that are no texts', () => {
  const kinds: Readonly<Record<string, keyof typeof jsonTypes>> = {
    timestamp: 'timestamp',
    integer: 'integer',
    boolean: 'boolean',
    list: 'list',
    map: 'map',
  }
  /** Every member of an output, with the type that the model gives it. */
  const membersOf = ({ shapes }: Shapes, name: string): readonly (readonly [string, string])[] => {
    const { members = {}, member } = shapes[name] ?? { type: 'missing' }
    const inside = Object.entries(members).flatMap(([at, { shape }]): (readonly [string, string])[] => [
      [at, shapes[shape]?.type ?? 'missing'],
      ...membersOf({ shapes, operations: {} }, shape),
    ])
    return member ? [...inside, ...membersOf({ shapes, operations: {} }, member.shape)] : inside
  }

  it.each([
    ['STS', Object.keys(inputs), () => JSON.parse(readFileSync(STS_MODEL, 'utf8')) as Shapes],
    ['IAM', Object.keys(iamInputs), () => readIamModel<Shapes>()],
  ])('the members of %s that are not texts are those of the service model', (_, operations, read) => {
    const model = read()
    for (const operation of operations)
      for (const [member, type] of membersOf(model, model.operations[operation]?.output?.shape ?? '')) {
        const kind = kinds[type]
        for (const [ours, names] of Object.entries(jsonTypes))
          if (ours !== 'structure')
            expect([operation, member, ours, names.has(member as never)]).toEqual([
              operation,
              member,
              ours,
              ours === kind,
            ])
      }
  })
})
