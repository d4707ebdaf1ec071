import type { Writable } from 'node:stream'
import { isDeepStrictEqual } from 'node:util'
import type { Express } from 'express'
import { sharedRoleWarnings } from '../access/shared-roles.ts'
import { isVerifiedEmailRequired } from '../access/verified-email.ts'
import { withCounters } from '../audit/event-counters.ts'
import type { Audit } from '../audit/events.ts'
import { createAuthorizationServer } from '../authorization/server.ts'
import { createIdentityPools } from '../aws/cognito/identity-pools.ts'
import { consoleOrigins, consoleSignInUrl } from '../aws/console.ts'
import { createStsClient } from '../aws/sts/client.ts'
import { type CatalogSource, openCatalog } from '../catalog/source.ts'
import type { AwsTarget, Config, ProviderConfig } from '../config/types.ts'
import type { Log } from '../core/log.ts'
import { startServer } from '../core/running-server.ts'
import { within } from '../core/time-limit.ts'
import type { Gateway } from '../gateway/gateway.ts'
import { keepMetadataFresh } from '../gateway/metadata/refresh-scheduler.ts'
import { countingEvents } from '../gateway/metrics/events.ts'
import type { MetricValues } from '../gateway/metrics/exposition.ts'
import { createInstruments, type Instruments } from '../gateway/metrics/instruments.ts'
import { knownNames } from '../gateway/metrics/known-names.ts'
import { measuredStore, measuredSts } from '../gateway/metrics/measured-ports.ts'
import { createMeasures } from '../gateway/metrics/measures.ts'
import { startAtZero } from '../gateway/metrics/start-at-zero.ts'
import { measureExpiries, watchCertificates } from '../gateway/operations/expiring-certificates.ts'
import { watchSignatures } from '../gateway/operations/signatures.ts'
import type { Store } from '../gateway/ports.ts'
import { createProviders, type GatewayKeys } from '../gateway/providers.ts'
import { endingDevices } from '../gateway/user/devices.ts'
import { samlIssuer } from '../issuer/saml-assertion.ts'
import { openWebIdentityIssuer } from '../issuer/web-identity-issuer.ts'
import type { OpenStore } from '../stores/open.ts'
import { SessionStore } from '../stores/session-store.ts'
import { createApp } from '../web/app.ts'
import { catalogFiles } from './catalog/configured.ts'
import { listenError } from './errors.ts'
import { startLocalAws } from './local-aws/server.ts'
import { readBranding } from './serving/branding-files.ts'
import { openAudit } from './serving/configured-audit.ts'
import { openConfiguredStore } from './serving/configured-store.ts'
import { gatewayKeys } from './serving/gateway-keys.ts'
import { mustBePrivate } from './serving/key-files.ts'
import { startMetricsListener } from './serving/metrics/listener.ts'
import { createProcessMetrics, type ProcessMetrics } from './serving/metrics/of-process.ts'
import { mustNotNeedRestart } from './serving/needs-restart.ts'
import { createRequestSwitch } from './serving/request-switch.ts'
import { readTls } from './serving/tls-files.ts'
import { trustPolicies } from './trust-policy/known-policies.ts'

/** The outputs and the clock of a running gateway, and what its process was given. */
export interface GatewayContext {
  readonly stdout: Writable
  /** The operator's log. */
  readonly log: Log
  readonly now: () => Date
  /** A socket that was opened for it, as a file descriptor: instead of `listen.host` and `listen.port`. */
  readonly descriptor?: number
  /** Instead of opening the store that the configuration names. */
  readonly store?: OpenStore
  /** Another process of this gateway runs the local AWS. */
  readonly hasLocalAws?: true
  /** The metrics of all processes of this gateway, from the one that has them, and the listener for them. */
  readonly metricsOfAll?: () => Promise<string>
}

