import { issuerHostPath } from '../../core/arn.ts'
import { element, isWritable } from '../../xml/write.ts'
import { timestamp } from '../query/answer.ts'
import { listOf, type Parameters } from '../query/parameters.ts'
import { required } from '../query/shapes.ts'
import type { OidcProvider } from '../state.ts'
import type { Action } from '../sts/call.ts'
import { memberList, tagList } from './markup.ts'
import { arnIn, type IamCall, iamAction } from './operation.ts'
import { tagActions } from './tagging.ts'
import { tagsIn } from './tags.ts'
import { refusals } from './texts.ts'

const PROVIDERS_PER_ACCOUNT = 100
const CLIENT_IDS = 100
const THUMBPRINTS = 5

const onProvider = {
  resource: providerResource,
  tags: (call: IamCall) => ownProvider(call)?.tags,
} as const

/** Printable ASCII without the backslash, which browsers treat as a slash. RFC 3986, 2 */
const URL_CHARACTERS = /^[!-[\]-~]+$/

/** IAM shows the URL without its scheme. */
export const getOidcProvider = iamAction('GetOpenIDConnectProvider', {
  ...onProvider,
  answer: (call) => {
    const { url, clientIds, thumbprints, createdAt, tags } = namedProvider(call)
    return {
      members: [
        element('Url', {}, url.replace(/^https?:\/\//, '')),
        memberList('ClientIDList', clientIds),
        memberList('ThumbprintList', thumbprints),
        element('CreateDate', {}, timestamp(createdAt)),
        tagList(tags),
      ],
    }
  },
})

export const listOidcProviders = iamAction('ListOpenIDConnectProviders', {
  resource: (call) => arnIn(call, 'oidc-provider/*'),
  answer: ({ iam, account }) => {
    const providers = iam.oidcProviders.inAccount(account).map(({ arn }) => [element('Arn', {}, arn)])
    return { members: [memberList('OpenIDConnectProviderList', providers)] }
  },
})

/** The reference calls it idempotent; IAM was recorded to refuse. */
export const deleteOidcProvider = iamAction('DeleteOpenIDConnectProvider', {
  ...onProvider,
  answer: (call) => {
    const provider = ownProvider(call)
    if (!provider) throw refusals.noOidcProviderToDelete(providerResource(call))
    call.iam.oidcProviders.delete(provider.arn)
    return { members: undefined }
  },
})

/** An ID that is already there is not added again. */
export const addClientId = iamAction(
  'AddClientIDToOpenIDConnectProvider',
  updating((provider, { parameters }) => ({
    ...provider,
    clientIds: clientIdsIn([...new Set([...provider.clientIds, required(parameters, 'ClientID')])]),
  })),
)

export const removeClientId = iamAction(
  'RemoveClientIDFromOpenIDConnectProvider',
  updating((provider, { parameters }) => ({
    ...provider,
    clientIds: provider.clientIds.filter((id) => id !== required(parameters, 'ClientID')),
  })),
)

/** The whole list is replaced. */
export const updateThumbprints = iamAction(
  'UpdateOpenIDConnectProviderThumbprint',
  updating((provider, { parameters }) => ({ ...provider, thumbprints: thumbprintsIn(parameters) })),
)

export const oidcProviderTags = tagActions({
  names: {
    tag: 'TagOpenIDConnectProvider',
    untag: 'UntagOpenIDConnectProvider',
    list: 'ListOpenIDConnectProviderTags',
  },
  on: onProvider,
  find: namedProvider,
  put: ({ iam }, provider) => iam.oidcProviders.put(provider),
})

/** `allowHttp`: whether issuers on this machine may use http, which AWS does not allow. */
export function createOidcProvider(allowHttp: boolean): Action {
  return iamAction('CreateOpenIDConnectProvider', {
    resource: newArn,
    answer: (call) => {
      const { iam, parameters, account, now } = call
      const url = required(parameters, 'Url')
      if (!isIssuer(url, allowHttp)) throw refusals.urlInvalid()
      const clientIds = clientIdsIn(listOf(parameters, 'ClientIDList'))
      const thumbprints = thumbprintsIn(parameters)
      const arn = newArn(call)
      if (iam.oidcProviders.find(arn)) throw refusals.oidcProviderExists(url)
      if (iam.oidcProviders.inAccount(account).length >= PROVIDERS_PER_ACCOUNT)
        throw refusals.quota('OpenIdConnectProvidersPerAccount', PROVIDERS_PER_ACCOUNT)
      const tags = tagsIn(parameters)
      iam.oidcProviders.put({ arn, account, url, clientIds, thumbprints, tags, createdAt: now })
      return {
        members: [element('OpenIDConnectProviderArn', {}, arn), tags.size > 0 ? tagList(tags) : undefined],
        responseElements: { openIDConnectProviderArn: arn },
      }
    },
  })
}

/** The ARN is the issuer without its scheme: one provider for each issuer and account. */
function newArn(call: IamCall): string {
  return arnIn(call, `oidc-provider/${issuerHostPath(required(call.parameters, 'Url'))}`)
}

/** AWS accepts only https URLs without port and query. */
function isIssuer(url: string, allowHttp: boolean): boolean {
  if (!URL.canParse(url) || !URL_CHARACTERS.test(url) || /[?#*]/.test(url)) return false
  const { protocol, port, username } = new URL(url)
  if (username !== '') return false
  return allowHttp ? /^https?:$/.test(protocol) : protocol === 'https:' && port === ''
}

function clientIdsIn(ids: readonly string[]): readonly string[] {
  if (!ids.every(isWritable)) throw refusals.clientIdInvalid()
  if (ids.length > CLIENT_IDS) throw refusals.quota('ClientIdsPerOpenIdConnectProvider', CLIENT_IDS)
  return [...new Set(ids)]
}

function thumbprintsIn(parameters: Parameters): readonly string[] {
  const thumbprints = listOf(parameters, 'ThumbprintList')
  if (thumbprints.length > THUMBPRINTS) throw refusals.tooManyThumbprints()
  if (!thumbprints.every((thumbprint) => /^[0-9A-Fa-f]{40}$/.test(thumbprint))) throw refusals.thumbprintInvalid()
  return thumbprints
}

function providerResource({ parameters }: IamCall): string {
  return required(parameters, 'OpenIDConnectProviderArn')
}

/** undefined for a provider of another account, about which nothing is revealed: not even by the keys in a refusal. */
function ownProvider(call: IamCall): OidcProvider | undefined {
  const provider = call.iam.oidcProviders.find(providerResource(call))
  return provider?.account === call.account ? provider : undefined
}

/** In the caller's own account. Throws NoSuchEntity. */
function namedProvider(call: IamCall): OidcProvider {
  const provider = ownProvider(call)
  if (!provider) throw refusals.noOidcProvider(providerResource(call))
  return provider
}

function updating(change: (provider: OidcProvider, call: IamCall) => OidcProvider) {
  return {
    ...onProvider,
    answer: (call: IamCall) => {
      call.iam.oidcProviders.put(change(namedProvider(call), call))
      return { members: undefined }
    },
  }
}
