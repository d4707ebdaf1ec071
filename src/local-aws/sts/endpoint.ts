/** STS: its actions by name. */
import type { Service } from '../endpoint.ts'
import type { Action } from './call.ts'

/**
 * TagSession, SetSourceIdentity, SetContext, TagGetWebIdentityToken and GetServiceBearerToken are only permissions: calling
 * them is an unknown action.
 */
const actions: ReadonlyMap<string, () => Promise<Action>> = new Map([
  ['AssumeRole', async () => (await import('./actions/assume-role.ts')).assumeRole],
  ['AssumeRoleWithSAML', async () => (await import('./actions/assume-role-with-saml.ts')).assumeRoleWithSaml],
  [
    'AssumeRoleWithWebIdentity',
    async () => (await import('./actions/assume-role-with-web-identity.ts')).assumeRoleWithWebIdentity,
  ],
  ['AssumeRoot', async () => (await import('./actions/assume-root.ts')).assumeRoot],
  [
    'DecodeAuthorizationMessage',
    async () => (await import('./actions/decode-authorization-message.ts')).decodeAuthorizationMessage,
  ],
  ['GetAccessKeyInfo', async () => (await import('./actions/get-access-key-info.ts')).getAccessKeyInfo],
  ['GetCallerIdentity', async () => (await import('./actions/get-caller-identity.ts')).getCallerIdentity],
  [
    'GetDelegatedAccessToken',
    async () => (await import('./actions/get-delegated-access-token.ts')).getDelegatedAccessToken,
  ],
  ['GetFederationToken', async () => (await import('./actions/get-federation-token.ts')).getFederationToken],
  ['GetSessionToken', async () => (await import('./actions/get-session-token.ts')).getSessionToken],
  ['GetWebIdentityToken', async () => (await import('./actions/get-web-identity-token.ts')).getWebIdentityToken],
])

/** Importing a loaded module still costs as much as a small call. */
const loaded = new Map<string, Action>()

/** An action is loaded with its first call: most runs use few of them, so the program starts faster. */
export const stsService: Service = {
  name: 'sts',
  version: '2011-06-15',
  namespace: 'https://sts.amazonaws.com/doc/2011-06-15/',
  action: (name) => loaded.get(name) ?? load(name),
}

async function load(name: string): Promise<Action | undefined> {
  const action = await actions.get(name)?.()
  if (action) loaded.set(name, action)
  return action
}
