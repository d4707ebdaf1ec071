/**
 * What each provider publishes, as far as a sign-in uses it: discovery document and claims of an ID token, or the answers
 * of an API. Names, shapes and habits are those of the provider's own pages; people and IDs are made up.
 */
import type { Json } from '../oidc/tampering-provider.ts'

export const TENANT = '0c1d2e3f-1111-4222-8333-444455556666'
export const OTHER_TENANT = '99999999-1111-4222-8333-444455556666'
export const GROUP = '5e6f7a8b-2222-4333-8444-555566667777'
export const POOL = 'eu-west-1:0a1b2c3d-3333-4444-8555-666677778888'

/** One client at one provider, as the provider behaves. */
export interface Published {
  readonly clientId: string
  /** Hosts that the provider's documents name. */
  readonly hosts: readonly string[]
  readonly discoveryUrl: string
  readonly discovery: Json
  /** Without iat, exp and nonce. */
  readonly claims: Json
  readonly userinfo?: Json
  /** Scopes that the authorization server has: it refuses any other (RFC 6749 4.1.2.1, invalid_scope). */
  readonly scopes: readonly string[]
  /** How the token endpoint lets clients authenticate. */
  readonly secretIn: readonly ('basic' | 'post')[]
  readonly hasPkce: boolean
}

/** https://accounts.google.com/.well-known/openid-configuration; claims: https://developers.google.com/identity/openid-connect/openid-connect#an-id-tokens-payload */
export const google: Published = {
  clientId: '1234.apps.googleusercontent.com',
  hosts: ['accounts.google.com', 'oauth2.googleapis.com', 'www.googleapis.com'],
  discoveryUrl: 'https://accounts.google.com/.well-known/openid-configuration',
  discovery: {
    issuer: 'https://accounts.google.com',
    authorization_endpoint: 'https://accounts.google.com/o/oauth2/v2/auth',
    token_endpoint: 'https://oauth2.googleapis.com/token',
    userinfo_endpoint: 'https://openidconnect.googleapis.com/v1/userinfo',
    jwks_uri: 'https://www.googleapis.com/oauth2/v3/certs',
    response_types_supported: ['code', 'token', 'id_token', 'code token', 'none'],
    subject_types_supported: ['public'],
    id_token_signing_alg_values_supported: ['RS256'],
    scopes_supported: ['openid', 'email', 'profile'],
    token_endpoint_auth_methods_supported: ['client_secret_post', 'client_secret_basic'],
    claims_supported: [
      'aud',
      'email',
      'email_verified',
      'exp',
      'family_name',
      'given_name',
      'iat',
      'iss',
      'name',
      'sub',
    ],
    code_challenge_methods_supported: ['plain', 'S256'],
  },
  claims: {
    iss: 'https://accounts.google.com',
    azp: '1234.apps.googleusercontent.com',
    aud: '1234.apps.googleusercontent.com',
    sub: '10769150350006150715113082367',
    hd: 'example.com',
    email: 'alice@example.com',
    email_verified: true,
  },
  scopes: ['openid', 'email', 'profile'],
  secretIn: ['basic', 'post'],
  hasPkce: true,
}