export interface RunningGateway {
  /** Where it listens. */
  readonly url: string
  /** The local AWS that was started with it, if `sts.endpoint` is `local`. */
  readonly localAwsUrl?: string
  /** Where its metrics are, if they have a listener of their own in this process. */
  readonly metricsUrl?: string
  /** The metrics of this process. */
  metricValues(): Promise<MetricValues>
  /**
   * Requests from now on are answered by that configuration, those under way by the one before. Sessions stay. Throws
   * StartError or IssuerError, and nothing has changed then.
   */
  reload(config: Config): Promise<void>
  /** Is not ready any more, and keeps no connection. Requests are still answered. */
  beginStop(): void
  /** Stops listening; requests under way get `graceMs` to end, nine seconds by default. */
  close(graceMs?: number): Promise<void>
}

/** A supervisor that stops a service may wait for as little as ten seconds before it kills it. */
const GRACE_MS = 9_000

/** How long a new configuration waits for its metadata before it answers all the same. */
const METADATA_WITHIN_MS = 5_000

/** The gateway of one configuration: what a reload replaces as a whole. */
interface ConfiguredGateway {
  readonly config: Config
  readonly audit: Audit
  readonly keys: GatewayKeys
  readonly gateway: Gateway
  readonly app: Express
  /** Resolves when the metadata of its providers was read, or cannot be. Never rejects. */
  isWarm(): Promise<void>
  /** Ends what runs beside its requests. */
  stop(): Promise<void>
}

/** What all configurations of a process share. */
interface Shared {
  readonly opened: OpenStore
  readonly isStopping: () => boolean
  readonly metrics: ProcessMetrics
}

/**
 * Listens where the configuration says, with the local AWS in the same process if configured. Throws StartError, and
 * IssuerError if a key of the issuer cannot be used.
 */
export async function startGateway(config: Config, context: GatewayContext): Promise<RunningGateway> {
  const opened = context.store ?? (await openConfiguredStore(config, context))
  try {
    const running = await startOn(opened, config, context)
    const close = async (graceMs?: number): Promise<void> => {
      await running.close(graceMs)
      await opened.close()
    }
    return { ...running, close }
  } catch (error) {
    await opened.close()
    throw error
  }
}

async function startOn(opened: OpenStore, config: Config, context: GatewayContext): Promise<RunningGateway> {
  let isStopping = false
  const tls = config.listen.tls && (await readTls(config.listen.tls))
  let tlsCertificate = tls?.cert
  const metrics = createProcessMetrics(() => ({ gateway: current.gateway, tlsCertificate }))
  const shared: Shared = { opened, isStopping: () => isStopping, metrics }
  let current = await configure(config, await openAudit(config, context), shared, context)
  const closeCurrent = async () => {
    await current.stop()
    await current.audit.close()
  }
  const requests = createRequestSwitch(current.app)
  const { host, port } = config.listen
  const localAws = await ownLocalAws(current, context).catch(async (error: unknown) => {
    await closeCurrent()
    throw error
  })
  const metricsListener = await ownMetricsListener(config, metrics, context).catch(async (error: unknown) => {
    await Promise.all([localAws?.close(), closeCurrent()])
    throw error
  })
  const { descriptor } = context
  const listening = {
    host,
    port,
    graceMs: GRACE_MS,
    messages: requests.messages,
    ...(tls && { tls }),
    ...(descriptor !== undefined && { descriptor }),
  }
  const server = await startServer(listening, () => requests.listener).catch(async (error: unknown) => {
    await Promise.all([localAws?.close(), metricsListener?.close(), closeCurrent()])
    throw listenError(error, descriptor === undefined ? `${host}:${port}` : 'the socket of the service manager')
  })
  /** Earlier configurations with requests under way. */
  const retiring = new Set<Promise<void>>()

  const replaceBy = (next: ConfiguredGateway): void => {
    const before = current
    current = next
    const retired = requests.replace(next.app).then(async () => {
      await before.stop()
      if (before.audit !== next.audit) await before.audit.close()
      retiring.delete(retired)
    })
    retiring.add(retired)
  }

  return {
    url: server.url,
    ...(localAws ? { localAwsUrl: localAws.url } : {}),
    ...(metricsListener ? { metricsUrl: metricsListener.url } : {}),
    metricValues: metrics.values,
    reload: async (config) => {
      mustNotNeedRestart(current.config, config)
      const tls = config.listen.tls && (await readTls(config.listen.tls))
      const isSameAudit = isDeepStrictEqual(config.audit, current.config.audit)
      const audit = isSameAudit ? current.audit : await openAudit(config, context)
      const next = await configure(config, audit, shared, context).catch(async (error: unknown) => {
        if (!isSameAudit) await audit.close()
        throw error
      })
      await within(METADATA_WITHIN_MS, next.isWarm(), () => undefined)
      if (tls) server.useTls(tls)
      tlsCertificate = tls?.cert
      replaceBy(next)
      if (localAws) context.log.warn('The local AWS keeps the roles and providers it started with, until a restart.')
    },
    beginStop: () => {
      isStopping = true
      server.drain()
    },
    close: async (graceMs) => {
      isStopping = true
      // The gateway first: its requests in progress may still use the local AWS.
      await server.close(graceMs)
      await Promise.all([localAws?.close(), metricsListener?.close(), current.stop(), ...retiring])
      await current.audit.close()
    },
  }
}

