import 'reflect-metadata'
import { X509Certificate } from '@peculiar/x509'
import { FedgateError, reasonOf } from '../../core/errors.ts'
import { Secret } from '../../core/secret.ts'
import { type IdpMetadata, parseIdpMetadata } from '../../saml/metadata.ts'
import { element } from '../../xml/write.ts'
import { timestamp } from '../query/answer.ts'
import { required } from '../query/shapes.ts'
import { decryptionKey, newProviderId } from '../saml-provider-keys.ts'
import type { AssertionEncryptionMode, DecryptionKey, SamlProvider } from '../state.ts'
import { memberList, tagList } from './markup.ts'
import { arnIn, type IamCall, iamAction } from './operation.ts'
import { tagActions } from './tagging.ts'
import { tagsIn } from './tags.ts'
import { refusals } from './texts.ts'

const PROVIDERS_PER_ACCOUNT = 100
const MOST_KEYS = 2
/** Size of an RSA modulus in bits. */
const SMALLEST_KEY = 1024

const onProvider = {
  resource: providerResource,
  tags: (call: IamCall) => ownProvider(call)?.tags,
} as const

export const createSamlProvider = iamAction('CreateSAMLProvider', {
  resource: (call) => arnIn(call, `saml-provider/${required(call.parameters, 'Name')}`),
  answer: (call) => {
    const { iam, parameters, account, now } = call
    const name = required(parameters, 'Name')
    const arn = arnIn(call, `saml-provider/${name}`)
    const metadata = readMetadata(call, required(parameters, 'SAMLMetadataDocument'))
    const pem = parameters.get('AddPrivateKey')
    const privateKeys = pem === undefined ? [] : [readKey(call, pem)]
    if (iam.samlProvider(arn)) throw refusals.samlProviderExists(name)
    if (iam.samlProviders.inAccount(account).length >= PROVIDERS_PER_ACCOUNT)
      throw refusals.quota('SAMLProvidersPerAccount', PROVIDERS_PER_ACCOUNT)
    const tags = tagsIn(parameters)
    iam.samlProviders.put({
      arn,
      account,
      metadata,
      uuid: newProviderId(`${arn} ${now.getTime()}`),
      privateKeys,
      assertionEncryptionMode: encryptionMode(call, privateKeys),
      tags,
      createdAt: now,
    })
    return {
      members: [element('SAMLProviderArn', {}, arn), tags.size > 0 ? tagList(tags) : undefined],
      responseElements: { sAMLProviderArn: arn },
    }
  },
})

export const updateSamlProvider = iamAction('UpdateSAMLProvider', {
  ...onProvider,
  answer: (call) => {
    const { iam, parameters } = call
    const provider = namedProvider(call)
    const xml = parameters.get('SAMLMetadataDocument')
    const changes = ['SAMLMetadataDocument', 'AssertionEncryptionMode', 'AddPrivateKey', 'RemovePrivateKey']
    if (!changes.some((name) => parameters.has(name))) throw refusals.nothingToUpdate()
    const privateKeys = changedKeys(call, provider)
    iam.samlProviders.put({
      ...provider,
      metadata: xml === undefined ? provider.metadata : readMetadata(call, xml),
      privateKeys,
      assertionEncryptionMode: encryptionMode(call, privateKeys, provider.assertionEncryptionMode),
    })
    return {
      members: [element('SAMLProviderArn', {}, provider.arn)],
      responseElements: { sAMLProviderArn: provider.arn },
    }
  },
})

export const getSamlProvider = iamAction('GetSAMLProvider', {
  ...onProvider,
  answer: (call) => {
    const provider = namedProvider(call)
    const { uuid, metadata, createdAt, tags, assertionEncryptionMode, privateKeys } = provider
    const keys = privateKeys.map(({ id, addedAt }) => [
      element('KeyId', {}, id),
      element('Timestamp', {}, timestamp(addedAt)),
    ])
    return {
      members: [
        element('SAMLProviderUUID', {}, uuid),
        element('SAMLMetadataDocument', {}, metadata.xml),
        element('CreateDate', {}, timestamp(createdAt)),
        validUntil(provider),
        tagList(tags),
        element('AssertionEncryptionMode', {}, assertionEncryptionMode ?? 'Allowed'),
        memberList('PrivateKeyList', keys),
      ],
    }
  },
})

export const listSamlProviders = iamAction('ListSAMLProviders', {
  resource: (call) => arnIn(call, 'saml-provider/*'),
  answer: ({ iam, account }) => {
    const providers = iam.samlProviders
      .inAccount(account)
      .map((provider) => [
        element('Arn', {}, provider.arn),
        validUntil(provider),
        element('CreateDate', {}, timestamp(provider.createdAt)),
      ])
    return { members: [memberList('SAMLProviderList', providers)] }
  },
})