/** https://docs.aws.amazon.com/cognito/latest/developerguide/amazon-cognito-user-pools-using-the-id-token.html */
const COGNITO = 'https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_AbCdEfGhI'
export const cognito: Published = {
  clientId: '1h57kf5cpq17m0eml12example',
  hosts: ['cognito-idp.eu-west-1.amazonaws.com', 'example.auth.eu-west-1.amazoncognito.com'],
  discoveryUrl: `${COGNITO}/.well-known/openid-configuration`,
  discovery: {
    issuer: COGNITO,
    authorization_endpoint: 'https://example.auth.eu-west-1.amazoncognito.com/oauth2/authorize',
    token_endpoint: 'https://example.auth.eu-west-1.amazoncognito.com/oauth2/token',
    userinfo_endpoint: 'https://example.auth.eu-west-1.amazoncognito.com/oauth2/userInfo',
    end_session_endpoint: 'https://example.auth.eu-west-1.amazoncognito.com/logout',
    jwks_uri: `${COGNITO}/.well-known/jwks.json`,
    response_types_supported: ['code', 'token'],
    scopes_supported: ['openid', 'email', 'phone', 'profile'],
    subject_types_supported: ['public'],
    id_token_signing_alg_values_supported: ['RS256'],
    token_endpoint_auth_methods_supported: ['client_secret_basic', 'client_secret_post'],
  },
  claims: {
    iss: COGNITO,
    aud: '1h57kf5cpq17m0eml12example',
    sub: 'aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee',
    'cognito:groups': ['aws-dev'],
    'cognito:username': 'alice',
    'custom:department': 'R&D',
    token_use: 'id',
    origin_jti: 'bbbbbbbb-cccc-dddd-eeee-ffffffffffff',
    event_id: 'cccccccc-dddd-eeee-ffff-000000000000',
    email: 'alice@example.com',
    email_verified: true,
  },
  userinfo: { sub: 'aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee', email: 'alice@example.com', email_verified: 'true' },
  scopes: ['openid', 'email', 'phone', 'profile', 'aws.cognito.signin.user.admin'],
  secretIn: ['basic', 'post'],
  hasPkce: true,
}

const entraDocument = (tenant: string, issuer: string): Json => ({
  token_endpoint: `https://login.microsoftonline.com/${tenant}/oauth2/v2.0/token`,
  token_endpoint_auth_methods_supported: ['client_secret_post', 'private_key_jwt', 'client_secret_basic'],
  jwks_uri: `https://login.microsoftonline.com/${tenant}/discovery/v2.0/keys`,
  response_modes_supported: ['query', 'fragment', 'form_post'],
  subject_types_supported: ['pairwise'],
  id_token_signing_alg_values_supported: ['RS256'],
  response_types_supported: ['code', 'id_token', 'code id_token', 'id_token token'],
  scopes_supported: ['openid', 'profile', 'email', 'offline_access'],
  issuer,
  userinfo_endpoint: 'https://graph.microsoft.com/oidc/userinfo',
  authorization_endpoint: `https://login.microsoftonline.com/${tenant}/oauth2/v2.0/authorize`,
  end_session_endpoint: `https://login.microsoftonline.com/${tenant}/oauth2/v2.0/logout`,
  claims_supported: ['sub', 'iss', 'aud', 'exp', 'iat', 'auth_time', 'acr', 'nonce', 'name', 'tid', 'ver', 'email'],
})

/** https://learn.microsoft.com/entra/identity-platform/id-token-claims-reference; the tags as a claims mapping policy writes them. */
const entraClaims: Json = {
  aud: '6cb04018-a3f5-46a7-b995-940c78f5aef3',
  iss: `https://login.microsoftonline.com/${TENANT}/v2.0`,
  sub: 'AAAAAAAAAAAAAAAAAAAAAIkzqFVrSaSaFHy782bbtaQ',
  tid: TENANT,
  oid: '690222be-ff1a-4d56-abd1-7e4f7d38e474',
  name: 'Alice',
  preferred_username: 'alice@example.com',
  groups: [GROUP],
  ver: '2.0',
  uti: 'fqiBqXLPj0eQa82S-IYFAA',
  'https://aws.amazon.com/tags/principal_tags/CostCenter': '4711',
  'https://aws.amazon.com/tags/transitive_tag_keys': ['CostCenter'],
}

export const entra: Published = {
  clientId: '6cb04018-a3f5-46a7-b995-940c78f5aef3',
  hosts: ['login.microsoftonline.com'],
  discoveryUrl: `https://login.microsoftonline.com/${TENANT}/v2.0/.well-known/openid-configuration`,
  discovery: entraDocument(TENANT, `https://login.microsoftonline.com/${TENANT}/v2.0`),
  claims: entraClaims,
  scopes: ['openid', 'email', 'profile', 'offline_access'],
  secretIn: ['basic', 'post'],
  hasPkce: true,
}

