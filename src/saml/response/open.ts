import { attributeOf, optionalChild, textOf } from '../../xml/navigate.ts'
import { parseXml } from '../../xml/parse.ts'
import { decryptedFrom, isSigned, type SignedElement, signedChild, verifySignature } from '../../xml/signature.ts'
import type { XmlElement } from '../../xml/tree.ts'
import { asSamlError, SamlError } from '../errors.ts'
import { ASSERTION } from '../names.ts'
import { requiredTime } from '../values.ts'
import { type AssertionContent, readAssertion } from './assertion.ts'
import type { ExpectedResponse, ResponseHints } from './checks.ts'
import { decodeResponse, type ResponseForm } from './decode.ts'
import { type Decryption, openEncryptedAssertion, openEncryptedId } from './encrypted.ts'
import { isEncrypted, mustBeAResponse, onlyAssertion } from './shape.ts'
import { mustBeSuccess } from './status.ts'

/**
 * What has to hold before a claim is read, in this order: each needs the one before. The Response's signature comes
 * before what it covers is decrypted. A step that has nothing to do is left out.
 */
export const responseSteps = [
  'isReadable',
  'isStrictXml',
  'isAResponse',
  'isSuccess',
  'holdsOneAssertion',
  'isEncryptedAsRequired',
  'responseSignatureVerifies',
  'isDecrypted',
  'isSignedAsRequired',
  'assertionSignatureVerifies',
  'assertionIsReadable',
] as const
type StepName = (typeof responseSteps)[number]

/** Runs a step under its name. */
export type Steps = <Result>(name: StepName, step: () => Result) => Result

/** A response whose signature held: what it says, not yet judged. */
export interface OpenedResponse {
  readonly response: ResponseHints
  readonly assertion: AssertionContent
}

/** What opening needs to know; who the response is for, and when, is asked later. */
export type Opening = Pick<
  ExpectedResponse,
  'idp' | 'signature' | 'decryptionKeys' | 'acceptCbcWithoutSignedResponse' | 'wantAssertionsEncrypted'
>

/**
 * From untrusted form to signed claims: base64, strict XML, shape, status, one assertion, decryption, signatures; throws
 * SamlError. What it says is for the caller to judge.
 */
export function openResponse(
  form: ResponseForm,
  expected: Opening,
  steps: Steps = (_, step) => asSamlError(step),
): OpenedResponse {
  const text = steps('isReadable', () => decodeResponse(form))
  const root = steps('isStrictXml', () => parseXml(text))
  const response = steps('isAResponse', () => mustBeAResponse(root))
  steps('isSuccess', () => mustBeSuccess(response))
  const content = steps('holdsOneAssertion', () => onlyAssertion(response))
  steps('isEncryptedAsRequired', () => mustBeEncrypted(content, expected))
  const signingKeys = expected.idp.signingCertificates.map(({ key }) => key)
  const signedResponse = isSigned(response)
    ? steps('responseSignatureVerifies', () => verifySignature(response, signingKeys))
    : undefined
  const decryption = decryptionOf(response, expected)
  const assertion = isEncrypted(content)
    ? steps('isDecrypted', () => openEncryptedAssertion(content, decryption, signingKeys))
    : content
  steps('isSignedAsRequired', () => mustBeSigned(response, assertion, expected.signature))
  const signed = isSigned(assertion)
    ? steps('assertionSignatureVerifies', () => verifySignature(assertion, signingKeys))
    : vouchedFor(signedResponse, content, assertion)
  return steps('assertionIsReadable', () => ({
    response: readHints(response, content),
    assertion: readAssertion(signed, (encryptedId) => openEncryptedId(encryptedId, decryption)),
  }))
}

function mustBeEncrypted(content: XmlElement, { wantAssertionsEncrypted = false }: Opening): void {
  if (wantAssertionsEncrypted && !isEncrypted(content)) throw new SamlError('saml.assertion_not_encrypted')
}

function decryptionOf(
  root: XmlElement,
  { decryptionKeys = [], acceptCbcWithoutSignedResponse = false }: Opening,
): Decryption {
  return {
    root,
    keys: decryptionKeys,
    isVouchedFor: isSigned(root),
    acceptsBareCbc: acceptCbcWithoutSignedResponse,
  }
}

function mustBeSigned(response: XmlElement, assertion: XmlElement, required: ExpectedResponse['signature']): void {
  const signed = { response: isSigned(response), assertion: isSigned(assertion) }
  if (!signed.response && !signed.assertion) throw new SamlError('saml.signature_missing', { expected: required })
  if (required !== 'any' && required !== 'response' && !signed.assertion) throw new SamlError('saml.assertion_unsigned')
  if (required !== 'any' && required !== 'assertion' && !signed.response) throw new SamlError('saml.response_unsigned')
}

/** An assertion without a Signature is as good as the Response's around it, which also covered its ciphertext. */
function vouchedFor(response: SignedElement | undefined, content: XmlElement, assertion: XmlElement): SignedElement {
  if (!response) throw new SamlError('saml.signature_missing')
  const signed = signedChild(response, content)
  return content === assertion ? signed : decryptedFrom(signed, assertion)
}

function readHints(response: XmlElement, content: XmlElement): ResponseHints {
  const issuer = optionalChild(response, ASSERTION, 'Issuer')
  requiredTime(response, 'IssueInstant') // nothing rests on it, but no message is without it: Core 3.2.2
  return {
    isSigned: isSigned(response),
    isEncrypted: isEncrypted(content),
    issuer: issuer && textOf(issuer),
    destination: attributeOf(response, 'Destination'),
    inResponseTo: attributeOf(response, 'InResponseTo'),
  }
}
