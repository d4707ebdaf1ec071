/** STS: its actions by name. */
import type { Service } from '../endpoint.ts'
import type { Action } from './call.ts'

/** TagSession, SetSourceIdentity and GetServiceBearerToken are permissions: calling them is an unknown action. */
const actions: ReadonlyMap<string, () => Promise<Action>> = new Map([
  ['AssumeRole', async () => (await import('./assume-role.ts')).assumeRole],
  ['AssumeRoleWithSAML', async () => (await import('./assume-role-with-saml.ts')).assumeRoleWithSaml],
  [
    'AssumeRoleWithWebIdentity',
    async () => (await import('./assume-role-with-web-identity.ts')).assumeRoleWithWebIdentity,
  ],
  [
    'DecodeAuthorizationMessage',
    async () => (await import('./decode-authorization-message.ts')).decodeAuthorizationMessage,
  ],
  ['GetAccessKeyInfo', async () => (await import('./get-access-key-info.ts')).getAccessKeyInfo],
  ['GetCallerIdentity', async () => (await import('./get-caller-identity.ts')).getCallerIdentity],
  ['GetFederationToken', async () => (await import('./get-federation-token.ts')).getFederationToken],
  ['GetSessionToken', async () => (await import('./get-session-token.ts')).getSessionToken],
])

/** Importing what is loaded already costs as much as a small call. */
const loaded = new Map<string, Action>()

const load = async (name: string): Promise<Action | undefined> => {
  const action = await actions.get(name)?.()
  if (action) loaded.set(name, action)
  return action
}

/** An action is loaded with its first call: most runs make few of them, and so the program answers sooner. */
export const stsService: Service = {
  name: 'sts',
  version: '2011-06-15',
  namespace: 'https://sts.amazonaws.com/doc/2011-06-15/',
  action: (name) => loaded.get(name) ?? load(name),
}
