import type { Config, SamlProviderConfig } from '../config/types.ts'
import { createMetadata } from '../gateway/metadata/metadata.ts'

/**
 * The identity provider's own metadata, as it must be uploaded to IAM. Throws GatewayError or SamlError if it is
 * unavailable.
 */
export async function idpMetadata(
  provider: SamlProviderConfig,
  { stateFolder }: Pick<Config, 'stateFolder'>,
  now: () => Date,
): Promise<string> {
  const source = createMetadata(provider, { now, stateFolder, isReadOnly: true })
  try {
    return (await source.read(provider.entityId)).xml
  } finally {
    await source.close()
  }
}
