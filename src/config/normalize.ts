/** From a file that fits schema and rules to the form that everyone else uses. Cannot fail on such a file. */
import { resolve } from 'node:path'
import { parseDuration } from '../core/duration.ts'
import { Secret } from '../core/secret.ts'
import { looksLikeUrl } from './address.ts'
import { globPattern, toValueMatch } from './patterns.ts'
import { policyJson, type ReadText, type WrittenPolicy } from './policies.ts'
import { conditionsOf, idpsOf, providersOf } from './rules/access.ts'
import type { FileConfig, FileProvider } from './schema.ts'
import type {
  AccessRule,
  AwsTarget,
  ClientAuth,
  Config,
  IssuerConfig,
  IssuerKeyConfig,
  KeyConfig,
  KeysConfig,
  MetadataSource,
  OidcProviderConfig,
  OperatorRule,
  ProviderConfig,
  ReissuedExchange,
  RoleSettings,
  SamlProviderConfig,
} from './types.ts'

export interface Place {
  /** Absolute. */
  readonly file: string
  /** Absolute. */
  readonly folder: string
  /** The line of a rule, by its index. */
  readonly ruleLine: (list: 'access' | 'operators', index: number) => number
  readonly readText: ReadText
}

const seconds = (text: string): number => {
  const parsed = parseDuration(text)
  if (parsed === undefined) throw new TypeError(`no duration: ${text}`)
  return parsed
}

/** `{}` for undefined: exactOptionalPropertyTypes tells a missing key from one that is undefined. */
const optional = <Key extends string, Value>(key: Key, value: Value | undefined): { readonly [K in Key]?: Value } =>
  value === undefined ? {} : ({ [key]: value } as { readonly [K in Key]?: Value })

const targetOf = (text: string): AwsTarget =>
  text === 'aws' || text === 'local' ? { kind: text } : { kind: 'url', url: text.replace(/\/+$/, '') }

const signInOf = ({ endpoint, signIn }: FileConfig['sts']): AwsTarget => {
  if (signIn !== undefined) return targetOf(signIn)
  const target = targetOf(endpoint)
  return target.kind === 'url' ? { kind: 'url', url: new URL(target.url).origin } : target
}

/** The keys as named; with the local AWS those that are not named have their place under `certs/`. */
const keysOf = (purpose: 'signing' | 'encryption', file: FileConfig, folder: string): KeysConfig | undefined => {
  const [first, ...rest] = [file[purpose] ?? []].flat().map(
    ({ key, certificate }): KeyConfig => ({
      key: resolve(folder, key),
      certificate: resolve(folder, certificate),
      createIfMissing: false,
    }),
  )
  if (first) return [first, ...rest]
  if (file.sts.endpoint !== 'local') return undefined
  const made = resolve(folder, 'certs', purpose)
  return [{ key: `${made}.key`, certificate: `${made}.crt`, createIfMissing: true }]
}

const issuerKeysOf = ({ issuer, sts }: FileConfig, folder: string): IssuerConfig['keys'] | undefined => {
  const [first, ...rest] = [issuer.key ?? []]
    .flat()
    .map((key): IssuerKeyConfig => ({ key: resolve(folder, key), createIfMissing: false }))
  if (first) return [first, ...rest]
  return sts.endpoint === 'local' ? [{ key: resolve(folder, 'certs', 'issuer.key'), createIfMissing: true }] : undefined
}

/** The gateway is an issuer where it has a key for it, which it makes for the local AWS. */
const issuerOf = (file: FileConfig, baseUrl: string, folder: string): IssuerConfig | undefined => {
  const keys = issuerKeysOf(file, folder)
  if (!keys) return undefined
  const { url, algorithm, audience, tokenLifetime } = file.issuer
  return { url: url ?? baseUrl, keys, algorithm, audience, tokenLifetimeSeconds: seconds(tokenLifetime) }
}

const secretsOf = (configured: string | readonly string[]): Config['session']['secrets'] => {
  const [first, ...rest] = [configured].flat().map((secret) => new Secret(secret))
  if (!first) throw new TypeError('no session secret')
  return [first, ...rest]
}

type FileSamlProvider = Extract<FileProvider, { protocol: 'saml' }>

