import { isObject } from '../core/json.ts'
import { samlPresets } from '../presets/saml/presets.ts'

/**
 * The values of the file, with those that presets fill in. What the file has itself is kept, so an operator's value wins
 * over the preset's, and schema and rules see one provider.
 */
export function withPresetValues(values: unknown): unknown {
  if (!isObject(values) || !Array.isArray(values.providers)) return values
  return { ...values, providers: values.providers.map(filledIn) }
}

function filledIn(provider: unknown): unknown {
  if (!isObject(provider) || provider.protocol !== 'saml' || typeof provider.preset !== 'string') return provider
  return { ...samlPresets.get(provider.preset)?.fills, ...provider }
}