/** The discovery document of all tenants: its issuer is a template. */
export const entraOrganizations: Published = {
  ...entra,
  discoveryUrl: 'https://login.microsoftonline.com/organizations/v2.0/.well-known/openid-configuration',
  discovery: entraDocument('organizations', 'https://login.microsoftonline.com/{tenantid}/v2.0'),
}

/** https://learn.microsoft.com/previous-versions/azure/active-directory/azuread-dev/v1-protocols-openid-connect-code */
export const entraVersion1: Published = {
  ...entra,
  hosts: ['login.microsoftonline.com', 'sts.windows.net'],
  discoveryUrl: `https://sts.windows.net/${TENANT}/.well-known/openid-configuration`,
  discovery: {
    ...entraDocument(TENANT, `https://sts.windows.net/${TENANT}/`),
    authorization_endpoint: `https://login.microsoftonline.com/${TENANT}/oauth2/authorize`,
    token_endpoint: `https://login.microsoftonline.com/${TENANT}/oauth2/token`,
    jwks_uri: `https://login.microsoftonline.com/${TENANT}/discovery/keys`,
  },
  claims: { ...entraClaims, iss: `https://sts.windows.net/${TENANT}/`, ver: '1.0', amr: ['pwd', 'mfa'] },
}

const oktaDocument = (issuer: string, endpoints: string, scopes: readonly string[]): Json => ({
  issuer,
  authorization_endpoint: `${endpoints}/v1/authorize`,
  token_endpoint: `${endpoints}/v1/token`,
  userinfo_endpoint: `${endpoints}/v1/userinfo`,
  end_session_endpoint: `${endpoints}/v1/logout`,
  jwks_uri: `${endpoints}/v1/keys`,
  response_types_supported: ['code', 'id_token', 'code id_token', 'code token'],
  response_modes_supported: ['query', 'fragment', 'form_post', 'okta_post_message'],
  subject_types_supported: ['public'],
  id_token_signing_alg_values_supported: ['RS256'],
  scopes_supported: scopes,
  token_endpoint_auth_methods_supported: ['client_secret_basic', 'client_secret_post', 'private_key_jwt', 'none'],
  claims_supported: ['iss', 'sub', 'aud', 'iat', 'exp', 'auth_time', 'amr', 'idp', 'email', 'email_verified', 'name'],
  code_challenge_methods_supported: ['S256'],
})

/** https://developer.okta.com/docs/api/openapi/okta-oauth/guides/overview/ */
const oktaClaims = (iss: string): Json => ({
  iss,
  aud: '0oabv6kx4qq6h1U5l0h7',
  sub: '00uid4BxXw6I6TV4m0g3',
  ver: 1,
  jti: 'ID.4eAWJOCMB3SX8XewDfVR',
  amr: ['pwd', 'otp', 'mfa'],
  idp: '00ok1u7AsAkrwdZL3z0g3',
  email: 'alice@example.com',
  email_verified: true,
  groups: ['aws-dev'],
})

export const okta: Published = {
  clientId: '0oabv6kx4qq6h1U5l0h7',
  hosts: ['example.okta.com'],
  discoveryUrl: 'https://example.okta.com/.well-known/openid-configuration',
  discovery: oktaDocument('https://example.okta.com', 'https://example.okta.com/oauth2', [
    ...['openid', 'email', 'profile', 'address', 'phone', 'groups', 'offline_access'],
  ]),
  claims: oktaClaims('https://example.okta.com'),
  userinfo: { sub: '00uid4BxXw6I6TV4m0g3', groups: ['aws-dev'] },
  scopes: ['openid', 'email', 'profile', 'address', 'phone', 'groups', 'offline_access'],
  secretIn: ['basic', 'post'],
  hasPkce: true,
}

