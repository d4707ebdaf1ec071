/** Answers and errors are those of botocore's service models, which leave a misspelt element out without a word. */
import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Secret } from '../../src/core/secret.ts'
import { AwsError, type AwsErrorCode } from '../../src/local-aws/aws-errors.ts'
import type { IamOperation } from '../../src/local-aws/iam/inputs.ts'
import { parseXml } from '../../src/xml/parse.ts'
import type { XmlElement } from '../../src/xml/tree.ts'
import { requireTool } from '../tools.ts'
import { modelOf, readIamModel, STS_MODEL } from './model.ts'
import { DORA, EVA, MFA, OTHER_ACCOUNT, roleArn, signedCall, signedState, tagParameters } from './signed-calls.ts'
import {
  ACCOUNT,
  ATTRIBUTE,
  attributesFor,
  base64,
  metadata,
  newKeys,
  type OpenIdProvider,
  PROVIDER,
  type Running,
  responseXml,
  sign,
  start,
  startOpenIdProvider,
  stateFor,
  TAGGED_ROLE,
  WEB_ROLE,
} from './support.ts'

interface OutputShape {
  readonly type: string
  readonly min?: number
  readonly max?: number
  readonly enum?: readonly string[]
  readonly required?: readonly string[]
  readonly members?: Readonly<Record<string, { readonly shape: string }>>
  readonly member?: { readonly shape: string }
  readonly error?: { readonly code: string; readonly httpStatusCode: number; readonly senderFault?: boolean }
}

interface OutputModel {
  readonly operations: Readonly<Record<string, { readonly output?: { readonly shape: string } }>>
  readonly shapes: Readonly<Record<string, OutputShape>>
}

/** Members that have come since Debian's model. */
const later = new Set(['SAMLProviderUUID', 'AssertionEncryptionMode', 'PrivateKeyList'])

const elementsIn = ({ children }: XmlElement): readonly XmlElement[] =>
  children.filter((child): child is XmlElement => typeof child !== 'string')
const textOf = ({ children }: XmlElement): string => children.filter((child) => typeof child === 'string').join('')

/** What in the answer is not as the model has it. */
const departures = (model: OutputModel, name: string, element: XmlElement, path = name): readonly string[] => {
  const shape = model.shapes[name] ?? { type: 'missing' }
  if (shape.type === 'structure') return structureDepartures(model, shape, element, path)
  if (shape.type === 'map')
    return elementsIn(element).flatMap((child) =>
      elementsIn(child)
        .map(({ local }) => local)
        .join() === 'key,value'
        ? []
        : [`${path} has ${child.local}`],
    )
  if (shape.type === 'list')
    return elementsIn(element).flatMap((child, n) =>
      child.local === 'member'
        ? departures(model, shape.member?.shape ?? '', child, `${path}[${n}]`)
        : [`${path} has ${child.local}`],
    )
  return isValue(shape, textOf(element)) ? [] : [`${path} is ${textOf(element)}`]
}

const structureDepartures = (model: OutputModel, shape: OutputShape, element: XmlElement, path: string) => {
  const children = elementsIn(element)
  const missing = (shape.required ?? []).filter((name) => !children.some(({ local }) => local === name))
  const names = new Set(children.map(({ local }) => local))
  return [
    ...missing.map((name) => `${path} has no ${name}`),
    ...(names.size === children.length ? [] : [`${path} says something twice`]),
    ...children
      .filter(({ local }) => !later.has(local))
      .flatMap((child) => {
        const member = shape.members?.[child.local]
        return member
          ? departures(model, member.shape, child, `${path}.${child.local}`)
          : [`${path} has ${child.local}`]
      }),
  ]
}

