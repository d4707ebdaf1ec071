/** What an account is used for, in a word, and the colour that goes with it. */
import type { CatalogAccount } from '../catalog/catalog.ts'
import type { AccountColor, AccountConfig } from '../config/types.ts'

/** Longer values of a tag are no word to show beside a name. */
const LONGEST = 32

const TAG = /^environment$/i

/** For the usual words; others have no colour of their own. */
const COLORS: readonly (readonly [word: RegExp, color: AccountColor])[] = [
  [/^(?:prod|production|live)$/i, 'red'],
  [/^(?:staging|stage|preprod|pre-production|uat|qa|test|testing)$/i, 'orange'],
  [/^(?:dev|development)$/i, 'green'],
  [/^(?:sandbox|lab|playground)$/i, 'teal'],
]

/** As configured, else the account's tag `environment` in the catalogue; undefined: unknown. */
export function environmentOf(
  account: Pick<AccountConfig, 'environment'> | undefined,
  inCatalog: Pick<CatalogAccount, 'tags'> | undefined,
): string | undefined {
  if (account?.environment !== undefined || inCatalog === undefined) return account?.environment
  const key = Object.keys(inCatalog.tags).find((name) => TAG.test(name))
  const value = key === undefined ? '' : (inCatalog.tags[key] ?? '').trim()
  return value === '' || value.length > LONGEST ? undefined : value
}

export function environmentColor(environment: string | undefined): AccountColor | undefined {
  return environment === undefined ? undefined : COLORS.find(([word]) => word.test(environment))?.[1]
}
