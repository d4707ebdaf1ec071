/**
 * IAM, as far as federation needs it: roles with their trust policies, inline policies and tags, SAML and OpenID
 * providers. A change takes effect with the next call and is lost when the process ends. Knows no STS action.
 * operations.ts has the operations, operation.ts what every one of them goes through, inputs.ts their parameters,
 * texts.ts every refusal.
 */
import type { Service } from '../endpoint.ts'
import type { Action } from '../sts/call.ts'

/** Loaded with the first call: most users of the local AWS make none. */
export function iamService(allowHttpIssuers: boolean): Service {
  let operations: Promise<ReadonlyMap<string, Action>> | undefined
  return {
    name: 'iam',
    version: '2010-05-08',
    namespace: 'https://iam.amazonaws.com/doc/2010-05-08/',
    action: async (name) => {
      operations ??= import('./operations.ts').then(({ iamOperations }) => iamOperations(allowHttpIssuers))
      return (await operations).get(name)
    },
  }
}