const isValue = ({ type, min, max, enum: values }: OutputShape, text: string): boolean => {
  switch (type) {
    case 'timestamp':
      return /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/.test(text)
    case 'integer':
      return /^\d+$/.test(text) && Number(text) >= (min ?? 0) && Number(text) <= (max ?? Infinity)
    case 'boolean':
      return text === 'true' || text === 'false'
    case 'string':
      return text.length >= (min ?? 0) && text.length <= (max ?? Infinity) && (values?.includes(text) ?? true)
    default:
      return false
  }
}

const inResult = (model: OutputModel, operation: string, text: string): readonly string[] => {
  const root = parseXml(text)
  const result = elementsIn(root).find(({ local }) => local === `${operation}Result`)
  const shape = model.operations[operation]?.output?.shape
  if (shape === undefined) return result ? [`${operation} has a result`] : []
  return result ? departures(model, shape, result) : [`${operation} has no result`]
}

describe.skipIf(!requireTool(modelOf('iam/2010-05-08')))('An answer is what the service model says', () => {
  const sts = JSON.parse(readFileSync(STS_MODEL, 'utf8')) as OutputModel
  const iam = readIamModel<OutputModel>()
  let openId: OpenIdProvider
  let aws: Running
  let keys: Awaited<ReturnType<typeof newKeys>>
  beforeAll(async () => {
    openId = await startOpenIdProvider()
    keys = await newKeys()
    const [state, signed] = [stateFor(keys, openId.url), signedState()]
    const switchedOn = { outboundFederation: true, rootFeatures: ['RootSessions'] } as const
    const all = {
      ...signed,
      ...state,
      accounts: signed.accounts.map((account, n) => (n === 0 ? { ...account, ...switchedOn } : account)),
      users: signed.users,
      roles: [...state.roles, ...signed.roles],
      tradeInTokens: [{ token: new Secret('approved'), principal: roleArn('Hour') }],
    }
    aws = await start(all, undefined, { encodedMessages: true })
  })
  afterAll(async () => {
    await aws.close()
    await openId.close()
  })

  const policy = JSON.stringify({
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }],
  })
  const tags = tagParameters({ Team: 'a', Empty: '' }, 'Team')

  it.each<[string, () => Promise<Readonly<Record<string, string>>> | Readonly<Record<string, string>>, typeof DORA]>([
    [
      'AssumeRole',
      () => ({
        RoleArn: roleArn('path/ByName'),
        RoleSessionName: 'try',
        SourceIdentity: 'dora',
        Policy: policy,
        ...tags,
      }),
      DORA,
    ],
    [
      'AssumeRoleWithSAML',
      () => {
        const more = { [`${ATTRIBUTE}PrincipalTag:Team`]: ['a'], [`${ATTRIBUTE}SourceIdentity`]: ['alice'] }
        const xml = responseXml(new Date(), { attributes: { ...attributesFor(TAGGED_ROLE), ...more } })
        return { RoleArn: TAGGED_ROLE, PrincipalArn: PROVIDER, SAMLAssertion: base64(sign(xml, keys)) }
      },
      DORA,
    ],
    [
      'AssumeRoleWithWebIdentity',
      async () => ({ RoleArn: WEB_ROLE, RoleSessionName: 'try', WebIdentityToken: await openId.token({}) }),
      DORA,
    ],
    ['GetAccessKeyInfo', () => ({ AccessKeyId: EVA.accessKeyId }), EVA],
    ['GetCallerIdentity', () => ({}), EVA],
    ['GetFederationToken', () => ({ Name: 'guest', Policy: policy }), EVA],
    ['GetSessionToken', () => ({ ...MFA }), DORA],
    [
      'AssumeRoot',
      () => ({
        TargetPrincipal: OTHER_ACCOUNT,
        'TaskPolicyArn.arn': 'arn:aws:iam::aws:policy/root-task/S3UnlockBucketPolicy',
        MinimumSessionTokenSize: '1000',
      }),
      EVA,
    ],
    ['GetDelegatedAccessToken', () => ({ TradeInToken: 'approved' }), EVA],
    ['GetWebIdentityToken', () => ({ 'Audience.member.1': 'x', SigningAlgorithm: 'ES384', ...tags }), EVA],
  ])('an answer is what the service model says: %s', async (Action, parameters, key) => {
    const { status, text } = await signedCall(aws.url, key, { Action, ...(await parameters()) })
    expect([status, inResult(sts, Action, text)]).toEqual([200, []])
  })

  it('an answer is what the service model says DecodeAuthorizationMessage', async () => {
    const asked = { Action: 'AssumeRole', RoleArn: roleArn('Nobody'), RoleSessionName: 'try' }
    const { error } = await signedCall(aws.url, DORA, asked)
    const EncodedMessage = /failure message: ([\w-]+)/.exec(error)?.[1] ?? ''
    const answer = await signedCall(aws.url, EVA, { Action: 'DecodeAuthorizationMessage', EncodedMessage })
    expect([answer.status, inResult(sts, 'DecodeAuthorizationMessage', answer.text)]).toEqual([200, []])
  })

  it('every operation of IAM answers what the service model says', async () => {
    const trust = JSON.stringify({
      Version: '2012-10-17',
      Statement: [{ Effect: 'Allow', Principal: { AWS: ACCOUNT }, Action: 'sts:AssumeRole' }],
    })
    const role = { RoleName: 'Auditor' }
    const inline = { ...role, PolicyName: 'all' }
    const managed = { PolicyArn: `arn:aws:iam::${ACCOUNT}:policy/own` }
    const attached = { ...role, PolicyArn: 'arn:aws:iam::aws:policy/ReadOnlyAccess' }
    const saml = { SAMLProviderArn: `arn:aws:iam::${ACCOUNT}:saml-provider/second` }
    const oidc = { OpenIDConnectProviderArn: `arn:aws:iam::${ACCOUNT}:oidc-provider/idp.example.com` }
    const thumbprint = { 'ThumbprintList.member.1': 'a'.repeat(40) }
    const calls: readonly (readonly [IamOperation, Readonly<Record<string, string>>])[] = [
      [
        'CreateRole',
        { ...role, AssumeRolePolicyDocument: trust, Description: 'x', ...tagParameters({ Team: 'a', Empty: '' }) },
      ],
      ['GetRole', role],
      ['UpdateRole', { ...role, MaxSessionDuration: '7200' }],
      ['UpdateRoleDescription', { ...role, Description: 'y' }],
      ['UpdateAssumeRolePolicy', { ...role, PolicyDocument: trust }],
      ['ListRoles', { MaxItems: '3' }],
      ['GetAccountAuthorizationDetails', { MaxItems: '3', 'Filter.member.1': 'Role' }],
      ['ListAccountAliases', {}],
      ['GetAccountSummary', {}],
      ['ListAccessKeys', { UserName: 'dora' }],
      ['DeleteAccessKey', { UserName: 'dora', AccessKeyId: DORA.accessKeyId }],
      ['SetSecurityTokenServicePreferences', { GlobalEndpointTokenVersion: 'v2Token' }],
      ['GetOutboundWebIdentityFederationInfo', {}],
      ['DisableOutboundWebIdentityFederation', {}],
      ['EnableOutboundWebIdentityFederation', {}],
      ['EnableOrganizationsRootSessions', {}],
      ['EnableOrganizationsRootCredentialsManagement', {}],
      ['ListOrganizationsFeatures', {}],
      ['DisableOrganizationsRootCredentialsManagement', {}],
      ['DisableOrganizationsRootSessions', {}],
      ['TagRole', { ...role, ...tagParameters({ Stage: 'test' }) }],
      ['ListRoleTags', { ...role, MaxItems: '1' }],
      ['UntagRole', { ...role, 'TagKeys.member.1': 'Stage' }],
      ['PutRolePolicy', { ...inline, PolicyDocument: policy }],
      ['GetRolePolicy', inline],
      ['ListRolePolicies', role],
      ['DeleteRolePolicy', inline],
      [
        'CreatePolicy',
        { PolicyName: 'own', Description: 'x', PolicyDocument: policy, ...tagParameters({ Team: 'a' }) },
      ],
      ['GetPolicy', managed],
      ['CreatePolicyVersion', { ...managed, PolicyDocument: policy, SetAsDefault: 'true' }],
      ['GetPolicyVersion', { ...managed, VersionId: 'v2' }],
      ['ListPolicyVersions', { ...managed, MaxItems: '1' }],
      ['DeletePolicyVersion', { ...managed, VersionId: 'v1' }],
      ['TagPolicy', { ...managed, ...tagParameters({ Stage: 'test' }) }],
      ['ListPolicyTags', { ...managed, MaxItems: '1' }],
      ['UntagPolicy', { ...managed, 'TagKeys.member.1': 'Stage' }],
      ['DeletePolicy', managed],
      ['AttachRolePolicy', attached],
      ['ListAttachedRolePolicies', role],
      ['DetachRolePolicy', attached],
      ['ListInstanceProfilesForRole', role],
      ['DeleteRole', role],
      [
        'CreateSAMLProvider',
        {
          Name: 'second',
          SAMLMetadataDocument: metadata(keys),
          AddPrivateKey: keys.privateKey,
          ...tagParameters({ Team: 'a' }),
        },
      ],
      ['UpdateSAMLProvider', { ...saml, SAMLMetadataDocument: metadata(keys) }],
      ['GetSAMLProvider', saml],
      ['ListSAMLProviders', {}],
      ['TagSAMLProvider', { ...saml, ...tagParameters({ Stage: 'test' }) }],
      ['ListSAMLProviderTags', { ...saml, MaxItems: '1' }],
      ['UntagSAMLProvider', { ...saml, 'TagKeys.member.1': 'Stage' }],
      ['DeleteSAMLProvider', saml],
      [
        'CreateOpenIDConnectProvider',
        {
          Url: 'https://idp.example.com',
          'ClientIDList.member.1': 'x',
          ...thumbprint,
          ...tagParameters({ Team: 'a' }),
        },
      ],
      ['AddClientIDToOpenIDConnectProvider', { ...oidc, ClientID: 'y' }],
      ['RemoveClientIDFromOpenIDConnectProvider', { ...oidc, ClientID: 'y' }],
      ['UpdateOpenIDConnectProviderThumbprint', { ...oidc, ...thumbprint }],
      ['GetOpenIDConnectProvider', oidc],
      ['ListOpenIDConnectProviders', {}],
      ['TagOpenIDConnectProvider', { ...oidc, ...tagParameters({ Stage: 'test' }) }],
      ['ListOpenIDConnectProviderTags', oidc],
      ['UntagOpenIDConnectProvider', { ...oidc, 'TagKeys.member.1': 'Stage' }],
      ['DeleteOpenIDConnectProvider', oidc],
    ]
    for (const [Action, parameters] of calls) {
      const asked = { Action, Version: '2010-05-08', ...parameters }
      const { status, text, error } = await signedCall(aws.url, EVA, asked, 'iam')
      expect([Action, status, error, inResult(iam, Action, text)]).toEqual([Action, 200, 'undefined: undefined', []])
    }
  })

  it('an error has the status that the model gives its code', () => {
    const known = [...Object.values(sts.shapes), ...Object.values(iam.shapes)].flatMap(({ error }) => error ?? [])
    const ours = known.map(({ code, httpStatusCode }) => {
      const { status } = new AwsError(code as AwsErrorCode, '')
      return status === undefined ? undefined : { code, status, wanted: httpStatusCode }
    })
    const sent = ours.filter((error) => error !== undefined)
    expect(sent.length).toBeGreaterThan(12)
    expect(sent.filter(({ status, wanted }) => status !== wanted)).toEqual([])
  })
})
