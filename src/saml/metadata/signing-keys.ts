/** An identity provider's keys, from the KeyDescriptors of its metadata. */
import { type KeyObject, X509Certificate } from 'node:crypto'
import { XMLDSIG } from '../../xml/algorithms.ts'
import { attributeOf, childrenNamed, textOf } from '../../xml/navigate.ts'
import { whyUnusable } from '../../xml/signed-octets.ts'
import type { XmlElement } from '../../xml/tree.ts'
import { METADATA } from '../names.ts'

export interface SigningCertificate {
  readonly key: KeyObject
  readonly notAfter: Date
  readonly pem: string
  /** Why no signature is verified with its key; undefined for a key that logins use. */
  readonly unusable?: string
}

/** A key in the metadata that cannot be read. */
export interface UnreadableKey {
  /** Its position among the signing keys, so the administrator can find it: `signing key 2 of 3`. */
  readonly place: string
  readonly reason: string
}

export interface SigningKeys {
  /** In the order of the metadata. */
  readonly certificates: readonly SigningCertificate[]
  readonly unreadable: readonly UnreadableKey[]
}

type Read = SigningCertificate | { readonly reason: string }

const PEM = /-----BEGIN CERTIFICATE-----([^-]*)-----END CERTIFICATE-----/

/**
 * The keys in the IDPSSODescriptor's KeyDescriptors for signing or for any use. An unreadable one does not affect the
 * others: it can only make fewer signatures valid. Metadata 2.4.1.1
 */
export function readSigningKeys(idp: XmlElement): SigningKeys {
  const keys = childrenNamed(idp, METADATA, 'KeyDescriptor').filter(isForSigning).flatMap(certificatesOf)
  const certificates: SigningCertificate[] = []
  const unreadable: UnreadableKey[] = []
  for (const [index, read] of keys.entries()) {
    if ('reason' in read) unreadable.push({ place: `signing key ${index + 1} of ${keys.length}`, reason: read.reason })
    else certificates.push(read)
  }
  return { certificates, unreadable }
}

/** Without `use` a key serves every purpose. Metadata 2.4.1.1 */
function isForSigning(descriptor: XmlElement): boolean {
  return (attributeOf(descriptor, 'use') ?? 'signing') === 'signing'
}

/** The first certificate of each X509Data: further ones are its chain, whose keys must not vouch for assertions. */
function certificatesOf(descriptor: XmlElement): readonly Read[] {
  const infos = childrenNamed(descriptor, XMLDSIG, 'KeyInfo')
  const certificates = infos
    .flatMap((keyInfo) => childrenNamed(keyInfo, XMLDSIG, 'X509Data'))
    .flatMap((data) => childrenNamed(data, XMLDSIG, 'X509Certificate').slice(0, 1))
  if (certificates.length > 0) return certificates.map(readCertificate)
  const others = infos.flatMap(({ children }) =>
    children.flatMap((child) => (typeof child === 'string' ? [] : child.local)),
  )
  return [{ reason: `no X509Certificate${others.length === 0 ? '' : `, only ${[...new Set(others)].join(', ')}`}` }]
}

/** Base64, or the text of a PEM file with its lines around the base64, as in the metadata of some products. */
function readCertificate(element: XmlElement): Read {
  const text = textOf(element)
  const base64 = PEM.exec(text)?.[1] ?? text
  if (base64.trim() === '') return { reason: 'the X509Certificate is empty' }
  try {
    const certificate = new X509Certificate(Buffer.from(base64, 'base64'))
    const { publicKey: key } = certificate
    const unusable = whyUnusable(key)
    return {
      key,
      notAfter: new Date(certificate.validTo),
      pem: certificate.toString(),
      ...(unusable !== undefined && { unusable }),
    }
  } catch {
    return { reason: 'the X509Certificate is not the base64 of a certificate' }
  }
}
