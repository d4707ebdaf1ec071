/**
 * What Terraform's AWS provider asks of IAM, call by call, for `aws_iam_openid_connect_provider`, `aws_iam_saml_provider`
 * and `aws_iam_role`: create, read, update and delete as its internal/service/iam has them, and what it compares. The
 * resources are those of the fixture's main.tf.
 */
import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { promisify } from 'node:util'
import {
  AddClientIDToOpenIDConnectProviderCommand,
  CreateOpenIDConnectProviderCommand,
  CreateRoleCommand,
  CreateSAMLProviderCommand,
  DeleteOpenIDConnectProviderCommand,
  DeleteRoleCommand,
  DeleteRolePolicyCommand,
  DeleteSAMLProviderCommand,
  GetOpenIDConnectProviderCommand,
  GetRoleCommand,
  GetRolePolicyCommand,
  GetSAMLProviderCommand,
  IAMClient,
  ListAttachedRolePoliciesCommand,
  ListInstanceProfilesForRoleCommand,
  ListOpenIDConnectProviderTagsCommand,
  ListRolePoliciesCommand,
  ListSAMLProviderTagsCommand,
  NoSuchEntityException,
  PutRolePolicyCommand,
  RemoveClientIDFromOpenIDConnectProviderCommand,
  TagOpenIDConnectProviderCommand,
  TagRoleCommand,
  TagSAMLProviderCommand,
  UntagOpenIDConnectProviderCommand,
  UntagRoleCommand,
  UntagSAMLProviderCommand,
  UpdateAssumeRolePolicyCommand,
  UpdateOpenIDConnectProviderThumbprintCommand,
  UpdateRoleCommand,
  UpdateRoleDescriptionCommand,
  UpdateSAMLProviderCommand,
} from '@aws-sdk/client-iam'
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Secret } from '../../src/core/secret.ts'
import { requireTool } from '../tools.ts'
import { AWS } from './cli.ts'
import { ACCOUNT, newKeys, type Running, start, stateFor, USER } from './support.ts'

const everything = { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }] }
const fixture = (name: string): string =>
  readFileSync(new URL(`../fixtures/faults/aws/terraform-iam-role/${name}`, import.meta.url), 'utf8')

let aws: Running
let iam: IAMClient
beforeAll(async () => {
  const user = { ...USER, secretAccessKey: new Secret(USER.secretAccessKey), policies: { everything } }
  aws = await start({ ...stateFor(await newKeys()), users: [user] })
  iam = new IAMClient({ region: 'us-east-1', endpoint: aws.url, maxAttempts: 1, credentials: USER })
})
afterAll(() => aws.close())

/** No `tags` in a configuration and an empty list in an answer are the same to the provider. */
const tagsOf = (tags: readonly { readonly Key?: string | undefined; readonly Value?: string | undefined }[] = []) =>
  Object.fromEntries(tags.map(({ Key = '', Value }) => [Key, Value]))

describe("The provider's own start", () => {
  it('asks who calls', async () => {
    const sts = new STSClient({ region: 'us-east-1', endpoint: aws.url, maxAttempts: 1, credentials: USER })
    expect(await sts.send(new GetCallerIdentityCommand({}))).toMatchObject({ Account: ACCOUNT, Arn: USER.arn })
  })
})

describe('aws_iam_openid_connect_provider', () => {
  const read = async (OpenIDConnectProviderArn: string) => {
    const told = await iam.send(new GetOpenIDConnectProviderCommand({ OpenIDConnectProviderArn }))
    return {
      url: told.Url,
      client_id_list: told.ClientIDList,
      thumbprint_list: told.ThumbprintList,
      tags: tagsOf(told.Tags),
    }
  }

  it('aws_iam_openid_connect_provider is applied, planned without a difference, changed and destroyed', async () => {
    const made = await iam.send(
      new CreateOpenIDConnectProviderCommand({ Url: 'https://tf.example.com', ClientIDList: ['sts.amazonaws.com'] }),
    )
    const OpenIDConnectProviderArn = made.OpenIDConnectProviderArn ?? ''
    expect(OpenIDConnectProviderArn).toBe(`arn:aws:iam::${ACCOUNT}:oidc-provider/tf.example.com`)
    const applied = await read(OpenIDConnectProviderArn)
    // suppressOpenIDURL: the scheme is no difference. thumbprint_list is computed: it may be empty, and must stay.
    expect(applied).toEqual({
      url: 'tf.example.com',
      client_id_list: ['sts.amazonaws.com'],
      thumbprint_list: [],
      tags: {},
    })
    expect(await read(OpenIDConnectProviderArn)).toEqual(applied)
    const provider = { OpenIDConnectProviderArn }
    await iam.send(new UpdateOpenIDConnectProviderThumbprintCommand({ ...provider, ThumbprintList: ['a'.repeat(40)] }))
    await iam.send(new AddClientIDToOpenIDConnectProviderCommand({ ...provider, ClientID: 'second' }))
    await iam.send(new RemoveClientIDFromOpenIDConnectProviderCommand({ ...provider, ClientID: 'sts.amazonaws.com' }))
    await iam.send(
      new TagOpenIDConnectProviderCommand({
        ...provider,
        Tags: [
          { Key: 'team', Value: 'blue' },
          { Key: 'a', Value: '' },
        ],
      }),
    )
    await iam.send(new UntagOpenIDConnectProviderCommand({ ...provider, TagKeys: ['a'] }))
    expect(await read(OpenIDConnectProviderArn)).toEqual({
      url: 'tf.example.com',
      client_id_list: ['second'],
      thumbprint_list: ['a'.repeat(40)],
      tags: { team: 'blue' },
    })
    const { Tags, IsTruncated } = await iam.send(new ListOpenIDConnectProviderTagsCommand(provider))
    expect([tagsOf(Tags), IsTruncated]).toEqual([{ team: 'blue' }, false])
    await iam.send(new DeleteOpenIDConnectProviderCommand(provider))
    // What makes the provider forget it, when it is read and when it is destroyed again.
    await expect(read(OpenIDConnectProviderArn)).rejects.toBeInstanceOf(NoSuchEntityException)
    await expect(iam.send(new DeleteOpenIDConnectProviderCommand(provider))).rejects.toBeInstanceOf(
      NoSuchEntityException,
    )
    await expect(iam.send(new ListOpenIDConnectProviderTagsCommand(provider))).rejects.toBeInstanceOf(
      NoSuchEntityException,
    )
  })
})

