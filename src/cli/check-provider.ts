/** A provider with the metadata and the keys that the gateway would use, for `fedgate check`. Creates no key. */
import type { Config, KeyConfig, SamlProviderConfig } from '../config/types.ts'
import { type KeyPair, keyPairFromPem } from '../core/keys.ts'
import { createMetadata } from '../gateway/metadata/metadata.ts'
import { createProviders, type SamlProvider } from '../gateway/providers.ts'
import { createKeyPem, loadKeyPair } from '../issuer/keys.ts'
import type { MetadataStatus } from '../saml/metadata-status.ts'
import { CheckError } from './errors.ts'

/** Reads the source once. Never rejects. */
export async function metadataFacts(
  { stateFolder }: Pick<Config, 'stateFolder'>,
  provider: SamlProviderConfig,
  clock = now,
): Promise<MetadataStatus> {
  const metadata = createMetadata(provider, { now: clock, stateFolder, isReadOnly: true })
  try {
    await metadata.refresh({ now: true })
    return metadata.status()
  } finally {
    await metadata.close()
  }
}

function now(): Date {
  return new Date()
}

/** The provider with that id; its metadata is not read yet. Throws CheckError. */
export async function samlProviderOf(config: Config, id: string): Promise<SamlProvider> {
  const { baseUrl, stateFolder } = config
  const files = (config.signing ?? []).flatMap((key) => ('key' in key ? key : []))
  const [signing, encryption] = await Promise.all([files, config.encryption].map(readableKeys))
  const keys = {
    signing: signing?.length ? signing : [await unusedKey()],
    encryption: encryption ?? [],
    clients: new Map(),
  }
  const configured = config.providers.filter((provider) => provider.id === id)
  const provider = createProviders(configured, { baseUrl, keys, now, stateFolder, isReadOnly: true }).get(id)
  if (provider?.protocol === 'saml') return provider
  const ids = config.providers.flatMap((one) => (one.protocol === 'saml' ? [one.id] : []))
  throw new CheckError('check.provider_unknown', {
    sentence: `The configuration has no SAML provider with the id ${id}.`,
    ...(ids.length === 0 ? {} : { hint: `Choose one with --provider: ${ids.join(', ')}.` }),
  })
}

/** Only the readable keys: `fedgate check` reports the others. */
async function readableKeys(configured: readonly KeyConfig[] | undefined): Promise<readonly KeyPair[]> {
  const loaded = await Promise.allSettled((configured ?? []).map((files) => loadKeyPair(files, undefined)))
  return loaded.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []))
}

/** A placeholder before the first start, when no key exists yet. Nothing is signed with it. */
async function unusedKey(): Promise<KeyPair> {
  const { privateKey, certificate } = await createKeyPem('unused', now())
  return keyPairFromPem(privateKey, certificate)
}
