import type { errors, Provider } from 'oidc-provider'

export interface OAuthLibrary {
  readonly Provider: typeof Provider
  readonly errors: typeof errors
}

// By their files: the package's entry prints a warning on Node 20, on which it works (test/authorization runs it there).
const PROVIDER_FILE = 'oidc-provider/lib/provider.js'
const ERRORS_FILE = 'oidc-provider/lib/helpers/errors.js'

/** panva's oidc-provider, loaded when a gateway starts. */
export async function loadLibrary(): Promise<OAuthLibrary> {
  const [provider, errors] = await Promise.all([import(PROVIDER_FILE), import(ERRORS_FILE)])
  return { Provider: provider.Provider, errors }
}
