import type { Provider, SamlProvider } from '../providers.ts'

/** How often it is looked whether a source is due. */
const EVERY_MS = 30_000

/**
 * Reads every SAML provider's metadata now and whenever it is due, beside the logins. Until it is stopped; a process
 * that has nothing else to do is not kept alive by it.
 */
export function keepMetadataFresh(providers: ReadonlyMap<string, Provider>): { stop(): Promise<void> } {
  const sources = [...providers.values()]
    .filter((provider): provider is SamlProvider => provider.protocol === 'saml')
    .map(({ metadataSource }) => metadataSource)
  const refresh = (): void => {
    for (const source of sources) void source.refresh()
  }
  refresh()
  const timer = setInterval(refresh, EVERY_MS).unref()
  return {
    stop: async () => {
      clearInterval(timer)
      await Promise.all(sources.map((source) => source.close()))
    },
  }
}
