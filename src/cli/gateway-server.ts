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
import type { Log } from '../core/log.ts'
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

/** The outputs and the clock of a running gateway. */
export interface GatewayContext {
  readonly stdout: Writable
  /** The operator's log. */
  readonly log: Log
  readonly now: () => Date
}

export interface RunningGateway {
  /** The local AWS that was started with it, if `sts.endpoint` is `local`. */
  readonly localAwsUrl?: string
  close(): Promise<void>
}

/** Normally enough for a provider's token endpoint and the audit log, which each have at most ten seconds. */
const BESIDE_STS_SECONDS = 15

/**
 * The certificates of the signing keys as PEM, in the order of the configuration: what IAM has. Creates a key pair only
 * where it is one that is created on first start. Throws StartError.
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
 * The keys that sign requests and reissued evidence, and the keys that decrypt. Created on first start if none are
 * configured and the local AWS runs. Throws StartError.
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

/** Throws Error if the certificate is for another key. */
function certificateOf(privateKey: KeyObject, pem: string): X509Certificate {
  const certificate = new X509Certificate(pem)
  if (certificate.checkPrivateKey(privateKey)) return certificate
  throw new Error('the privateKeyCertificate is for another key')
}

/**
 * Listens where the configuration says, with the local AWS in the same process if configured. Throws StartError, and
 * IssuerError if a key of the issuer cannot be used.
 */
export async function startGateway(config: Config, context: GatewayContext): Promise<RunningGateway> {
  const [keys, webIdentityIssuer, trustPolicyOf, audit] = await Promise.all([
    gatewayKeys(config, context.now()),
    config.issuer && openWebIdentityIssuer(config.issuer),
    trustPolicies(config, context.log.warn),
    openAudit(config, context),
  ])
  const gateway = {
    ...assemble(config, keys, audit, context),
    ...(webIdentityIssuer ? { webIdentityIssuer } : {}),
    trustPolicyOf,
  }
  const localAws =
    config.sts.target.kind === 'local' ? await startLocalAws(config, keys.signing[0], context) : undefined
  const app = createApp(gateway, {
    trustProxy: config.trustProxy,
    sessionStore: new SessionStore(gateway.store, gateway.now, config.session.idleSeconds),
    log: context.log,
  })
  const { host, port } = config.listen
  const server = await startServer({ ...config.listen, graceMs: graceMsOf(config) }, () => app).catch(
    async (error: unknown) => {
      await localAws?.close()
      throw listenError(error, `${host}:${port}`)
    },
  )
  for (const warning of sharedRoleWarnings(config)) context.log.warn(warning)
  const metadata = keepMetadataFresh(gateway.providers)
  const certificates = watchCertificates({ providers: gateway.providers, keys }, gateway.now, context.log)
  return {
    ...(localAws ? { localAwsUrl: localAws.url } : {}),
    close: async () => {
      certificates.stop()
      // The gateway first: its requests in progress may still use the local AWS.
      await server.close()
      await Promise.all([localAws?.close(), metadata.stop()])
      await gateway.audit.close()
    },
  }
}

/** Opens the configured audit log. Repeated refusals are counted instead of written one by one. Throws StartError. */
async function openAudit({ audit }: Config, { stdout, log, now }: GatewayContext): Promise<Audit> {
  const target = await openTarget(audit, stdout).catch((cause: unknown) => {
    const reason = cause instanceof Error ? cause.message : String(cause)
    const sentence = `The audit log ${audit.file} cannot be written: ${reason}.`
    throw new StartError('start.audit_unusable', { sentence, cause })
  })
  if (!audit.required)
    log.warn('audit.required is false: users can sign in and assume roles while the audit log cannot be written.')
  return countingRefusals(createAuditLog({ target, isRequired: audit.required, now, log }), now)
}

/** Builds the gateway from its configuration. Does not listen or fetch anything yet. */
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

/** The origin to use instead of AWS's own; undefined for AWS itself. */
function replacement(target: AwsTarget, config: Config): string | undefined {
  if (target.kind === 'aws') return undefined
  if (target.kind === 'url') return originOf(target.url)
  const { host, port } = config.localAws.listen
  return `http://${host === '127.0.0.1' ? 'localhost' : host}:${port}`
}

function originOf(url: string): string {
  return new URL(url).origin
}

/** Fills in the default of `requireVerifiedEmail`, which depends on the rest of the configuration. */
function knowingEmail(config: Config) {
  return (provider: ProviderConfig): ProviderConfig =>
    provider.protocol === 'oidc'
      ? { ...provider, requireVerifiedEmail: isVerifiedEmailRequired(provider, config) }
      : provider
}

/** Milliseconds for requests in progress at shutdown: two exchanges (the second one shorter) and console sign-in. */
function graceMsOf({ sts }: Config): number {
  return (3 * sts.timeoutSeconds + BESIDE_STS_SECONDS) * 1000
}
