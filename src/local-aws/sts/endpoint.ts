/** STS: its actions by name. */
import type { Service } from '../endpoint.ts'
import { assumeRoleWithSaml } from './assume-role-with-saml.ts'
import { assumeRoleWithWebIdentity } from './assume-role-with-web-identity.ts'
import type { Action } from './call.ts'
import { getCallerIdentity } from './get-caller-identity.ts'

/** TagSession, SetSourceIdentity and GetServiceBearerToken are permissions: calling them is an unknown action. */
const actions: ReadonlyMap<string, Action> = new Map([
  ['AssumeRoleWithSAML', assumeRoleWithSaml],
  ['AssumeRoleWithWebIdentity', assumeRoleWithWebIdentity],
  ['GetCallerIdentity', getCallerIdentity],
])

export const stsService: Service = {
  name: 'sts',
  version: '2011-06-15',
  namespace: 'https://sts.amazonaws.com/doc/2011-06-15/',
  actions,
}
