/**
 * Microsoft Entra ID: an issuer for each tenant and token version; `organizations` and `common` stand for all tenants.
 * https://learn.microsoft.com/entra/identity-platform/id-token-claims-reference
 */
import { issuerHasShape, noAcrValues, type OidcPreset, type PresetSettings, parameterHasForm } from '../oidc-preset.ts'

const GUID = '[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}'
const CLOUD = 'https://login\\.(?:microsoftonline\\.(?:com|us)|partner\\.microsoftonline\\.cn)'
const EXTERNAL_ID = `https://${GUID}\\.ciamlogin\\.com/${GUID}/v2\\.0`
const ONE_TENANT = `${CLOUD}/${GUID}/v2\\.0|${EXTERNAL_ID}|https://sts\\.(?:windows\\.net|chinacloudapi\\.cn)/${GUID}/`

/** The discovery documents of all tenants together. */
const ALL_TENANTS = new RegExp(`^(${CLOUD})/(?:organizations|common)(/v2\\.0)?$`)

export const entra: OidcPreset = {
  name: 'Microsoft Entra ID',
  guide: 'entra.md',
  parameters: ['tenant', 'tokenVersion'],
  issuerShape: 'https://login.microsoftonline.com/TENANT-ID/v2.0',
  issuerOf: ({ tenant, tokenVersion = 'v2' }) => {
    if (tenant === undefined) return undefined
    const isOne = new RegExp(`^${GUID}$`).test(tenant)
    if (tokenVersion === 'v1')
      return isOne ? `https://sts.windows.net/${tenant}/` : `https://login.microsoftonline.com/${tenant}`
    return `https://login.microsoftonline.com/${tenant}/v2.0`
  },
  // Userinfo has nothing that the ID token lacks, and comes from Microsoft Graph.
  fills: ({ tenant }) => ({
    scopes: ['openid', 'email', 'profile'],
    userinfo: false,
    ...(tenant === 'organizations' || tenant === 'common'
      ? { exchange: { via: 'saml', evidence: 'reissued' }, prompt: 'select_account' }
      : {}),
  }),
  rules: [
    parameterHasForm(
      'tenant',
      'a domain name as tenant, as tokens name the tenant by its ID',
      new RegExp(`^(${GUID}|organizations|common)$`),
      'the directory (tenant) ID, a GUID in lower case; or organizations for several tenants',
    ),
    issuerHasShape(
      'an issuer of another shape',
      new RegExp(`^(?:${ONE_TENANT}|${CLOUD}/(?:organizations|common)(?:/v2\\.0)?)$`),
      'https://login.microsoftonline.com/TENANT-ID/v2.0, or https://sts.windows.net/TENANT-ID/ for v1 tokens',
    ),
    {
      refuses: 'original evidence for `organizations` and `common`',
      check: (settings) =>
        isOfAllTenants(settings) && settings.exchange.evidence === 'original'
          ? {
              path: ['exchange', 'evidence'],
              expected: 'reissued, as the tokens of each tenant have an issuer of their own, and IAM knows one',
              found: 'original',
            }
          : undefined,
    },
    noAcrValues(
      'nothing, as Entra ID does not answer acr_values: request an authentication context with authorizationParams.claims and require `acrs` in the rules',
    ),
  ],
  conditionKeys: [
    'login.microsoftonline.com/TENANT-ID/v2.0:aud',
    'login.microsoftonline.com/TENANT-ID/v2.0:sub',
    'sts.windows.net/TENANT-ID:aud (v1, also :amr)',
  ],
  groups: 'groups (object IDs)',
  secondFactor: '`acrs` (Conditional Access authentication context) or `amr: mfa` in rules',
  publishes: [
    { member: 'subject_types_supported', value: 'pairwise' },
    { member: 'id_token_signing_alg_values_supported', value: 'RS256' },
    { member: 'claims_supported', value: 'tid' },
  ],
  habits: ({ issuer = '' }) => {
    const [, cloud, version] = ALL_TENANTS.exec(issuer) ?? []
    if (cloud === undefined) return {}
    const isVersion1 = version === undefined
    return { issuerTemplate: isVersion1 ? 'https://sts.windows.net/{tenantid}/' : `${cloud}/{tenantid}/v2.0` }
  },
  neededConditions: (settings) =>
    isOfAllTenants(settings)
      ? { anyOf: ['tid', 'idp'], because: 'users of every Entra ID tenant can sign in', isLiteral: true }
      : undefined,
}

function isOfAllTenants({ issuer = '' }: Pick<PresetSettings, 'issuer'>): boolean {
  return ALL_TENANTS.test(issuer)
}
