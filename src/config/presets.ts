/**
 * What presets fill in. Before the schema, so a value that the operator wrote can be told from a default, and all rules
 * see the whole provider.
 */
import { isObject } from '../core/json.ts'
import { withOidcPreset } from '../presets/oidc-presets.ts'

/** The values of the file with those of the presets. */
export function withPresets(values: unknown): unknown {
  if (!isObject(values) || !Array.isArray(values.providers)) return values
  return { ...values, providers: values.providers.map(withOidcPreset) }
}