const metadataOf = ({ metadata }: FileSamlProvider, folder: string): MetadataSource => {
  if (typeof metadata !== 'string') return { kind: 'mdq', url: metadata.mdq.replace(/\/+$/, '') }
  return looksLikeUrl(metadata) ? { kind: 'url', url: metadata } : { kind: 'file', path: resolve(folder, metadata) }
}

/** Core 8.3; the older two kept the names of SAML 1.1. */
const nameIdFormats: Readonly<Record<string, string>> = {
  persistent: 'urn:oasis:names:tc:SAML:2.0:nameid-format:persistent',
  transient: 'urn:oasis:names:tc:SAML:2.0:nameid-format:transient',
  emailAddress: 'urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress',
  unspecified: 'urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified',
}

const reissuedExchange = ({ via, provider = 'fedgate' }: FileProvider['exchange']): ReissuedExchange =>
  via === 'saml' ? { via, evidence: 'reissued', provider } : { via, evidence: 'reissued' }

const samlExchangeOf = ({ id, exchange, stsDecrypts }: FileSamlProvider): SamlProviderConfig['exchange'] =>
  exchange.evidence === 'original'
    ? { via: 'saml', evidence: 'original', provider: exchange.provider ?? id, stsDecrypts }
    : reissuedExchange(exchange)

/** AWS looks for an audience of its own in an assertion that is passed on to it. */
const AWS_AUDIENCE = 'urn:amazon:webservices'

const spEntityIdOf = ({ id, spEntityId, exchange }: FileSamlProvider, baseUrl: string): string =>
  spEntityId ?? (exchange.evidence === 'original' ? AWS_AUDIENCE : `${baseUrl}/saml/${id}/metadata`)

const samlProviderOf = (provider: FileSamlProvider, baseUrl: string, folder: string): SamlProviderConfig => {
  const {
    id,
    entityId,
    subject,
    clockSkew,
    label,
    metadataCertificate,
    nameIdFormat,
    stsDecrypts: _,
    ...same
  } = provider
  return {
    ...same,
    id,
    label: label ?? id,
    metadata: metadataOf(provider, folder),
    ...optional(
      'metadataCertificate',
      metadataCertificate === undefined ? undefined : resolve(folder, metadataCertificate),
    ),
    ...optional('entityId', entityId),
    ...optional('nameIdFormat', nameIdFormat === undefined ? undefined : (nameIdFormats[nameIdFormat] ?? nameIdFormat)),
    spEntityId: spEntityIdOf(provider, baseUrl),
    exchange: samlExchangeOf(provider),
    clockSkewSeconds: seconds(clockSkew),
    subject: subject === 'nameId' ? { kind: 'nameId' } : { kind: 'attribute', name: subject },
  }
}

type FileOidcProvider = Extract<FileProvider, { protocol: 'oidc' }>

const clientAuthOf = (provider: FileOidcProvider, folder: string): ClientAuth => {
  const { clientSecret, privateKey, privateKeyId, tokenEndpointAuthMethod: method } = provider
  if (privateKey !== undefined)
    return { kind: 'key', privateKey: resolve(folder, privateKey), ...optional('keyId', privateKeyId) }
  if (clientSecret === undefined) return { kind: 'none' }
  const isSecretMethod = method === 'client_secret_basic' || method === 'client_secret_post'
  return {
    kind: 'secret',
    secret: new Secret(clientSecret),
    ...optional('method', isSecretMethod ? method : undefined),
  }
}

const oidcProviderOf = (provider: FileOidcProvider, folder: string): OidcProviderConfig => {
  const {
    clientSecret: _,
    privateKey: __,
    privateKeyId: ___,
    tokenEndpointAuthMethod: ____,
    prompt,
    maxAge,
    idTokenAlgs,
    exchange,
    label,
    ...same
  } = provider
  return {
    ...same,
    label: label ?? provider.id,
    clientAuth: clientAuthOf(provider, folder),
    exchange:
      exchange.evidence === 'original' ? { via: 'web-identity', evidence: 'original' } : reissuedExchange(exchange),
    ...optional('prompt', prompt),
    ...optional('maxAgeSeconds', maxAge === undefined ? undefined : seconds(maxAge)),
    ...optional('idTokenAlgs', idTokenAlgs),
  }
}