describe('aws_iam_saml_provider', () => {
  const read = async (SAMLProviderArn: string) => {
    const told = await iam.send(new GetSAMLProviderCommand({ SAMLProviderArn }))
    return {
      saml_metadata_document: told.SAMLMetadataDocument,
      valid_until: told.ValidUntil?.toISOString(),
      saml_provider_uuid: told.SAMLProviderUUID,
      tags: tagsOf(told.Tags),
    }
  }

  it('aws_iam_saml_provider is applied, planned without a difference, changed and destroyed', async () => {
    const SAMLMetadataDocument = fixture('idp-metadata.xml')
    const made = await iam.send(new CreateSAMLProviderCommand({ Name: 'tfcorp', SAMLMetadataDocument }))
    const SAMLProviderArn = made.SAMLProviderArn ?? ''
    const applied = await read(SAMLProviderArn)
    // Compared as text: with every line end of the document.
    expect(applied).toMatchObject({ saml_metadata_document: SAMLMetadataDocument, tags: {} })
    expect(applied.valid_until).toMatch(/^\d{4}-/)
    expect(await read(SAMLProviderArn)).toEqual(applied)
    const changed = SAMLMetadataDocument.replaceAll('https://idp.example.com/sso', 'https://idp.example.com/sso2')
    await iam.send(new UpdateSAMLProviderCommand({ SAMLProviderArn, SAMLMetadataDocument: changed }))
    await iam.send(new TagSAMLProviderCommand({ SAMLProviderArn, Tags: [{ Key: 'team', Value: 'blue' }] }))
    await iam.send(new TagSAMLProviderCommand({ SAMLProviderArn, Tags: [{ Key: 'stage', Value: 'test' }] }))
    await iam.send(new UntagSAMLProviderCommand({ SAMLProviderArn, TagKeys: ['stage'] }))
    expect(await read(SAMLProviderArn)).toEqual({
      ...applied,
      saml_metadata_document: changed,
      tags: { team: 'blue' },
    })
    const { Tags } = await iam.send(new ListSAMLProviderTagsCommand({ SAMLProviderArn }))
    expect(tagsOf(Tags)).toEqual({ team: 'blue' })
    await iam.send(new DeleteSAMLProviderCommand({ SAMLProviderArn }))
    await expect(read(SAMLProviderArn)).rejects.toBeInstanceOf(NoSuchEntityException)
  })
})