async function ownLocalAws({ config, keys }: ConfiguredGateway, context: GatewayContext) {
  if (config.sts.target.kind !== 'local' || context.hasLocalAws) return undefined
  return startLocalAws(config, keys.signing, context)
}

async function ownMetricsListener({ metrics: { listen } }: Config, metrics: ProcessMetrics, context: GatewayContext) {
  if (listen === undefined || context.metricsOfAll) return undefined
  return startMetricsListener(listen, metrics.text, context.log)
}

/** Builds the gateway of a configuration, and starts what runs beside its requests. Throws StartError or IssuerError. */
async function configure(
  config: Config,
  audit: Audit,
  { opened, isStopping, metrics }: Shared,
  context: GatewayContext,
): Promise<ConfiguredGateway> {
  const { log, now } = context
  await mustBePrivate(config, log)
  const store = opened.sealedBy(config.session.secrets)
  const branding = await readBranding(config.branding)
  const files = catalogFiles(config)
  const catalog = files && (await openCatalog(files, { log, now }))
  const { instruments } = metrics
  const gateway = await gatewayFor(config, { audit, store, catalog }, { log, now, instruments }).catch(
    (error: unknown) => {
      catalog?.stop()
      throw error
    },
  )
  startAtZero(instruments, { providers: gateway.providers.keys(), limits: Object.keys(config.limits) })
  const app = createApp(gateway, {
    authorization: createAuthorizationServer(gateway),
    trustProxy: config.trustProxy,
    sessionStore: new SessionStore(gateway.store, now, config.session.idleSeconds),
    log,
    isStopping,
    ...(config.metrics.listen === undefined && { metricsText: context.metricsOfAll ?? metrics.text }),
    isDirect: config.trustProxy === 0 && (config.listen.tls !== undefined || config.baseUrl.startsWith('http:')),
    branding,
  })
  for (const warning of sharedRoleWarnings(config)) log.warn(warning)
  const { keys } = gateway
  const refreshing = keepMetadataFresh(gateway.providers)
  const certificates = watchCertificates({ providers: gateway.providers, keys }, now, log)
  return {
    config,
    audit,
    keys,
    gateway,
    app,
    isWarm: async () => {
      const reading = [...gateway.providers.values()].map((provider) =>
        provider.protocol === 'saml' ? provider.metadataSource.check() : undefined,
      )
      await Promise.allSettled(reading)
    },
    stop: async () => {
      catalog?.stop()
      certificates.stop()
      await refreshing.stop()
    },
  }
}

