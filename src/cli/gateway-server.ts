import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import type { Writable } from 'node:stream'
import { sharedRoleWarnings } from '../access/shared-roles.ts'
import { isVerifiedEmailRequired } from '../access/verified-email.ts'
import { withCounters } from '../audit/event-counters.ts'
import type { Audit } from '../audit/events.ts'
import { countingRefusals } from '../audit/flood.ts'
import { createAuditLog } from '../audit/log.ts'
import { openTarget } from '../audit/sinks.ts'
import { consoleOrigins, consoleSignInUrl } from '../aws/console.ts'
import { createStsClient } from '../aws/sts/client.ts'
import type { AwsTarget, Config, KeysConfig, ProviderConfig } from '../config/types.ts'
import type { KeyPair } from '../core/keys.ts'
import { startServer } from '../core/running-server.ts'
import type { Gateway } from '../gateway/gateway.ts'
import { keepMetadataFresh } from '../gateway/metadata/refresh-scheduler.ts'
import { watchCertificates } from '../gateway/operations/expiring-certificates.ts'
import { createProviders, type GatewayKeys } from '../gateway/providers.ts'
import { loadKeyPair } from '../issuer/keys.ts'
import { samlIssuer } from '../issuer/saml-assertion.ts'
import { openWebIdentityIssuer } from '../issuer/web-identity-issuer.ts'
import type { ClientKey } from '../oidc/settings.ts'
import { createMemoryStore } from '../stores/memory.ts'
import { SessionStore } from '../stores/session-store.ts'
import { createApp } from '../web/app.ts'
import { listenError, StartError } from './errors.ts'
import { startLocalAws } from './local-aws/server.ts'
import { trustPolicies } from './trust-policy/known-policies.ts'

/** What a running gateway writes to, and the clock it goes by. */
export interface GatewayContext {
  readonly stdout: Writable
  /** A line for whoever runs it. */
  readonly log: (line: string) => void
  readonly now: () => Date
}

export interface RunningGateway {
  /** The local AWS that came with it, where `sts.endpoint` is `local`. */
  readonly localAwsUrl?: string
  close(): Promise<void>
}

/** A provider's token endpoint has ten seconds, the audit log as much: enough for both where all goes well. */
const BESIDE_STS_SECONDS = 15

/**
 * Of the keys that sign, in the order of the configuration: what IAM holds. A private key is touched only where both
 * files are made at first start. PEM. Throws StartError.
 */
export function signingCertificates(config: Pick<Config, 'signing'>, now: Date): Promise<readonly string[]> {
  const reading = (config.signing ?? []).map(async (files) => {
    if (files.createIfMissing) return (await loadKeys([files], now)).map(({ certificate }) => certificate)
    const pem = await readFile(files.certificate, 'utf8')
    return [new X509Certificate(pem).toString()]
  })
  return Promise.all(reading).then(
    (certificates) => certificates.flat(),
    (cause: unknown) => {
      if (cause instanceof StartError) throw cause
      const sentence = `The signing certificate cannot be used: ${cause instanceof Error ? cause.message : String(cause)}.`
      throw new StartError('start.key_unusable', { sentence, cause })
    },
  )
}

async function loadKeys(configured: KeysConfig | undefined, now: Date): Promise<readonly KeyPair[]> {
  const create = { commonName: 'fedgate', now }
  const loading = (configured ?? []).map((files) => loadKeyPair(files, files.createIfMissing ? create : undefined))
  return Promise.all(loading).catch((cause: unknown) => {
    throw new StartError('start.key_unusable', { sentence: cause instanceof Error ? `${cause.message}.` : '', cause })
  })
}

/**
 * The keys that sign requests and what AWS is shown, and those that open what is encrypted; made at first start where
 * none are configured and the local AWS runs. Throws StartError.
 */
export async function gatewayKeys(config: Config, now: Date): Promise<GatewayKeys> {
  const { signing, encryption, providers } = config
  const [signingKeys, encryptionKeys, clientKeys] = await Promise.all([
    loadKeys(signing, now),
    loadKeys(encryption, now),
    Promise.all(providers.map(loadClientKey)),
  ])
  return { signing: signingKeys, encryption: encryptionKeys, clients: new Map(clientKeys.flat()) }
}

async function loadClientKey(provider: ProviderConfig): Promise<readonly (readonly [string, ClientKey])[]> {
  if (provider.protocol !== 'oidc' || provider.clientAuth.kind !== 'key') return []
  const { privateKey, keyId, algorithm, certificate } = provider.clientAuth
  try {
    const key = createPrivateKey(await readFile(privateKey, 'utf8'))
    const clientKey = {
      privateKey: key,
      ...(keyId === undefined ? {} : { kid: keyId }),
      ...(algorithm === undefined ? {} : { algorithm }),
      ...(certificate === undefined ? {} : { certificate: certificateOf(key, await readFile(certificate, 'utf8')) }),
    }
    return [[provider.id, clientKey]]
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new StartError('start.key_unusable', { sentence: `The key ${privateKey} cannot be used: ${reason}.`, cause })
  }
}

