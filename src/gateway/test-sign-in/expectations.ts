/** What the preset of a provider expects to come, compared with what came. Nothing here refuses a sign-in. */
import { valuesOf } from '../../access/attribute-names.ts'
import type { OidcProviderConfig, ProviderConfig, SamlProviderConfig } from '../../config/types.ts'
import type { Identity } from '../../core/identity.ts'
import { type CheckResult, notRun, passed, unknown, type Verdict } from '../../core/verdict.ts'
import { oidcPresetOf } from '../../presets/oidc-presets.ts'

type Preset = NonNullable<SamlProviderConfig['preset']>

/** Empty without a preset. What did not come is `unknown`, as the provider may be set up to send less. */
export function presetExpectations(settings: ProviderConfig, identity: Identity): Verdict {
  if (settings.protocol === 'oidc') return oidcExpectations(settings, identity)
  const { preset } = settings
  if (!preset) return []
  const attributes = Object.entries(preset.attributes).map(([shortName, names]) => ({
    name: shortName,
    ...attributeCame(names, identity),
  }))
  return [...attributes, ...secondFactor(preset, identity)]
}

function attributeCame(names: readonly string[], { attributes }: Identity): CheckResult {
  const came = names.find((name) => valuesOf(attributes, name).length > 0)
  return came === undefined ? unknown(names.join(' or '), 'not sent', 'preset') : passed(came, 'preset')
}

function secondFactor({ mfa }: Preset, { attributes }: Identity): Verdict {
  if (mfa.by !== 'attribute') return []
  const values = valuesOf(attributes, 'authnMethods')
  const result = values.includes(mfa.value)
    ? passed(mfa.value, 'preset')
    : unknown(mfa.value, values.join(', ') || 'not sent', 'preset')
  return [{ name: 'secondFactor', ...result }]
}

function oidcExpectations({ preset }: OidcProviderConfig, identity: Identity): Verdict {
  const groups = preset === undefined ? undefined : oidcPresetOf({ preset })?.groups
  if (groups === undefined) return []
  const [claim = ''] = groups.split(' (')
  // Of some families, the operator chooses the name.
  return [{ name: 'groups', ...(claim.includes(' ') ? notRun(groups) : attributeCame([claim], identity)) }]
}