/** A custom authorization server, which has no scope `groups` until its administrator makes one. */
export const oktaCustom: Published = {
  ...okta,
  discoveryUrl: 'https://example.okta.com/oauth2/default/.well-known/openid-configuration',
  discovery: oktaDocument('https://example.okta.com/oauth2/default', 'https://example.okta.com/oauth2/default', [
    ...['openid', 'email', 'profile', 'address', 'phone', 'offline_access', 'device_sso'],
  ]),
  claims: {
    ...oktaClaims('https://example.okta.com/oauth2/default'),
    'https://aws.amazon.com/tags': { principal_tags: { CostCenter: ['4711'] } },
  },
  scopes: ['openid', 'email', 'profile', 'address', 'phone', 'offline_access', 'device_sso'],
}

/** https://example.eu.auth0.com/.well-known/openid-configuration; https://auth0.com/docs/secure/tokens/id-tokens/id-token-structure */
export const auth0: Published = {
  clientId: 'a1b2c3d4e5f6g7h8i9j0exampleABCDE',
  hosts: ['example.eu.auth0.com'],
  discoveryUrl: 'https://example.eu.auth0.com/.well-known/openid-configuration',
  discovery: {
    issuer: 'https://example.eu.auth0.com/',
    authorization_endpoint: 'https://example.eu.auth0.com/authorize',
    token_endpoint: 'https://example.eu.auth0.com/oauth/token',
    userinfo_endpoint: 'https://example.eu.auth0.com/userinfo',
    jwks_uri: 'https://example.eu.auth0.com/.well-known/jwks.json',
    end_session_endpoint: 'https://example.eu.auth0.com/oidc/logout',
    scopes_supported: ['openid', 'profile', 'offline_access', 'name', 'email', 'email_verified', 'address', 'phone'],
    response_types_supported: ['code', 'token', 'id_token', 'code token'],
    code_challenge_methods_supported: ['S256', 'plain'],
    subject_types_supported: ['public'],
    token_endpoint_auth_methods_supported: ['client_secret_basic', 'client_secret_post', 'private_key_jwt', 'none'],
    id_token_signing_alg_values_supported: ['HS256', 'RS256', 'PS256'],
    claims_supported: ['aud', 'auth_time', 'email', 'email_verified', 'exp', 'iat', 'iss', 'name', 'nickname', 'sub'],
  },
  claims: {
    iss: 'https://example.eu.auth0.com/',
    aud: 'a1b2c3d4e5f6g7h8i9j0exampleABCDE',
    sub: 'auth0|64f0a1b2c3d4e5f6a7b8c9d0',
    sid: 'AbCdEfGhIjKlMnOpQrStUvWx',
    email: 'alice@example.com',
    email_verified: true,
    'https://example.com/groups': ['aws-dev'],
    acr: 'http://schemas.openid.net/pape/policies/2007/06/multi-factor',
    amr: ['mfa'],
  },
  userinfo: { sub: 'auth0|64f0a1b2c3d4e5f6a7b8c9d0', 'https://example.com/groups': ['aws-dev'] },
  scopes: ['openid', 'profile', 'email', 'address', 'phone', 'offline_access'],
  secretIn: ['basic', 'post'],
  hasPkce: true,
}

