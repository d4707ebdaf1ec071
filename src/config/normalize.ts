/** Turns a file that passed schema and rules into a Config. Cannot fail on such a file. */
import { resolve } from 'node:path'
import { Secret } from '../core/secret.ts'
import { brandingOf } from './normalize/branding.ts'
import { federationOf } from './normalize/federation.ts'
import { encryptionKeysOf, issuerOf, signingKeysOf } from './normalize/keys.ts'
import { oidcProviderOf } from './normalize/openid-provider.ts'
import { accessRuleOf, accountsOf, operatorRuleOf, requestAccessOf, roleSettingsOf } from './normalize/roles.ts'
import { samlProviderOf } from './normalize/saml-provider.ts'
import { storeOf } from './normalize/session-store.ts'
import { optional, seconds } from './normalize/values.ts'
import type { ReadText } from './policies.ts'
import type { FileConfig, FileProvider } from './schema.ts'
import type { AwsTarget, Config, ProviderConfig, Rate } from './types.ts'

export interface Place {
  /** Absolute. */
  readonly file: string
  /** Absolute. */
  readonly folder: string
  /** The line of a rule, by its index. */
  readonly ruleLine: (list: 'access' | 'operators', index: number) => number
  readonly readText: ReadText
}

/** Fills in the defaults that depend on other keys; makes paths absolute, durations seconds and secrets Secret. */
export function normalize(
  file: FileConfig,
  { file: path, folder, ruleLine, readText }: Place,
): Omit<Config, 'unread' | 'written'> {
  const baseUrl = new URL(file.baseUrl).origin
  const { session, sts } = file
  const stateFolder = resolve(folder, file.stateDir)
  return {
    file: path,
    folder,
    stateFolder,
    baseUrl,
    listen: listenOf(file.listen, folder),
    trustProxy: file.trustProxy,
    session: {
      secrets: secretsOf(session.secret),
      store: storeOf(session.store, folder, stateFolder),
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
    ...optional('signing', signingKeysOf(file, folder)),
    ...optional('encryption', encryptionKeysOf(file, folder)),
    ...optional('issuer', issuerOf(file, baseUrl, folder)),
    providers: file.providers.map((provider) => providerOf(provider, baseUrl, folder)),
    accounts: accountsOf(file.accounts),
    roles: file.roles.map((role) => roleSettingsOf(role, readText)),
    access: file.access.map((rule, index) => accessRuleOf(rule, ruleLine('access', index))),
    catalog: [file.catalog].flat().map((path) => resolve(folder, path)),
    ...optional('requestAccess', requestAccessOf(file.requestAccess)),
    operators: file.operators.map((rule, index) => operatorRuleOf(rule, ruleLine('operators', index))),
    sessionName: file.sessionName,
    ...optional('sourceIdentity', file.sourceIdentity),
    sessionTags: new Map(Object.entries(file.sessionTags)),
    transitiveTags: file.transitiveTags,
    localAws: localAwsOf(file, folder),
    audit: {
      required: file.audit.required,
      ...optional('file', file.audit.file === undefined ? undefined : resolve(folder, file.audit.file)),
      ...optional('syslog', file.audit.syslog),
      ...optional('syslogCa', file.audit.syslogCa === undefined ? undefined : resolve(folder, file.audit.syslogCa)),
      ...optional('key', file.audit.key === undefined ? undefined : resolve(folder, file.audit.key)),
    },
    metrics: optional('listen', file.metrics.listen),
    limits: limitsOf(file.limits),
    ...optional('federation', federationOf(file.federation)),
    ...optional('branding', brandingOf(file.branding, folder)),
  }
}

function listenOf({ tls, ...listen }: FileConfig['listen'], folder: string): Config['listen'] {
  return { ...listen, ...optional('tls', tls && { key: resolve(folder, tls.key), cert: resolve(folder, tls.cert) }) }
}

function limitsOf(limits: FileConfig['limits']): Config['limits'] {
  const { loginStarts, acs, callbacks, logouts, oauth, api } = limits
  return {
    loginStarts: rateOf(loginStarts),
    acs: rateOf(acs),
    callbacks: rateOf(callbacks),
    logouts: rateOf(logouts),
    oauth: rateOf(oauth),
    api: rateOf(api),
  }
}

function rateOf(text: string): Rate {
  const [requests, per] = text.split('/')
  if (per !== 's' && per !== 'm' && per !== 'h') throw new TypeError(`no rate: ${text}`)
  return { requests: Number(requests), per }
}

function secretsOf(configured: string | readonly string[]): Config['session']['secrets'] {
  const [first, ...rest] = [configured].flat().map((secret) => new Secret(secret))
  if (!first) throw new TypeError('no session secret')
  return [first, ...rest]
}

function targetOf(text: string): AwsTarget {
  return text === 'aws' || text === 'local' ? { kind: text } : { kind: 'url', url: text.replace(/\/+$/, '') }
}

function signInOf({ endpoint, signIn }: FileConfig['sts']): AwsTarget {
  if (signIn !== undefined) return targetOf(signIn)
  const target = targetOf(endpoint)
  return target.kind === 'url' ? { kind: 'url', url: new URL(target.url).origin } : target
}

function providerOf(provider: FileProvider, baseUrl: string, folder: string): ProviderConfig {
  return provider.protocol === 'saml' ? samlProviderOf(provider, baseUrl, folder) : oidcProviderOf(provider, folder)
}

function localAwsOf({ localAws, listen }: FileConfig, folder: string): Config['localAws'] {
  return {
    // 0 means any free port and is not incremented.
    listen: localAws.listen ?? { host: listen.host, port: listen.port === 0 ? 0 : listen.port + 1 },
    allowHttpIssuers: localAws.allowHttpIssuers,
    encodedMessages: localAws.encodedMessages,
    standIns: localAws.standIns,
    ...optional('stateFile', localAws.state === undefined ? undefined : resolve(folder, localAws.state)),
  }
}