type AssemblyContext = Pick<GatewayContext, 'log' | 'now'> & {
  /** Default: new ones, which nothing reads. */
  readonly instruments?: Instruments
}

/** The use-cases of a configuration, with its keys: nothing listens, and nothing is fetched. Throws StartError or IssuerError. */
export async function gatewayFor(
  config: Config,
  {
    audit,
    store,
    catalog,
  }: { readonly audit: Audit; readonly store: Store; readonly catalog?: CatalogSource | undefined },
  context: AssemblyContext,
): Promise<Gateway & { readonly keys: GatewayKeys }> {
  const [keys, webIdentityIssuer, trustPolicyOf] = await Promise.all([
    gatewayKeys(config, context),
    config.issuer && openWebIdentityIssuer(config.issuer),
    trustPolicies(config, context.log.warn, () => catalog?.current()),
  ])
  const signatures = watchSignatures(context.now)
  const signer = webIdentityIssuer && signatures.ofIssuer(webIdentityIssuer.signer, config.issuer?.keys[0])
  const measured = { ...keys, signing: signatures.ofSigning(keys.signing, config.signing ?? []) }
  measureExpiries({ keys }, signatures.registry)
  return {
    ...assemble(config, { keys: measured, audit, store, catalog }, context),
    ...(webIdentityIssuer && signer ? { webIdentityIssuer: { ...webIdentityIssuer, signer } } : {}),
    signatures,
    keys: measured,
    trustPolicyOf,
    ...(catalog ? { catalog } : {}),
  }
}

interface Assembled {
  readonly keys: GatewayKeys
  readonly audit: Audit
  readonly store: Store
  readonly catalog: CatalogSource | undefined
}

/** Builds the gateway from its configuration. Does not listen or fetch anything yet. */
function assemble(
  config: Config,
  { keys, audit, store: opened, catalog }: Assembled,
  { log, now, instruments = createInstruments() }: AssemblyContext,
): Gateway {
  const { baseUrl, stateFolder } = config
  const { timeoutSeconds, fips } = config.sts
  const endpoint = replacement(config.sts.target, config)
  const signInOrigin = replacement(config.sts.signIn, config)
  const [signingKey, ...furtherKeys] = keys.signing
  const identityPools = createIdentityPools({ timeoutSeconds, ...identityPoolEndpoint(config) })
  const store = measuredStore(opened, instruments)
  const providers = createProviders(config.providers.map(knowingEmail(config)), {
    baseUrl,
    keys,
    now,
    stateFolder,
    log,
    identityPools,
  })
  return {
    settings: config,
    providers,
    identityPools,
    store,
    loginEnded: [endingDevices(store)],
    sts: measuredSts(
      createStsClient({ timeoutSeconds, fips, ...(endpoint === undefined ? {} : { endpoint }) }),
      instruments,
    ),
    consoleSignIn: {
      signInUrl: (credentials, visit) =>
        consoleSignInUrl(credentials, visit, {
          timeoutSeconds,
          ...(signInOrigin === undefined ? {} : { signInOrigin }),
        }),
      origins: (partition) => (signInOrigin === undefined ? consoleOrigins(partition) : [signInOrigin]),
    },
    ...(signingKey ? { samlIssuer: samlIssuer(config.baseUrl, signingKey, furtherKeys) } : {}),
    measures: createMeasures(instruments),
    ...withCounters(
      countingEvents(audit, instruments, knownNames({ settings: config, providers, ...(catalog && { catalog }) })),
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

/** The local AWS has identity pools too. What replaces STS alone, such as a VPC endpoint, is https. */
function identityPoolEndpoint(config: Config): { readonly endpoint?: string } {
  const endpoint = replacement(config.sts.target, config)
  return endpoint?.startsWith('http:') ? { endpoint } : {}
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