export const deleteSamlProvider = iamAction('DeleteSAMLProvider', {
  ...onProvider,
  answer: (call) => {
    call.iam.samlProviders.delete(namedProvider(call).arn)
    return { members: undefined }
  },
})

export const samlProviderTags = tagActions({
  names: { tag: 'TagSAMLProvider', untag: 'UntagSAMLProvider', list: 'ListSAMLProviderTags' },
  on: onProvider,
  find: namedProvider,
  put: ({ iam }, provider) => iam.samlProviders.put(provider),
})

function providerResource({ parameters }: IamCall): string {
  return required(parameters, 'SAMLProviderArn')
}

/** undefined for a provider of another account, about which nothing is revealed: not even by the keys in a refusal. */
function ownProvider(call: IamCall): SamlProvider | undefined {
  const provider = call.iam.samlProvider(providerResource(call))
  return provider?.account === call.account ? provider : undefined
}

/** Throws InvalidInput unless it is the metadata of one identity provider, in the form that AWS requires (B.5). */
function readMetadata({ now }: IamCall, xml: string): IdpMetadata {
  if (xml.startsWith('\uFEFF')) throw refusals.metadataInvalid('a byte order mark at its beginning')
  const metadata = parseMetadata(xml, now)
  const [unreadable] = metadata.unreadableKeys
  if (unreadable) throw refusals.metadataInvalid(`${unreadable.place}: ${unreadable.reason}`)
  const sizes = metadata.signingCertificates.map(({ key }) => key.asymmetricKeyDetails?.modulusLength)
  if (sizes.some((bits) => bits !== undefined && bits < SMALLEST_KEY))
    throw refusals.metadataInvalid(`a key of less than ${SMALLEST_KEY} bits`)
  if (metadata.signingCertificates.some(({ pem }) => hasRepeatedExtension(pem)))
    throw refusals.metadataInvalid('a certificate with an extension that is there twice')
  return metadata
}

function parseMetadata(xml: string, now: Date): IdpMetadata {
  try {
    return parseIdpMetadata(xml, { now })
  } catch (error) {
    if (!(error instanceof FedgateError)) throw error
    throw refusals.metadataInvalid(`${error.message} ${reasonOf(error) ?? ''}`.trim())
  }
}

/** RFC 5280 4.2: a certificate has no extension twice. Node accepts a repeated one silently. */
function hasRepeatedExtension(pem: string): boolean {
  const types = extensionTypes(pem)
  return new Set(types).size < types.length
}

function extensionTypes(pem: string): readonly string[] {
  try {
    return new X509Certificate(pem).extensions.map(({ type }) => type)
  } catch (error) {
    throw refusals.metadataInvalid(
      `a certificate that cannot be read: ${error instanceof Error ? error.message : error}`,
    )
  }
}

function readKey({ now }: IamCall, pem: string): DecryptionKey {
  const key = decryptionKey(new Secret(pem), now)
  if (!key) throw refusals.privateKeyInvalid()
  return key
}

function encryptionMode(
  { parameters }: IamCall,
  keys: readonly DecryptionKey[],
  before?: AssertionEncryptionMode,
): AssertionEncryptionMode | undefined {
  const asked = parameters.get('AssertionEncryptionMode') as AssertionEncryptionMode | undefined
  const mode = asked ?? before
  if (mode === 'Required' && keys.length === 0) throw refusals.modeWithoutKey()
  return keys.length === 0 ? undefined : (mode ?? 'Allowed')
}

/** In the caller's own account. Throws NoSuchEntity. */
function namedProvider(call: IamCall): SamlProvider {
  const provider = ownProvider(call)
  if (!provider) throw refusals.noSamlProvider(providerResource(call))
  return provider
}

/** Keys are rotated in two calls: one adds, one removes. */
function changedKeys(call: IamCall, { privateKeys }: SamlProvider): readonly DecryptionKey[] {
  const added = call.parameters.get('AddPrivateKey')
  const removed = call.parameters.get('RemovePrivateKey')
  if (added !== undefined && removed !== undefined) throw refusals.addAndRemove()
  if (removed !== undefined) {
    if (!privateKeys.some(({ id }) => id === removed)) throw refusals.noSuchPrivateKey()
    return privateKeys.filter(({ id }) => id !== removed)
  }
  if (added === undefined) return privateKeys
  if (privateKeys.length >= MOST_KEYS) throw refusals.tooManyKeys()
  return [...privateKeys, readKey(call, added)]
}

/** The end of the metadata, or a hundred years from now if it states none, as AWS does. [K] */
function validUntil({ metadata, createdAt }: SamlProvider) {
  const end = new Date(createdAt)
  end.setUTCFullYear(createdAt.getUTCFullYear() + 100)
  return element('ValidUntil', {}, timestamp(metadata.validUntil ?? end))
}
