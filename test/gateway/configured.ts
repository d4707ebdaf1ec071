/** Settings and providers of the sample configuration, for use-cases that take nothing else. */
import type { OidcProviderConfig, SamlProviderConfig } from '../../src/config/types.ts'
import { parse, sample } from '../config/sample.ts'

export const sampleConfig = parse(sample)

const [saml] = sampleConfig.providers.filter((provider) => provider.protocol === 'saml')
const [oidc] = sampleConfig.providers.filter((provider) => provider.protocol === 'oidc')
if (!saml || !oidc) throw new Error('the sample has a provider of each protocol')

/** The SAML provider `corp`, with this of its settings changed. */
export const samlProvider = (over: Partial<SamlProviderConfig> = {}) => ({
  protocol: 'saml' as const,
  settings: { ...saml, ...over, id: 'corp' },
  serviceProvider: {
    entityId: 'https://aws.example.com/saml/corp/metadata',
    acsUrl: 'https://aws.example.com/saml/corp/acs',
  },
})

/** An OpenID provider of that id, with this of its settings changed. */
export const oidcProvider = (id: string, over: Partial<OidcProviderConfig> = {}) => ({
  protocol: 'oidc' as const,
  settings: { ...oidc, ...over, id },
})