describe('aws_iam_role', () => {
  const RoleName = 'TfDeveloper'
  const policy = (audience: string): string =>
    JSON.stringify({
      Version: '2012-10-17',
      Statement: [
        {
          Effect: 'Allow',
          Principal: { Federated: `arn:aws:iam::${ACCOUNT}:oidc-provider/tf.example.com` },
          Action: 'sts:AssumeRoleWithWebIdentity',
          Condition: { StringEquals: { 'tf.example.com:aud': audience } },
        },
      ],
    })

  /** resourceRoleRead */
  const read = async () => {
    const { Role } = await iam.send(new GetRoleCommand({ RoleName }))
    const { PolicyNames = [] } = await iam.send(new ListRolePoliciesCommand({ RoleName }))
    const inline = await Promise.all(
      PolicyNames.map((PolicyName) => iam.send(new GetRolePolicyCommand({ RoleName, PolicyName }))),
    )
    const { AttachedPolicies = [] } = await iam.send(new ListAttachedRolePoliciesCommand({ RoleName }))
    return {
      arn: Role?.Arn,
      name: Role?.RoleName,
      path: Role?.Path,
      description: Role?.Description ?? '',
      max_session_duration: Role?.MaxSessionDuration,
      permissions_boundary: Role?.PermissionsBoundary,
      unique_id: Role?.RoleId,
      create_date: Role?.CreateDate?.toISOString(),
      // url.QueryUnescape: a plus would become a space.
      assume_role_policy: decodeURIComponent((Role?.AssumeRolePolicyDocument ?? '').replaceAll('+', ' ')),
      inline_policy: inline.map(({ PolicyName, PolicyDocument = '' }) => [
        PolicyName,
        decodeURIComponent(PolicyDocument),
      ]),
      managed_policy_arns: AttachedPolicies.map(({ PolicyArn }) => PolicyArn),
      tags: tagsOf(Role?.Tags),
    }
  }

  it('aws_iam_role is applied, planned without a difference, changed and destroyed', async () => {
    const { Role } = await iam.send(
      new CreateRoleCommand({
        RoleName,
        Path: '/',
        AssumeRolePolicyDocument: policy('sts.amazonaws.com'),
        MaxSessionDuration: 7200,
        Tags: [{ Key: 'team', Value: 'blue' }],
      }),
    )
    expect(Role?.RoleName).toBe(RoleName)
    const applied = await read()
    expect(applied).toMatchObject({
      arn: `arn:aws:iam::${ACCOUNT}:role/TfDeveloper`,
      path: '/',
      description: '',
      max_session_duration: 7200,
      permissions_boundary: undefined,
      assume_role_policy: policy('sts.amazonaws.com'),
      inline_policy: [],
      managed_policy_arns: [],
      tags: { team: 'blue' },
    })
    expect(await read()).toEqual(applied)
    await iam.send(new UpdateAssumeRolePolicyCommand({ RoleName, PolicyDocument: policy('other +audience') }))
    await iam.send(new UpdateRoleDescriptionCommand({ RoleName, Description: 'made by Terraform' }))
    await iam.send(new UpdateRoleCommand({ RoleName, MaxSessionDuration: 3600 }))
    await iam.send(
      new PutRolePolicyCommand({ RoleName, PolicyName: 'all', PolicyDocument: JSON.stringify(everything) }),
    )
    await iam.send(new UntagRoleCommand({ RoleName, TagKeys: ['team'] }))
    await iam.send(new TagRoleCommand({ RoleName, Tags: [{ Key: 'stage', Value: 'test' }] }))
    expect(await read()).toEqual({
      ...applied,
      description: 'made by Terraform',
      max_session_duration: 3600,
      assume_role_policy: policy('other +audience'),
      inline_policy: [['all', JSON.stringify(everything)]],
      tags: { stage: 'test' },
    })
    const { InstanceProfiles, IsTruncated } = await iam.send(new ListInstanceProfilesForRoleCommand({ RoleName }))
    expect([InstanceProfiles, IsTruncated]).toEqual([[], false])
    await iam.send(new DeleteRolePolicyCommand({ RoleName, PolicyName: 'all' }))
    await iam.send(new DeleteRoleCommand({ RoleName }))
    await expect(read()).rejects.toBeInstanceOf(NoSuchEntityException)
    await expect(iam.send(new ListInstanceProfilesForRoleCommand({ RoleName }))).rejects.toBeInstanceOf(
      NoSuchEntityException,
    )
    await expect(iam.send(new DeleteRoleCommand({ RoleName }))).rejects.toBeInstanceOf(NoSuchEntityException)
  })
})

describe.skipIf(!requireTool(AWS))('The AWS CLI', () => {
  it('reads what the provider reads', async () => {
    const run = promisify(execFile)
    const env = {
      PATH: '/usr/bin:/bin',
      HOME: '/nonexistent',
      AWS_ACCESS_KEY_ID: USER.accessKeyId,
      AWS_SECRET_ACCESS_KEY: USER.secretAccessKey,
      AWS_DEFAULT_REGION: 'us-east-1',
      AWS_EC2_METADATA_DISABLED: 'true',
      AWS_PAGER: '',
    }
    const iamCli = async (...args: readonly string[]): Promise<unknown> => {
      const { stdout } = await run(AWS, ['iam', ...args, '--endpoint-url', aws.url, '--output', 'json'], { env })
      return JSON.parse(stdout)
    }
    const role = ['--role-name', 'Developer']
    expect(await iamCli('list-attached-role-policies', ...role)).toEqual({ AttachedPolicies: [] })
    expect(await iamCli('list-instance-profiles-for-role', ...role)).toEqual({ InstanceProfiles: [] })
    expect(await iamCli('get-role', ...role)).toMatchObject({
      Role: { RoleName: 'Developer', RoleLastUsed: {}, AssumeRolePolicyDocument: { Version: '2012-10-17' } },
    })
  })
})
