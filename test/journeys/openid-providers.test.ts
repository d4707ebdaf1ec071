/** The whole way at panva's oidc-provider: each way of signing, of proving who the gateway is, and of coming back. */
import { createPublicKey } from 'node:crypto'
import type { ClientMetadata } from 'oidc-provider'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createKeyPem } from '../../src/issuer/keys.ts'
import { refusalIn } from '../harness/html.ts'
import { formWith, HttpBrowser, type Page } from '../harness/http-browser.ts'
import { whoIs } from '../harness/sign-in.ts'
import { type ReservedGateway, reserveGateway, startConfiguredGateway } from '../harness/test-gateway.ts'
import { clientKeys, type OpenIdProvider, publicJwk, startOpenIdProvider } from '../oidc/openid-provider.ts'

const SECRET = 'a secret+with/every=kind:of%character-that._matters'
const ROLE = 'arn:aws:iam::111122223333:role/Developer'
const ORIGINAL = { via: 'web-identity', evidence: 'original' }
const REISSUED = { via: 'web-identity', evidence: 'reissued' }

let gateway: ReservedGateway
let op: OpenIdProvider
let strictOp: OpenIdProvider

interface Registered {
  readonly id: string
  readonly client?: Partial<ClientMetadata>
  readonly settings?: Readonly<Record<string, unknown>>
  readonly secret?: false
}

const jwks = (key: ReturnType<typeof publicJwk>) => ({ keys: [key] }) as unknown as NonNullable<ClientMetadata['jwks']>
const byKey = (type: 'rsa' | 'ec'): Registered => ({
  id: `key-${type}`,
  secret: false,
  client: {
    token_endpoint_auth_method: 'private_key_jwt',
    jwks: jwks(publicJwk(clientKeys[type].publicKey, `${type}-1`, 'sig')),
  },
  settings: { privateKey: `./${type}.pem`, privateKeyId: `${type}-1` },
})

const registered = (encryptionKey: string): readonly Registered[] => [
  { id: 'basic' },
  {
    id: 'post',
    client: { token_endpoint_auth_method: 'client_secret_post' },
    settings: { tokenEndpointAuthMethod: 'client_secret_post' },
  },
  { id: 'public', secret: false, client: { token_endpoint_auth_method: 'none' } },
  byKey('rsa'),
  byKey('ec'),
  { id: 'es256', client: { id_token_signed_response_alg: 'ES256' } },
  { id: 'ps256', client: { id_token_signed_response_alg: 'PS256' }, settings: { exchange: REISSUED } },
  { id: 'eddsa', client: { id_token_signed_response_alg: 'EdDSA' }, settings: { exchange: REISSUED } },
  {
    id: 'hs256',
    client: { id_token_signed_response_alg: 'HS256' },
    settings: { exchange: REISSUED, idTokenAlgs: ['HS256'] },
  },
  { id: 'ps256-passed-on', client: { id_token_signed_response_alg: 'PS256' } },
  { id: 'eddsa-passed-on', client: { id_token_signed_response_alg: 'EdDSA' } },
  { id: 'form', settings: { responseMode: 'form_post' } },
  { id: 'pushed', settings: { par: 'always' } },
  { id: 'wishes', settings: { prompt: 'login', maxAge: '1h', acrValues: ['mfa'], userinfo: false } },
  {
    id: 'encrypted',
    client: {
      id_token_encrypted_response_alg: 'RSA-OAEP-256',
      id_token_encrypted_response_enc: 'A256GCM',
      jwks: jwks(publicJwk(createPublicKey(encryptionKey), 'enc-1', 'enc')),
    },
  },
]

const clientOf = (url: string, { id, client, secret }: Registered): ClientMetadata => ({
  client_id: id,
  ...(secret === false ? {} : { client_secret: SECRET }),
  redirect_uris: [`${url}/oidc/${id}/callback`],
  post_logout_redirect_uris: [`${url}/logout`],
  backchannel_logout_uri: `${url}/oidc/${id}/backchannel-logout`,
  ...client,
})

const providerOf = (issuer: string, { id, settings, secret }: Registered) => ({
  id,
  protocol: 'oidc',
  issuer,
  clientId: id,
  allowInsecureHttp: true,
  scopes: ['openid', 'email'],
  exchange: ORIGINAL,
  ...(secret === false ? {} : { clientSecret: SECRET }),
  ...settings,
})

const pem = (type: 'rsa' | 'ec') => clientKeys[type].privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()

