import { parseRoleArn } from '../../core/arn.ts'
import type { Gateway } from '../gateway.ts'
import type { KnownNames } from './events.ts'

type Configured = Pick<Gateway, 'catalog'> & {
  readonly settings: Pick<Gateway['settings'], 'accounts' | 'access'>
  readonly providers: ReadonlyMap<string, unknown>
}

/** What labels may name: providers and accounts of the configuration, and accounts of the catalogue as it is now. */
export function knownNames({ settings, providers, catalog }: Configured): KnownNames {
  const literal = settings.access.flatMap(({ roles }) => roles.flatMap((arn) => parseRoleArn(arn)?.account ?? []))
  const accounts = new Set([...settings.accounts.keys(), ...literal])
  return {
    hasProvider: (id) => providers.has(id),
    hasAccount: (id) => accounts.has(id) || (catalog?.current().accounts.has(id) ?? false),
  }
}