/** Throws Error for a certificate of another key. */
function certificateOf(privateKey: KeyObject, pem: string): X509Certificate {
  const certificate = new X509Certificate(pem)
  if (certificate.checkPrivateKey(privateKey)) return certificate
  throw new Error('the privateKeyCertificate is of another key')
}

/**
 * Listens as the configuration says, with the local AWS beside it where it is asked for. Throws StartError, and
 * IssuerError where a key of the issuer cannot be used.
 */
export async function startGateway(config: Config, surroundings: GatewayContext): Promise<RunningGateway> {
  const [keys, webIdentityIssuer, trustPolicyOf, audit] = await Promise.all([
    gatewayKeys(config, surroundings.now()),
    config.issuer && openWebIdentityIssuer(config.issuer),
    trustPolicies(config, surroundings.log),
    openAudit(config, surroundings),
  ])
  const gateway = {
    ...assemble(config, keys, audit, surroundings),
    ...(webIdentityIssuer ? { webIdentityIssuer } : {}),
    trustPolicyOf,
  }
  const localAws =
    config.sts.target.kind === 'local' ? await startLocalAws(config, keys.signing[0], surroundings) : undefined
  const app = createApp(gateway, {
    trustProxy: config.trustProxy,
    sessionStore: new SessionStore(gateway.store, gateway.now, config.session.idleSeconds),
    log: surroundings.log,
  })
  const { host, port } = config.listen
  const server = await startServer({ ...config.listen, graceMs: graceMsOf(config) }, () => app).catch(
    async (error: unknown) => {
      await localAws?.close()
      throw listenError(error, `${host}:${port}`)
    },
  )
  for (const warning of sharedRoleWarnings(config)) surroundings.log(warning)
  const metadata = keepMetadataFresh(gateway.providers)
  const certificates = watchCertificates({ providers: gateway.providers, keys }, gateway.now, surroundings.log)
  return {
    ...(localAws ? { localAwsUrl: localAws.url } : {}),
    close: async () => {
      certificates.stop()
      // What is under way may still ask the others.
      await server.close()
      await Promise.all([localAws?.close(), metadata.stop()])
      await gateway.audit.close()
    },
  }
}

/** The audit log that the configuration names, with repeated refusals counted. Throws StartError. */
async function openAudit({ audit }: Config, { stdout, log, now }: GatewayContext): Promise<Audit> {
  const target = await openTarget(audit, stdout).catch((cause: unknown) => {
    const reason = cause instanceof Error ? cause.message : String(cause)
    const sentence = `The audit log ${audit.file} cannot be written: ${reason}.`
    throw new StartError('start.audit_unusable', { sentence, cause })
  })
  if (!audit.required)
    log('audit.required is false: users sign in and take roles also while the audit log cannot be written.')
  return countingRefusals(createAuditLog({ target, isRequired: audit.required, now, tell: log }), now)
}

/** Puts the house together from its configuration. Nothing is listened on yet, and nothing fetched. */
function assemble(config: Config, keys: GatewayKeys, audit: Audit, { log, now }: GatewayContext): Gateway {
  const { baseUrl, stateFolder } = config
  const { timeoutSeconds, fips } = config.sts
  const endpoint = replacement(config.sts.target, config)
  const signInOrigin = replacement(config.sts.signIn, config)
  const [signingKey, ...furtherKeys] = keys.signing
  return {
    settings: config,
    providers: createProviders(config.providers.map(knowingEmail(config)), { baseUrl, keys, now, stateFolder, log }),
    store: createMemoryStore(now),
    loginEnded: [],
    sts: createStsClient({ timeoutSeconds, fips, ...(endpoint === undefined ? {} : { endpoint }) }),
    consoleSignIn: {
      signInUrl: (credentials, visit) =>
        consoleSignInUrl(credentials, visit, {
          timeoutSeconds,
          ...(signInOrigin === undefined ? {} : { signInOrigin }),
        }),
      origins: (partition) => (signInOrigin === undefined ? consoleOrigins(partition) : [signInOrigin]),
    },
    ...(signingKey ? { samlIssuer: samlIssuer(config.baseUrl, signingKey, furtherKeys) } : {}),
    ...withCounters(
      audit,
      config.providers.map(({ id }) => id),
      now(),
    ),
    keys,
    now,
  }
}

/** The origin that stands in for AWS's own; undefined where AWS itself is meant. */
function replacement(target: AwsTarget, config: Config): string | undefined {
  if (target.kind === 'aws') return undefined
  if (target.kind === 'url') return originOf(target.url)
  const { host, port } = config.localAws.listen
  return `http://${host === '127.0.0.1' ? 'localhost' : host}:${port}`
}

function originOf(url: string): string {
  return new URL(url).origin
}

/** With the default of `requireVerifiedEmail`, which hangs on the rest of the configuration. */
function knowingEmail(config: Config) {
  return (provider: ProviderConfig): ProviderConfig =>
    provider.protocol === 'oidc'
      ? { ...provider, requireVerifiedEmail: isVerifiedEmailRequired(provider, config) }
      : provider
}

/** Milliseconds that a request under way may need at the end: two exchanges (a shorter session after AWS's no) and the console's sign-in. */
function graceMsOf({ sts }: Config): number {
  return (3 * sts.timeoutSeconds + BESIDE_STS_SECONDS) * 1000
}
