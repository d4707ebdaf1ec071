import type { FileProvider } from '../schema.ts'
import type { ReissuedExchange } from '../types.ts'

/** The same for both protocols: what the gateway vouches for knows neither. */
export const reissuedExchange = ({ via, provider = 'fedgate' }: FileProvider['exchange']): ReissuedExchange =>
  via === 'saml' ? { via, evidence: 'reissued', provider } : { via, evidence: 'reissued' }
