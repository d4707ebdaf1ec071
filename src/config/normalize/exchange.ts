import type { FileProvider } from '../schema.ts'
import type { ReissuedExchange } from '../types.ts'
import { optional } from './values.ts'

/** The same for both protocols, as the gateway signs the evidence itself. */
export function reissuedExchange({
  via,
  provider = 'fedgate',
  identityPoolId,
}: FileProvider['exchange']): ReissuedExchange {
  return via === 'saml'
    ? { via, evidence: 'reissued', provider }
    : { via, evidence: 'reissued', ...optional('identityPoolId', identityPoolId) }
}
