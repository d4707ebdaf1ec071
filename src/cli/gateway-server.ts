import { createPrivateKey } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import type { Writable } from 'node:stream'
import { sharedRoleWarnings } from '../access/shared-roles.ts'
import { openAudit } from '../audit/sinks.ts'
import { tallied } from '../audit/tally.ts'
import { consoleOrigins, consoleSignInUrl } from '../aws/console.ts'
import { createStsClient } from '../aws/sts/client.ts'
import type { AwsTarget, Config, KeysConfig, ProviderConfig } from '../config/types.ts'
import type { KeyPair } from '../core/keys.ts'
import { startServer } from '../core/running-server.ts'
import { watchCertificates } from '../gateway/expiring-certificates.ts'
import type { Gateway } from '../gateway/gateway.ts'
import { keepMetadataFresh } from '../gateway/metadata/keep-fresh.ts'
import { createProviders, type GatewayKeys } from '../gateway/providers.ts'
import { loadKeyPair } from '../issuer/keys.ts'
import { samlIssuer } from '../issuer/saml-assertion.ts'
import { openWebIdentityIssuer } from '../issuer/web-identity-issuer.ts'
import type { PrivateKey } from '../oidc/settings.ts'
import { createMemoryStore } from '../stores/memory.ts'
import { SessionStore } from '../stores/session-store.ts'
import { createApp } from '../web/app.ts'
import { listenError, StartError } from './errors.ts'
import { startLocalAws } from './local-aws-server.ts'
import { trustPolicies } from './trust-policies.ts'

/** What a running gateway writes to, and the clock it goes by. */
export interface Surroundings {
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

const originOf = (url: string): string => new URL(url).origin

/** The origin that stands in for AWS's own; undefined where AWS itself is meant. */
const replacement = (target: AwsTarget, config: Config): string | undefined => {
  if (target.kind === 'aws') return undefined
  if (target.kind === 'url') return originOf(target.url)
  const { host, port } = config.localAws.listen
  return `http://${host === '127.0.0.1' ? 'localhost' : host}:${port}`
}

const loadKeys = async (configured: KeysConfig | undefined, now: Date): Promise<readonly KeyPair[]> => {
  const create = { commonName: 'fedgate', now }
  const loading = (configured ?? []).map((files) => loadKeyPair(files, files.createIfMissing ? create : undefined))
  return Promise.all(loading).catch((cause: unknown) => {
    throw new StartError('start.key_unusable', { sentence: cause instanceof Error ? `${cause.message}.` : '', cause })
  })
}

const loadClientKey = async (provider: ProviderConfig): Promise<readonly (readonly [string, PrivateKey])[]> => {
  if (provider.protocol !== 'oidc' || provider.clientAuth.kind !== 'key') return []
  const { privateKey, keyId } = provider.clientAuth
  try {
    const key = createPrivateKey(await readFile(privateKey, 'utf8'))
    return [[provider.id, { privateKey: key, ...(keyId === undefined ? {} : { kid: keyId }) }]]
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new StartError('start.key_unusable', { sentence: `The key ${privateKey} cannot be used: ${reason}.`, cause })
  }
}

/**
 * The keys that sign requests and what AWS is shown, and those that open what is encrypted; made at first start where
 * none are configured and the local AWS runs. Throws StartError.
 */
export const gatewayKeys = async (config: Config, now: Date): Promise<GatewayKeys> => {
  const { signing, encryption, providers } = config
  const [signingKeys, encryptionKeys, clientKeys] = await Promise.all([
    loadKeys(signing, now),
    loadKeys(encryption, now),
    Promise.all(providers.map(loadClientKey)),
  ])
  return { signing: signingKeys, encryption: encryptionKeys, clients: new Map(clientKeys.flat()) }
}

/** Puts the house together from its configuration. Nothing is listened on yet, and nothing fetched. */
const assemble = (config: Config, keys: GatewayKeys, { stdout, log, now }: Surroundings): Gateway => {
  const { baseUrl, stateFolder } = config
  const { timeoutSeconds, fips } = config.sts
  const endpoint = replacement(config.sts.target, config)
  const signInOrigin = replacement(config.sts.signIn, config)
  const [signingKey, ...furtherKeys] = keys.signing
  return {
    settings: config,
    providers: createProviders(config.providers, { baseUrl, keys, now, stateFolder, log }),
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
    ...tallied(
      openAudit(config.audit, stdout, log),
      config.providers.map(({ id }) => id),
      now(),
    ),
    keys,
    now,
  }
}

/**
 * Listens as the configuration says, with the local AWS beside it where it is asked for. Throws StartError, and
 * IssuerError where a key of the issuer cannot be used.
 */
export const startGateway = async (config: Config, surroundings: Surroundings): Promise<RunningGateway> => {
  const [keys, webIdentityIssuer, trustPolicyOf] = await Promise.all([
    gatewayKeys(config, surroundings.now()),
    config.issuer && openWebIdentityIssuer(config.issuer),
    trustPolicies(config),
  ])
  const gateway = {
    ...assemble(config, keys, surroundings),
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
  const server = await startServer(config.listen, () => app).catch(async (error: unknown) => {
    await localAws?.close()
    throw listenError(error, `${host}:${port}`)
  })
  for (const warning of sharedRoleWarnings(config)) surroundings.log(warning)
  const metadata = keepMetadataFresh(gateway.providers)
  const certificates = watchCertificates({ providers: gateway.providers, keys }, gateway.now, surroundings.log)
  return {
    ...(localAws ? { localAwsUrl: localAws.url } : {}),
    close: async () => {
      certificates.stop()
      await Promise.all([server.close(), localAws?.close(), metadata.stop()])
      await gateway.audit.close()
    },
  }
}
