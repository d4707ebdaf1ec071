import type { SamlProviderConfig } from '../../config/types.ts'
import { SamlError } from '../../saml/errors.ts'

/** The error with the next step in the words of the provider's product, where its preset knows one. */
export function inProductWords(error: unknown, preset: SamlProviderConfig['preset']): unknown {
  const hint = error instanceof SamlError ? productHint(error, preset) : undefined
  if (!(error instanceof SamlError) || hint === undefined) return error
  const { code, message, expected, found, source, verdict, assertion, cause } = error
  return new SamlError(code, {
    sentence: message,
    hint,
    ...(expected !== undefined && { expected }),
    ...(found !== undefined && { found }),
    ...(source !== undefined && { source }),
    ...(assertion !== undefined && { assertion }),
    verdict,
    cause,
  })
}

/** The next step in the words of that product's screens; undefined: the preset has none for this error. */
export function productHint(
  { code, found = '' }: Pick<SamlError, 'code' | 'found'>,
  preset: SamlProviderConfig['preset'],
): string | undefined {
  return preset?.hints.find((one) => one.codes.includes(code) && (one.found?.test(found) ?? true))?.hint
}
