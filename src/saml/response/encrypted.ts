import type { KeyObject } from 'node:crypto'
import { decryptElement, type Encrypted, readEncrypted } from '../../xml/encryption.ts'
import { XmlError } from '../../xml/errors.ts'
import { isNamed } from '../../xml/navigate.ts'
import { isSigned, verifySignature } from '../../xml/signature.ts'
import type { XmlElement } from '../../xml/tree.ts'
import { SamlError } from '../errors.ts'
import { ASSERTION } from '../names.ts'
import { mustBeALoneAssertion } from './shape.ts'

/** What is needed to decrypt what an identity provider encrypted for us. Core 2.2.4, 2.3.4 */
export interface Decryption {
  /** The whole document: the IDs in the decrypted element must differ from those in it. */
  readonly root: XmlElement
  readonly keys: readonly KeyObject[]
  /** The Response's own signature verified, so the ciphertext was not changed on the way. */
  readonly isVouchedFor: boolean
  /** Whether AES-CBC is decrypted although no verified signature covers it. */
  readonly acceptsBareCbc: boolean
}

/** The one NameID that was encrypted there. Throws SamlError or XmlError: `encryption_*`, `assertion_encrypted` or `decryption_failed`. */
export function openEncryptedId(container: XmlElement, decryption: Decryption): XmlElement {
  return decryptOnly('NameID', container, mustBeOpenable(container, decryption), decryption)
}

function decryptOnly(
  local: 'Assertion' | 'NameID',
  container: XmlElement,
  encrypted: Encrypted,
  { root, keys }: Decryption,
): XmlElement {
  const element = decryptElement(container, { root, encrypted, keys })
  if (isNamed(element, ASSERTION, local)) return element
  throw new SamlError('saml.decryption_failed')
}

/** Checked before a key is used: shape, algorithms, and whether such a ciphertext may be decrypted. security-requirements 6 */
function mustBeOpenable(container: XmlElement, { keys, isVouchedFor, acceptsBareCbc }: Decryption): Encrypted {
  if (keys.length === 0) throw new SamlError('saml.assertion_encrypted', { source: container.local })
  const encrypted = readEncrypted(container)
  if (encrypted.cipher.isAuthenticated || isVouchedFor || acceptsBareCbc) return encrypted
  throw new SamlError('saml.encryption_cbc_unsigned', {
    expected: 'a signed Response, AES-GCM, or acceptCbcWithoutSignedResponse',
    found: 'AES-CBC in an unsigned Response',
    source: `${container.local}/EncryptedData/EncryptionMethod`,
  })
}

/**
 * The one assertion that was encrypted there: strict XML of the right shape, but not verified yet. Throws as
 * `openEncryptedId` does, or for its shape. AES-CBC in an unsigned Response can be modified unnoticed, and each reason
 * for a refusal would leak something about its plaintext: there, every failure up to and including the assertion's own
 * signature, by one of `signingKeys`, is the same `saml.decryption_failed`.
 */
export function openEncryptedAssertion(
  container: XmlElement,
  decryption: Decryption,
  signingKeys: readonly KeyObject[],
): XmlElement {
  const encrypted = mustBeOpenable(container, decryption)
  const open = (): XmlElement => {
    const assertion = decryptOnly('Assertion', container, encrypted, decryption)
    mustBeALoneAssertion(assertion)
    return assertion
  }
  if (encrypted.cipher.isAuthenticated || decryption.isVouchedFor) return open()
  return asOneFailure(() => {
    const assertion = open()
    if (!isSigned(assertion)) throw new SamlError('saml.signature_missing')
    return verifySignature(assertion, signingKeys)
  })
}

function asOneFailure<Result>(step: () => Result): Result {
  try {
    return step()
  } catch (error) {
    const isRefusal = error instanceof SamlError || error instanceof XmlError
    throw isRefusal ? new SamlError('saml.decryption_failed') : error
  }
}
