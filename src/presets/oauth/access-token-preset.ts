/** What Login with Amazon and Facebook share: no ID token, so nothing that depends on one. */
import type { OidcPreset, PresetRefusal, PresetRule, PresetSettings } from '../oidc-preset.ts'

type Own = Pick<OidcPreset, 'name' | 'guide' | 'conditionKeys'> & {
  readonly service: NonNullable<OidcPreset['service']>
  readonly scopes: readonly string[]
  /** Whose accounts they are. */
  readonly company: string
}

export function accessTokenPreset({ name, guide, conditionKeys, service, scopes, company }: Own): OidcPreset {
  const issuer = `https://${service.providerId}`
  return {
    name,
    guide,
    conditionKeys,
    service,
    parameters: ['endpoints'],
    issuerShape: 'none: it issues no ID tokens',
    issuerOf: () => issuer,
    fills: () => ({ scopes, userinfo: true }),
    rules: [
      {
        refuses: 'an issuer, as it issues no ID tokens',
        check: ({ issuer: written }) =>
          written === issuer
            ? undefined
            : {
                path: ['issuer'],
                expected: `nothing, as ${name} is no issuer of tokens`,
                found: JSON.stringify(written),
              },
      },
      ...settingsOfIdTokens(name),
    ],
    secondFactor: 'no claim',
    publishes: [],
    neededConditions: () => ({
      anyOf: ['subject', 'email'],
      because: `anyone with an account of ${company} can sign in`,
    }),
  }
}

type Unusable = 'acrValues' | 'prompt' | 'maxAge' | 'idTokenAlgs' | 'trustedAudiences' | 'privateKey'

const UNUSABLE: readonly Unusable[] = ['acrValues', 'prompt', 'maxAge', 'idTokenAlgs', 'trustedAudiences', 'privateKey']

function settingsOfIdTokens(name: string): readonly PresetRule[] {
  const refused = (path: string, found: string): PresetRefusal => ({
    path: [path],
    expected: `nothing, as ${name} has no OpenID Connect`,
    found,
  })
  return [
    {
      refuses: UNUSABLE.map((key) => `\`${key}\``).join(', '),
      check: (settings) => {
        const key = UNUSABLE.find((one) => isSet(settings, one))
        return key && refused(key, String(settings[key]))
      },
    },
    {
      refuses: '`par: always` and `responseMode: form_post`',
      check: ({ par, responseMode }) => {
        if (par === 'always') return refused('par', par)
        return responseMode === 'form_post' ? refused('responseMode', responseMode) : undefined
      },
    },
  ]
}

function isSet(settings: PresetSettings, key: Unusable): boolean {
  const { [key]: value } = settings
  return Array.isArray(value) ? value.length > 0 : value !== undefined
}
