/** Rules about the gateway's own keys for signing and decryption. The issuer's are in issuer.ts. */
import type { ConfigIssue, Path } from '../issue.ts'
import { forEach, type Rule } from '../partial-config.ts'
import type { FileConfig } from '../schema.ts'
import { readableFile, safeUrl } from './deployment.ts'

const keyFilesAreReadable: Rule = ({ signing, encryption }, context) =>
  (['signing', 'encryption'] as const).flatMap((purpose) => {
    const keys: KeyPairs = { signing, encryption }[purpose]
    return forEach([keys ?? []].flat(), ({ key, certificate }, index) => {
      const path = placeOf(purpose, keys, index)
      return [
        ...(key === undefined ? [] : readableFile([...path, 'key'], key, context)),
        ...readableFile([...path, 'certificate'], certificate, context),
      ]
    })
  })

/** Where a key is must not depend on which of two settings is read first. */
const signingKeyIsInOnePlace: Rule = ({ signing }) =>
  forEach([signing ?? []].flat(), ({ key, kms }, index) => {
    if ((key === undefined) !== (kms === undefined)) return []
    const found = key === undefined ? 'nothing' : 'both'
    return [{ path: [...placeOf('signing', signing, index), 'key'], expected: 'either key or kms', found }]
  })

/** Requests to KMS are signed with the credentials of the machine. */
const kmsIsReachedSafely: Rule = ({ signing, issuer }) => [
  ...forEach([signing ?? []].flat(), ({ kms }, index) => safeKms([...placeOf('signing', signing, index), 'kms'], kms)),
  ...safeKms(['issuer', 'kms'], issuer?.kms),
  ...forEach([issuer?.key ?? []].flat(), (key, index) =>
    typeof key === 'string' ? [] : safeKms([...issuerKeyPath(issuer?.key, index), 'kms'], key.kms),
  ),
]

/** AWS must know the signing key beforehand: only for the local AWS can it be created at startup. */
const signingKeyIsNamed: Rule = ({ sts, signing, providers }) =>
  sts !== undefined &&
  sts.endpoint !== 'local' &&
  !signing &&
  (providers ?? []).some((one) => one?.protocol === 'saml' || one?.exchange.via === 'saml')
    ? [
        {
          path: ['signing'],
          expected: 'signing.key and signing.certificate, to sign responses for AWS',
          found: 'nothing',
        },
      ]
    : []

/** Encrypted assertions need a decryption key, and the identity provider needs its certificate. */
const encryptionKeyIsNamed: Rule = ({ sts, encryption, providers }) => {
  if (sts === undefined || sts.endpoint === 'local' || encryption) return []
  const encrypted = (providers ?? []).flatMap((one) =>
    one?.protocol === 'saml' && (one.wantAssertionsEncrypted || one.stsDecrypts) ? [one.id] : [],
  )
  if (encrypted.length === 0) return []
  const expected = `encryption.key and encryption.certificate, to decrypt assertions for ${encrypted.join(', ')}`
  return [{ path: ['encryption'], expected, found: 'nothing' }]
}

export const keyRules = {
  keyFilesAreReadable,
  signingKeyIsInOnePlace,
  kmsIsReachedSafely,
  signingKeyIsNamed,
  encryptionKeyIsNamed,
} as const satisfies Readonly<Record<string, Rule>>

type KeyPairs = FileConfig['signing'] | FileConfig['encryption']

/** Where one of the issuer's keys is in the file. */
export function issuerKeyPath(keys: unknown, index: number): Path {
  return ['issuer', 'key', ...(Array.isArray(keys) ? [index] : [])]
}

function placeOf(purpose: string, keys: unknown, index: number): Path {
  return Array.isArray(keys) ? [purpose, index] : [purpose]
}

function safeKms(path: Path, kms: { readonly endpoint?: string | undefined } | undefined): readonly ConfigIssue[] {
  return kms?.endpoint === undefined ? [] : safeUrl([...path, 'endpoint'], kms.endpoint)
}