/** https://gitlab.com/.well-known/openid-configuration; https://docs.gitlab.com/integration/openid_connect_provider/#shared-information */
export const gitlab: Published = {
  clientId: 'f3a1exampleexampleexample0123456789abcdef',
  hosts: ['gitlab.com'],
  discoveryUrl: 'https://gitlab.com/.well-known/openid-configuration',
  discovery: {
    issuer: 'https://gitlab.com',
    authorization_endpoint: 'https://gitlab.com/oauth/authorize',
    token_endpoint: 'https://gitlab.com/oauth/token',
    userinfo_endpoint: 'https://gitlab.com/oauth/userinfo',
    jwks_uri: 'https://gitlab.com/oauth/discovery/keys',
    scopes_supported: ['api', 'read_user', 'openid', 'profile', 'email'],
    response_types_supported: ['code'],
    response_modes_supported: ['query', 'fragment', 'form_post'],
    token_endpoint_auth_methods_supported: ['client_secret_basic', 'client_secret_post'],
    subject_types_supported: ['public'],
    id_token_signing_alg_values_supported: ['RS256'],
    claims_supported: ['iss', 'sub', 'aud', 'exp', 'iat', 'sub_legacy', 'name', 'email', 'groups', 'groups_direct'],
    code_challenge_methods_supported: ['plain', 'S256'],
  },
  claims: {
    iss: 'https://gitlab.com',
    aud: 'f3a1exampleexampleexample0123456789abcdef',
    sub: '1234567',
    sub_legacy: '8f4e…',
    name: 'Alice',
    nickname: 'alice',
    email: 'alice@example.com',
    email_verified: true,
    groups_direct: ['example/aws-dev'],
  },
  userinfo: { sub: '1234567', nickname: 'alice', groups: ['example/aws-dev', 'example'] },
  scopes: ['api', 'read_user', 'openid', 'profile', 'email'],
  secretIn: ['basic', 'post'],
  hasPkce: true,
}

/** https://www.keycloak.org/securing-apps/oidc-layers */
const KEYCLOAK = 'https://sso.example.com/realms/example'
export const keycloak: Published = {
  clientId: 'fedgate',
  hosts: ['sso.example.com'],
  discoveryUrl: `${KEYCLOAK}/.well-known/openid-configuration`,
  discovery: {
    issuer: KEYCLOAK,
    authorization_endpoint: `${KEYCLOAK}/protocol/openid-connect/auth`,
    token_endpoint: `${KEYCLOAK}/protocol/openid-connect/token`,
    userinfo_endpoint: `${KEYCLOAK}/protocol/openid-connect/userinfo`,
    end_session_endpoint: `${KEYCLOAK}/protocol/openid-connect/logout`,
    jwks_uri: `${KEYCLOAK}/protocol/openid-connect/certs`,
    response_types_supported: ['code', 'none', 'id_token', 'token', 'code id_token'],
    subject_types_supported: ['public', 'pairwise'],
    id_token_signing_alg_values_supported: ['PS384', 'RS384', 'EdDSA', 'ES384', 'HS256', 'ES256', 'RS256', 'PS256'],
    token_endpoint_auth_methods_supported: ['private_key_jwt', 'client_secret_basic', 'client_secret_post'],
    claims_supported: [
      'iss',
      'sub',
      'aud',
      'exp',
      'iat',
      'auth_time',
      'name',
      'preferred_username',
      'email',
      'acr',
      'azp',
    ],
    scopes_supported: ['openid', 'profile', 'email', 'roles', 'web-origins', 'acr', 'basic', 'offline_access'],
    code_challenge_methods_supported: ['plain', 'S256'],
    backchannel_logout_supported: true,
    backchannel_logout_session_supported: true,
    authorization_response_iss_parameter_supported: true,
  },
  claims: {
    iss: KEYCLOAK,
    aud: 'fedgate',
    azp: 'fedgate',
    sub: 'f1e2d3c4-aaaa-4bbb-8ccc-ddddeeeeffff',
    typ: 'ID',
    jti: 'c0ffee00-1111-4222-8333-444455556666',
    sid: 'b0b0b0b0-1111-4222-8333-444455556666',
    acr: '1',
    email: 'alice@example.com',
    email_verified: true,
    preferred_username: 'alice',
    groups: ['/aws-dev'],
  },
  userinfo: { sub: 'f1e2d3c4-aaaa-4bbb-8ccc-ddddeeeeffff', groups: ['/aws-dev'], email: 'alice@example.com' },
  scopes: ['openid', 'profile', 'email', 'roles', 'web-origins', 'acr', 'basic', 'offline_access'],
  secretIn: ['basic', 'post'],
  hasPkce: true,
}
