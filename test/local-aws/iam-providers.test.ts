import 'reflect-metadata'
import { generateKeyPairSync, webcrypto } from 'node:crypto'
import {
  AddClientIDToOpenIDConnectProviderCommand,
  CreateOpenIDConnectProviderCommand,
  CreateRoleCommand,
  CreateSAMLProviderCommand,
  DeleteOpenIDConnectProviderCommand,
  DeleteSAMLProviderCommand,
  EntityAlreadyExistsException,
  GetOpenIDConnectProviderCommand,
  GetSAMLProviderCommand,
  IAMClient,
  InvalidInputException,
  LimitExceededException,
  ListOpenIDConnectProvidersCommand,
  ListSAMLProvidersCommand,
  NoSuchEntityException,
  RemoveClientIDFromOpenIDConnectProviderCommand,
  UpdateOpenIDConnectProviderThumbprintCommand,
  UpdateSAMLProviderCommand,
  type UpdateSAMLProviderCommandInput,
} from '@aws-sdk/client-iam'
import { BasicConstraintsExtension, type Extension, KeyUsagesExtension, X509CertificateGenerator } from '@peculiar/x509'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { startLocalAws } from '../../src/local-aws/server.ts'
import {
  ACCOUNT,
  base64,
  call,
  metadata,
  newKeys,
  type OpenIdProvider,
  PROVIDER,
  ROLE,
  type Running,
  responseXml,
  sign,
  start,
  startOpenIdProvider,
  stateFor,
  USER,
} from './support.ts'

const [keys, otherKeys] = await Promise.all([newKeys(), newKeys()])
const everything = { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }] }
const pem = (): string =>
  generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()

