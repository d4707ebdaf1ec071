/** What is switched on in an account, beside its resources: first by the state, then by calls of IAM. */
import type { AccountState } from '../state.ts'

/** What the global endpoint of STS issues (F.2). */
export type TokenVersion = 'v1Token' | 'v2Token'

/** What centralized root access consists of. */
export type RootFeature = 'RootCredentialsManagement' | 'RootSessions'

export interface AccountSettings {
  readonly globalEndpointTokens: TokenVersion
  /** Whether GetWebIdentityToken issues tokens. */
  readonly outboundFederation: boolean
  /** Of the organization: only those of the management account count. */
  readonly rootFeatures: readonly RootFeature[]
}

export interface SettingsStore {
  of(account: string): AccountSettings
  /** Takes effect with the next call. */
  change(account: string, changes: Partial<AccountSettings>): void
}

const AT_FIRST: AccountSettings = { globalEndpointTokens: 'v1Token', outboundFederation: false, rootFeatures: [] }

/** Accounts that are not in the state have AWS's defaults. `changed` is called after each change. */
export function createSettings(accounts: readonly AccountState[], changed: () => void): SettingsStore {
  const byAccount = new Map<string, AccountSettings>(accounts.map((account) => [account.id, settingsIn(account)]))
  const of = (account: string): AccountSettings => byAccount.get(account) ?? AT_FIRST
  return {
    of,
    change: (account, changes) => {
      byAccount.set(account, { ...of(account), ...changes })
      changed()
    },
  }
}

function settingsIn({ globalEndpointTokens, outboundFederation, rootFeatures }: AccountState): AccountSettings {
  return {
    globalEndpointTokens: globalEndpointTokens ?? AT_FIRST.globalEndpointTokens,
    outboundFederation: outboundFederation ?? AT_FIRST.outboundFederation,
    rootFeatures: rootFeatures ?? AT_FIRST.rootFeatures,
  }
}
