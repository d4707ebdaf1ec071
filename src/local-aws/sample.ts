import { randomBytes } from 'node:crypto'
import { Secret } from '../core/secret.ts'
import { accessKeyId } from './access-keys.ts'
import type { LocalAwsState, UserState } from './state.ts'

const ACCOUNT = '111122223333'

const everything = { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }] }

/** One account with an administrator user. */
export function sampleState(): LocalAwsState & { readonly users: readonly [UserState] } {
  return {
    accounts: [{ id: ACCOUNT, name: 'Sample' }],
    users: [administrator(ACCOUNT)],
    roles: [],
    samlProviders: [],
    oidcProviders: [],
  }
}

/** A user who may do everything, with new access keys. */
export function administrator(account: string): UserState {
  return {
    arn: `arn:aws:iam::${account}:user/admin`,
    accessKeyId: accessKeyId('AKIA', account, randomBytes(5)),
    secretAccessKey: new Secret(randomBytes(30).toString('base64')),
    policies: { everything },
  }
}
