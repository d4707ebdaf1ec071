import type { Provider, SamlProvider } from '../providers.ts'

/** How often due sources are looked for. */
const EVERY_MS = 30_000

/**
 * Reads every SAML provider's metadata now and whenever it is due, independently of logins, until it is stopped. Does
 * not keep the process running.
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