beforeAll(async () => {
  const url = await reserveGateway()
  const { privateKey, certificate } = await createKeyPem('gateway', new Date())
  const all = registered(privateKey)
  const strict: Registered = { id: 'par-required' }
  op = await startOpenIdProvider(all.map((one) => clientOf(url, one)))
  strictOp = await startOpenIdProvider([clientOf(url, strict)], { requirePar: true })
  const providers = [...all.map((one) => providerOf(op.issuer, one)), providerOf(strictOp.issuer, strict)]
  gateway = await startConfiguredGateway(
    url,
    {
      providers,
      encryption: { key: './enc.key', certificate: './enc.crt' },
      access: [{ when: { provider: providers.map(({ id }) => id) }, roles: [ROLE] }],
    },
    { files: { 'enc.key': privateKey, 'enc.crt': certificate, 'rsa.pem': pem('rsa'), 'ec.pem': pem('ec') } },
  )
})
afterAll(async () => {
  await gateway.close()
  await Promise.all([op.close(), strictOp.close()])
})

const signedIn = async (provider: string) => {
  const browser = new HttpBrowser()
  const page = await browser.open(`${gateway.url}/login/${provider}`)
  const isPosted = page.forms.some(({ fields }) => 'code' in fields)
  return { browser, page: isPosted ? await browser.submit(page, formWith(page, 'code')) : page }
}

const take = ({ browser, page }: { browser: HttpBrowser; page: Page }): Promise<Page> =>
  browser.submit(page, { ...formWith(page, 'role', ROLE), action: `${gateway.url}/roles/credentials` })

describe('alice takes a role', () => {
  it.each([
    'basic',
    'post',
    'public',
    'key-rsa',
    'key-ec',
    'es256',
    'ps256',
    'eddsa',
    'hs256',
    'form',
    'pushed',
    'par-required',
    'wishes',
    'encrypted',
  ])('alice takes a role at the client %s', async (provider) => {
    const arrived = await signedIn(provider)
    expect(arrived.page.url).toBe(`${gateway.url}/roles`)
    expect((await take(arrived)).body).toContain('assumed-role/Developer/alice')
  })

  it.each([
    ['ps256-passed-on', 'PS256'],
    ['eddsa-passed-on', 'EdDSA'],
  ])('alice does not get a role by a token that AWS does not accept: %s', async (provider, algorithm) => {
    const refused = refusalIn((await take(await signedIn(provider))).body)
    expect(refused).toMatchObject({ status: 403, code: 'sts.evidence_algorithm' })
    const line = gateway.audit().find(({ referenceId }) => referenceId === refused.reference)
    expect(JSON.stringify(line)).toContain(algorithm)
  })
})

describe('the way to the provider', () => {
  const sentTo = async (path: string): Promise<URLSearchParams> => {
    const answer = await fetch(`${gateway.url}${path}`, { redirect: 'manual' })
    return new URL(answer.headers.get('location') ?? '').searchParams
  }

  it('names the expected user, where the link says it', async () => {
    expect((await sentTo('/login/basic?login_hint=alice%40example.com')).get('login_hint')).toBe('alice@example.com')
    expect((await sentTo('/login/basic')).has('login_hint')).toBe(false)
  })

  it('carries what the configuration wishes', async () => {
    const sent = await sentTo('/login/wishes')
    expect(sent.get('prompt')).toBe('login')
    expect(sent.get('max_age')).toBe('3600')
    expect(sent.get('acr_values')).toBe('mfa')
  })
})

describe('logout', () => {
  const confirmAtOp = async (browser: HttpBrowser, href: string): Promise<Page> => {
    const { body: xsrf } = await browser.open(href)
    return browser.post(`${op.issuer}/session/end/confirm`, { xsrf, logout: 'yes' }, { from: op.issuer })
  }

  it('there ends the login here through the back channel', async () => {
    const { browser } = await signedIn('basic')
    expect(await whoIs(browser, gateway.url)).toBe('alice')
    await confirmAtOp(browser, `${op.issuer}/session/end`)
    expect(await whoIs(browser, gateway.url)).toBeUndefined()
    expect(gateway.audit().findLast(({ eventName }) => eventName === 'logout')).toMatchObject({
      provider: 'basic',
      reason: 'provider',
    })
  })

  it.each(['basic', 'encrypted'])('here goes on to the provider and comes back: %s', async (provider) => {
    const { browser, page } = await signedIn(provider)
    const onward = await browser.submit(page, { ...formWith(page, 'csrf'), action: `${gateway.url}/logout` })
    const href = /<meta http-equiv="refresh" content="0; url=([^"]*)">/.exec(onward.body)?.[1]?.replaceAll('&amp;', '&')
    const end = await confirmAtOp(browser, href ?? '')
    expect(end.url).toContain(`${gateway.url}/logout`)
    expect(end.body).toContain('You are signed out')
    expect(await whoIs(browser, gateway.url)).toBeUndefined()
  })
})