const certificateWith = async (extensions: Extension[]): Promise<string> => {
  const signingAlgorithm = { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256', publicExponent: new Uint8Array([1, 0, 1]) }
  const pair = await webcrypto.subtle.generateKey({ ...signingAlgorithm, modulusLength: 2048 }, true, [
    'sign',
    'verify',
  ])
  const certificate = await X509CertificateGenerator.createSelfSigned({ keys: pair, signingAlgorithm, extensions })
  return certificate.toString('pem')
}

let openId: OpenIdProvider
beforeAll(async () => {
  openId = await startOpenIdProvider()
})
afterAll(() => openId.close())

let aws: Running
let iam: IAMClient
beforeEach(async () => {
  const state = stateFor(keys)
  aws = await start({ ...state, users: state.users.map((user) => ({ ...user, policies: { everything } })) })
  iam = new IAMClient({ region: 'us-east-1', endpoint: aws.url, maxAttempts: 1, credentials: USER })
})
afterEach(() => aws.close())

const takeWith = (signingKeys: typeof keys) =>
  call(aws.url, {
    Action: 'AssumeRoleWithSAML',
    RoleArn: ROLE,
    PrincipalArn: PROVIDER,
    SAMLAssertion: base64(sign(responseXml(new Date()), signingKeys)),
  })

describe('A SAML provider', () => {
  const createProvider = (Name: string, SAMLMetadataDocument = metadata(keys)) =>
    iam.send(new CreateSAMLProviderCommand({ Name, SAMLMetadataDocument }))
  const update = (input: Omit<UpdateSAMLProviderCommandInput, 'SAMLProviderArn'>) =>
    iam.send(new UpdateSAMLProviderCommand({ SAMLProviderArn: PROVIDER, ...input }))
  const get = (SAMLProviderArn = PROVIDER) => iam.send(new GetSAMLProviderCommand({ SAMLProviderArn }))

  it('a SAML provider is created, returned and listed', async () => {
    const { SAMLProviderArn } = await createProvider('okta')
    expect(SAMLProviderArn).toBe(`arn:aws:iam::${ACCOUNT}:saml-provider/okta`)
    const told = await get(SAMLProviderArn)
    expect(told.SAMLMetadataDocument).toBe(metadata(keys))
    expect(told.SAMLProviderUUID).toMatch(/^[A-Z0-9]{22,64}$/)
    const { SAMLProviderList = [] } = await iam.send(new ListSAMLProvidersCommand({}))
    expect(SAMLProviderList.map(({ Arn }) => Arn)).toEqual([PROVIDER, SAMLProviderArn])
  })

  it('vouches with new keys from the next call on, and no longer with the old', async () => {
    expect((await takeWith(keys)).status).toBe(200)
    await update({ SAMLMetadataDocument: metadata(otherKeys) })
    expect((await takeWith(keys)).error).toBe('InvalidIdentityToken: Response signature invalid')
    expect((await takeWith(otherKeys)).status).toBe(200)
  })

  it('vouches no more once it is deleted', async () => {
    await iam.send(new DeleteSAMLProviderCommand({ SAMLProviderArn: PROVIDER }))
    expect((await takeWith(keys)).error).toContain("Specified provider doesn't exist")
    await expect(get()).rejects.toBeInstanceOf(NoSuchEntityException)
  })

  it('exists once', async () => {
    await expect(createProvider('corp')).rejects.toBeInstanceOf(EntityAlreadyExistsException)
  })

  it('a provider of another account is not there', async () => {
    await expect(get('arn:aws:iam::444455556666:saml-provider/corp')).rejects.toBeInstanceOf(NoSuchEntityException)
  })

  it('needs metadata of an identity provider', async () => {
    await expect(createProvider('x', `<a>${' '.repeat(1000)}</a>`)).rejects.toBeInstanceOf(InvalidInputException)
  })

  // B.5: no repeated X.509 extensions.
  it.each([
    [
      'takes a certificate with each extension once',
      [new KeyUsagesExtension(1), new BasicConstraintsExtension(false)],
      200,
    ],
    ['takes a certificate without any', [], 200],
    ['refuses one with an extension twice', [new KeyUsagesExtension(1), new KeyUsagesExtension(2)], 400],
  ])('a SAML provider: %s', async (_, extensions, status) => {
    const document = metadata({ privateKey: '', certificate: await certificateWith(extensions) })
    const made = createProvider('okta', document)
    const answer = await made.then(
      () => 200,
      (error: unknown) => (error instanceof InvalidInputException ? 400 : error),
    )
    expect(answer).toBe(status)
  })

  it('needs metadata without a byte order mark (B.5)', async () => {
    await expect(createProvider('okta', `\uFEFF${metadata(keys)}`)).rejects.toThrow(InvalidInputException)
    await expect(update({ SAMLMetadataDocument: `\uFEFF${metadata(keys)}` })).rejects.toThrow(InvalidInputException)
  })

  it('needs every certificate to be one, although the gateway leaves out what it cannot read', async () => {
    const [descriptor = ''] = /<KeyDescriptor.*?<\/KeyDescriptor>/s.exec(metadata(keys)) ?? []
    const broken = descriptor.replace(/(X509Certificate>)[^<]+/, '$1AAAA')
    const both = metadata(keys).replace(descriptor, () => descriptor + broken)
    expect(both).not.toBe(metadata(keys))
    await expect(createProvider('both', both)).rejects.toThrow(InvalidInputException)
  })

  it('takes keys that open assertions, two at most, added and removed in calls of their own', async () => {
    await update({ AddPrivateKey: pem() })
    expect((await get()).AssertionEncryptionMode).toBe('Allowed')
    await update({ AddPrivateKey: pem(), AssertionEncryptionMode: 'Required' })
    await expect(update({ AddPrivateKey: pem() })).rejects.toBeInstanceOf(LimitExceededException)
    const { PrivateKeyList = [], AssertionEncryptionMode } = await get()
    expect([PrivateKeyList.length, AssertionEncryptionMode]).toEqual([2, 'Required'])
    const [first, second] = PrivateKeyList.map(({ KeyId = '' }) => KeyId)
    await expect(update({ AddPrivateKey: pem(), RemovePrivateKey: first })).rejects.toThrow(
      'Unable to add and remove private keys in the same request.',
    )
    await update({ RemovePrivateKey: first })
    expect((await get()).PrivateKeyList?.map(({ KeyId }) => KeyId)).toEqual([second])
    await expect(update({ RemovePrivateKey: first })).rejects.toThrow('does not match a private key')
  })

  it.each([
    ['a key that is none', { AddPrivateKey: 'x' }, 'Invalid private key.'],
    [
      'Required without a key',
      { AssertionEncryptionMode: 'Required' },
      'Unable to set assertion encryption mode to Required because no private key is provided.',
    ],
    ['nothing', {}, 'No updates are defined for metadata or encryption assertion.'],
    ['a mode that is none', { AssertionEncryptionMode: 'Maybe' as 'Allowed' }, '[Required, Allowed]'],
  ] as const)('a SAML provider is refused %s', async (_, input, message) => {
    await expect(update(input)).rejects.toThrow(message)
  })
})

describe('An OpenID provider', () => {
  const invalidUrl = { name: 'ValidationError', message: 'Invalid Open ID Connect Provider URL' }
  const createProvider = (Url: string, more: Partial<CreateOpenIDConnectProviderCommand['input']> = {}) =>
    iam.send(new CreateOpenIDConnectProviderCommand({ Url, ClientIDList: ['fedgate'], ...more }))
  const get = (OpenIDConnectProviderArn: string) =>
    iam.send(new GetOpenIDConnectProviderCommand({ OpenIDConnectProviderArn }))

  it('an OpenID provider is created, returned and listed, without the scheme of its issuer', async () => {
    const ThumbprintList = ['a'.repeat(40)]
    const { OpenIDConnectProviderArn: arn = '' } = await createProvider('https://idp.example.com/tenant', {
      ThumbprintList,
      Tags: [{ Key: 'team', Value: 'blue' }],
    })
    expect(arn).toBe(`arn:aws:iam::${ACCOUNT}:oidc-provider/idp.example.com/tenant`)
    expect(await get(arn)).toMatchObject({
      Url: 'idp.example.com/tenant',
      ClientIDList: ['fedgate'],
      ThumbprintList,
      Tags: [{ Key: 'team', Value: 'blue' }],
    })
    const { OpenIDConnectProviderList = [] } = await iam.send(new ListOpenIDConnectProvidersCommand({}))
    expect(OpenIDConnectProviderList.map(({ Arn }) => Arn)).toContain(arn)
  })

  it('an OpenID provider and a role, both made here, accept a token of a new issuer', async () => {
    const { OpenIDConnectProviderArn: arn = '' } = await createProvider(openId.url)
    const host = openId.url.replace('http://', '')
    const AssumeRolePolicyDocument = JSON.stringify({
      Version: '2012-10-17',
      Statement: [
        {
          Effect: 'Allow',
          Principal: { Federated: arn },
          Action: 'sts:AssumeRoleWithWebIdentity',
          Condition: { StringEquals: { [`${host}:aud`]: ['fedgate', 'second'] } },
        },
      ],
    })
    const { Role } = await iam.send(new CreateRoleCommand({ RoleName: 'FromTokens', AssumeRolePolicyDocument }))
    const take = async (aud: string) =>
      call(aws.url, {
        Action: 'AssumeRoleWithWebIdentity',
        RoleArn: Role?.Arn ?? '',
        RoleSessionName: 'alice',
        WebIdentityToken: await openId.token({ aud }),
      })
    expect((await take('fedgate')).status).toBe(200)
    expect((await take('second')).error).toBe('InvalidIdentityToken: Incorrect token audience')
    const ids = { OpenIDConnectProviderArn: arn, ClientID: 'second' }
    await iam.send(new AddClientIDToOpenIDConnectProviderCommand(ids))
    expect((await take('second')).status).toBe(200)
    await iam.send(new RemoveClientIDFromOpenIDConnectProviderCommand(ids))
    expect((await take('second')).error).toBe('InvalidIdentityToken: Incorrect token audience')
  })

  it('exists once for each issuer', async () => {
    await createProvider('https://idp.example.com')
    const again = createProvider('https://idp.example.com/')
    await expect(again).rejects.toBeInstanceOf(EntityAlreadyExistsException)
  })

  it.each(['idp.example.com', 'https://idp.example.com/?x', 'ftp://idp.example.com', 'https://a@idp.example.com'])(
    'an OpenID provider has no issuer %s',
    async (url) => {
      await expect(createProvider(url)).rejects.toMatchObject(invalidUrl)
    },
  )

  it.each(['https://idp.example.com:8443', 'http://idp.example.com'])(
    'an OpenID provider has no issuer %s, unless issuers of this machine are allowed (C.5)',
    async (url) => {
      await createProvider(url)
      const state = stateFor(keys)
      const users = state.users.map((user) => ({ ...user, policies: { everything } }))
      const listen = { host: '127.0.0.1', port: 0 }
      const strict = await startLocalAws({ listen, state: { ...state, users }, allowHttpIssuers: false, log: () => {} })
      try {
        const settings = { region: 'us-east-1', endpoint: strict.url, maxAttempts: 1, credentials: USER }
        const create = (Url: string) =>
          new IAMClient(settings).send(new CreateOpenIDConnectProviderCommand({ Url, ClientIDList: ['fedgate'] }))
        await expect(create(url)).rejects.toMatchObject(invalidUrl)
        expect((await create('https://idp.example.com/x')).OpenIDConnectProviderArn).toMatch(/idp\.example\.com\/x$/)
      } finally {
        await strict.close()
      }
    },
  )

  it.each([
    ['a control character in its URL', 'https://idp.example.com/\u0001', 'fedgate', 'ValidationError'],
    ['a character that is none in its URL', 'https://idp.example.com/\uffff', 'fedgate', 'ValidationError'],
    ['a backslash in its URL', 'https://idp.example.com\\@other.example', 'fedgate', 'ValidationError'],
    ['a client id that no answer could tell', 'https://idp.example.com/told', 'a\u0000b', 'InvalidInputException'],
  ])('an OpenID provider is not made with %s, and the others can be listed', async (_, url, clientId, name) => {
    await expect(createProvider(url, { ClientIDList: [clientId] })).rejects.toMatchObject({ name })
    const { OpenIDConnectProviderList: list } = await iam.send(new ListOpenIDConnectProvidersCommand({}))
    expect(list).toBeDefined()
  })

  it('an OpenID provider has thumbprints of hexadecimal digits', async () => {
    const made = (digit: string) => createProvider('https://idp.example.com', { ThumbprintList: [digit.repeat(40)] })
    await expect(made('g')).rejects.toBeInstanceOf(InvalidInputException)
    expect((await made('F')).OpenIDConnectProviderArn).toMatch(/idp\.example\.com$/)
  })

  it('an OpenID provider has five thumbprints at most', async () => {
    const { OpenIDConnectProviderArn: arn = '' } = await createProvider('https://idp.example.com')
    const put = (count: number) => {
      const ThumbprintList = Array.from({ length: count }, (_, n) => String(n).repeat(40))
      return iam.send(
        new UpdateOpenIDConnectProviderThumbprintCommand({ OpenIDConnectProviderArn: arn, ThumbprintList }),
      )
    }
    await put(5)
    expect((await get(arn)).ThumbprintList?.length).toBe(5)
    await expect(put(6)).rejects.toBeInstanceOf(InvalidInputException)
  })

  it('an OpenID provider has a hundred client ids at most', async () => {
    const ClientIDList = Array.from({ length: 101 }, (_, n) => `client-${n}`)
    await expect(createProvider('https://idp.example.com', { ClientIDList })).rejects.toBeInstanceOf(
      LimitExceededException,
    )
  })

  it('an OpenID provider is deleted once', async () => {
    const { OpenIDConnectProviderArn } = await createProvider('https://idp.example.com')
    const remove = () => iam.send(new DeleteOpenIDConnectProviderCommand({ OpenIDConnectProviderArn }))
    await remove()
    await expect(remove()).rejects.toThrow(`OpenId connect Provider ${OpenIDConnectProviderArn} cannot be found.`)
    await expect(remove()).rejects.toBeInstanceOf(NoSuchEntityException)
    await expect(get(OpenIDConnectProviderArn ?? '')).rejects.toBeInstanceOf(NoSuchEntityException)
  })
})
