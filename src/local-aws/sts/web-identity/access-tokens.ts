/**
 * Access tokens of Login with Amazon and Facebook: their provider is asked whose they are, as AWS does (aws-facts C.8).
 * Providers that the configuration does not name are not asked: for them the state says what they would answer.
 */
import { isObject } from '../../../core/json.ts'
import { AwsError, texts } from '../../aws-errors.ts'
import { type FetchJson, UnexpectedStatus } from './fetch-json.ts'

export const accessTokenProviders = ['www.amazon.com', 'graph.facebook.com'] as const

export type AccessTokenProvider = (typeof accessTokenProviders)[number]

/** The origin of the API of each provider that may be asked. */
export type AccessTokenServices = Readonly<Partial<Record<AccessTokenProvider, string>>>

/** Who an access token is for: the application and the user. */
export interface TokenOwner {
  readonly appId: string
  readonly userId: string
}

export interface AccessTokens {
  /** Throws IDPRejectedClaim or IDPCommunicationError. */
  ownerOf(provider: AccessTokenProvider, token: string): Promise<TokenOwner>
}

type Asking = (ask: (path: string) => Promise<unknown>, token: string) => Promise<Partial<TokenOwner>>

const ASKING: Readonly<Record<AccessTokenProvider, Asking>> = {
  'www.amazon.com': async (ask, token) => {
    const facts = await ask(`/auth/o2/tokeninfo?${new URLSearchParams({ access_token: token })}`)
    return owner(textIn(facts, 'aud'), textIn(facts, 'user_id'))
  },
  'graph.facebook.com': async (ask, token) => {
    const query = new URLSearchParams({ access_token: token, fields: 'id' })
    const [application, user] = [await ask(`/app?${query}`), await ask(`/me?${query}`)]
    return owner(textIn(application, 'id'), textIn(user, 'id'))
  },
}

export function createAccessTokens(services: AccessTokenServices, fetchJson: FetchJson): AccessTokens {
  return {
    ownerOf: async (provider, token) => {
      const { [provider]: api } = services
      if (api === undefined) throw new AwsError('IDPRejectedClaim', texts.rejectedByProvider(provider))
      const { appId, userId } = await ASKING[provider]((path) => fetchJson(`${api}${path}`, []), token).catch(
        (error: unknown) => {
          throw refusal(provider, error)
        },
      )
      if (appId !== undefined && userId !== undefined) return { appId, userId }
      throw new AwsError(
        'IDPRejectedClaim',
        texts.rejectedByProvider(provider),
        'the answer names no application or user',
      )
    },
  }
}

function refusal(provider: AccessTokenProvider, error: unknown): AwsError {
  const isRejection = error instanceof UnexpectedStatus && error.status >= 400 && error.status < 500
  const reason = error instanceof Error ? error.message : 'no answer'
  return isRejection
    ? new AwsError('IDPRejectedClaim', texts.rejectedByProvider(provider), reason)
    : new AwsError('IDPCommunicationError', texts.providerUnreachable(provider), reason)
}

function owner(appId: string | undefined, userId: string | undefined): Partial<TokenOwner> {
  return { ...(appId === undefined ? {} : { appId }), ...(userId === undefined ? {} : { userId }) }
}

function textIn(document: unknown, name: string): string | undefined {
  const value = isObject(document) ? document[name] : undefined
  return typeof value === 'string' && value !== '' ? value : undefined
}