const providerOf = (provider: FileProvider, baseUrl: string, folder: string): ProviderConfig =>
  provider.protocol === 'saml' ? samlProviderOf(provider, baseUrl, folder) : oidcProviderOf(provider, folder)

const policyOf = (written: WrittenPolicy | undefined, readText: ReadText): string | undefined => {
  if (written === undefined) return undefined
  const read = policyJson(written, readText)
  if (!('json' in read)) throw new TypeError(`no policy: ${read.found}`)
  return read.json
}

const roleSettingsOf = (
  {
    match,
    alias,
    maxSessionDuration,
    maxAuthAge,
    sessionPolicyArns,
    sessionPolicy,
    trustPolicy,
  }: FileConfig['roles'][number],
  readText: ReadText,
): RoleSettings => ({
  match,
  pattern: globPattern(match),
  ...optional('alias', alias),
  ...optional('maxSessionSeconds', maxSessionDuration === undefined ? undefined : seconds(maxSessionDuration)),
  ...optional('maxAuthAgeSeconds', maxAuthAge === undefined ? undefined : seconds(maxAuthAge)),
  sessionPolicyArns,
  ...optional('sessionPolicy', policyOf(sessionPolicy, readText)),
  ...optional('trustPolicy', policyOf(trustPolicy, readText)),
})

const operatorRuleOf = (rule: FileConfig['operators'][number], line: number): OperatorRule => ({
  when: {
    ...optional('provider', providersOf(rule)),
    ...optional('idp', idpsOf(rule)),
    conditions: conditionsOf(rule).map(([attribute, values]) => ({
      attribute,
      anyOf: [values].flat().map(toValueMatch),
    })),
  },
  line,
})

const accessRuleOf = (rule: FileConfig['access'][number], line: number): AccessRule => ({
  ...operatorRuleOf(rule, line),
  roles: rule.roles,
})

const accountsOf = (accounts: FileConfig['accounts']): Config['accounts'] =>
  new Map(
    Object.entries(accounts).map(([id, { name, color, region }]) => [
      id,
      { name: name ?? id, ...optional('color', color), ...optional('region', region) },
    ]),
  )

const localAwsOf = ({ localAws, listen }: FileConfig, folder: string): Config['localAws'] => ({
  // 0 stays 0: any free port.
  listen: localAws.listen ?? { host: listen.host, port: listen.port === 0 ? 0 : listen.port + 1 },
  allowHttpIssuers: localAws.allowHttpIssuers,
  ...optional('stateFile', localAws.state === undefined ? undefined : resolve(folder, localAws.state)),
})

/** Fills in the defaults that depend on other keys; makes paths absolute, durations seconds and secrets Secret. */
export const normalize = (file: FileConfig, { file: path, folder, ruleLine, readText }: Place): Config => {
  const baseUrl = new URL(file.baseUrl).origin
  const { session, sts } = file
  return {
    file: path,
    folder,
    stateFolder: resolve(folder, 'state'),
    baseUrl,
    listen: file.listen,
    trustProxy: file.trustProxy,
    session: {
      secrets: secretsOf(session.secret),
      store: session.store,
      idleSeconds: seconds(session.idle),
      lifetimeSeconds: seconds(session.lifetime),
    },
    sts: {
      target: targetOf(sts.endpoint),
      signIn: signInOf(sts),
      region: sts.region,
      fips: sts.fips,
      timeoutSeconds: seconds(sts.timeout),
    },
    ...optional('signing', keysOf('signing', file, folder)),
    ...optional('encryption', keysOf('encryption', file, folder)),
    ...optional('issuer', issuerOf(file, baseUrl, folder)),
    providers: file.providers.map((provider) => providerOf(provider, baseUrl, folder)),
    accounts: accountsOf(file.accounts),
    roles: file.roles.map((role) => roleSettingsOf(role, readText)),
    access: file.access.map((rule, index) => accessRuleOf(rule, ruleLine('access', index))),
    operators: file.operators.map((rule, index) => operatorRuleOf(rule, ruleLine('operators', index))),
    sessionName: file.sessionName,
    ...optional('sourceIdentity', file.sourceIdentity),
    sessionTags: new Map(Object.entries(file.sessionTags)),
    transitiveTags: file.transitiveTags,
    localAws: localAwsOf(file, folder),
    audit: optional('file', file.audit.file === undefined ? undefined : resolve(folder, file.audit.file)),
  }
}
