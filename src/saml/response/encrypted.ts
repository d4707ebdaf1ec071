import type { KeyObject } from 'node:crypto'
import { decryptElement, type Encrypted, readEncrypted } from '../../xml/encryption.ts'
import { isNamed } from '../../xml/navigate.ts'
import { isSigned, verifySignature } from '../../xml/signature.ts'
import type { XmlElement } from '../../xml/tree.ts'
import { asSamlError, SamlError } from '../errors.ts'
import { ASSERTION } from '../names.ts'
import { mustBeALoneAssertion } from './shape.ts'

/** What is needed to open what an identity provider encrypted for us. Core 2.2.4, 2.3.4 */
export interface Decryption {
  /** The whole document, to whose IDs the decrypted ones add. */
  readonly root: XmlElement
  readonly keys: readonly KeyObject[]
  /** The Response's own signature verified, so that nobody changed the ciphertext on its way. */
  readonly isVouchedFor: boolean
  /** Whether AES-CBC is opened although nobody vouched for it. */
  readonly acceptsBareCbc: boolean
}

/**
 * The one NameID that was encrypted there. Throws SamlError `saml.encryption_*`, `saml.assertion_encrypted` or
 * `saml.decryption_failed`.
 */
export function openEncryptedId(container: XmlElement, decryption: Decryption): XmlElement {
  return asSamlError(() => decryptOnly('NameID', container, mustBeOpenable(container, decryption), decryption))
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

/**
 * Judged before a key is used: shape, algorithms, and whether such a ciphertext may be opened. security-requirements 6
 */
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
 * The one assertion that was encrypted there: strict XML of the right shape again, but nobody's word yet. Throws as
 * `openEncryptedId` does, or for its shape. AES-CBC that nobody vouched for can be changed unseen, and each reason for
 * a refusal would tell something of its plaintext: there, whatever is wrong up to the assertion's own signature, by one
 * of `signingKeys`, is one failure.
 */
export function openEncryptedAssertion(
  container: XmlElement,
  decryption: Decryption,
  signingKeys: readonly KeyObject[],
): XmlElement {
  return asSamlError(() => {
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
  })
}

function asOneFailure<Result>(step: () => Result): Result {
  try {
    return asSamlError(step)
  } catch (error) {
    throw error instanceof SamlError ? new SamlError('saml.decryption_failed') : error
  }
}
