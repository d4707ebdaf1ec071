import { attributeOf, optionalChild, textOf } from '../../xml/navigate.ts'
import { parseXml } from '../../xml/parse.ts'
import { isSigned, type SignedElement, signedChild, verifySignature } from '../../xml/signature.ts'
import type { XmlElement } from '../../xml/tree.ts'
import { asSamlError, SamlError } from '../errors.ts'
import { ASSERTION } from '../names.ts'
import { type Claims, readAssertion } from './assertion.ts'
import type { ExpectedResponse, ResponseHints } from './checks.ts'
import { decodeResponse, type ResponseForm } from './decode.ts'
import { mustBeAResponse, onlyAssertion } from './shape.ts'
import { mustBeSuccess } from './status.ts'

/** What has to hold before a claim is read, in this order: each needs the one before. */
export const responseSteps = [
  'isReadable',
  'isStrictXml',
  'isAResponse',
  'isSuccess',
  'holdsOneAssertion',
  'isSignedAsRequired',
  'signaturesVerify',
  'assertionIsReadable',
] as const
type StepName = (typeof responseSteps)[number]

/** Runs a step under its name. */
export type Steps = <Result>(name: StepName, step: () => Result) => Result

/** A response whose signature held: what it says, not yet judged. */
export interface OpenedResponse {
  readonly response: ResponseHints
  readonly assertion: Claims
}

/**
 * From untrusted form to signed claims: base64, strict XML, shape, status, one assertion, signatures; throws SamlError.
 * What it says is for the caller to judge: `judgeResponse` does that for a login, the local AWS by rules of its own.
 */
export const openResponse = (
  form: ResponseForm,
  { idp, signature }: Pick<ExpectedResponse, 'idp' | 'signature'>,
  steps: Steps = (_, step) => asSamlError(step),
): OpenedResponse => {
  const text = steps('isReadable', () => decodeResponse(form))
  const root = steps('isStrictXml', () => parseXml(text))
  const response = steps('isAResponse', () => mustBeAResponse(root))
  steps('isSuccess', () => mustBeSuccess(response))
  const assertion = steps('holdsOneAssertion', () => onlyAssertion(response))
  steps('isSignedAsRequired', () => mustBeSigned(response, assertion, signature))
  const signed = steps('signaturesVerify', () => verifySignatures(response, assertion, idp))
  return steps('assertionIsReadable', () => ({ response: readHints(response), assertion: readAssertion(signed) }))
}

const mustBeSigned = (response: XmlElement, assertion: XmlElement, required: ExpectedResponse['signature']): void => {
  const signed = { response: isSigned(response), assertion: isSigned(assertion) }
  if (!signed.response && !signed.assertion) throw new SamlError('saml.signature_missing', { expected: required })
  if (required !== 'any' && required !== 'response' && !signed.assertion) throw new SamlError('saml.assertion_unsigned')
  if (required !== 'any' && required !== 'assertion' && !signed.response) throw new SamlError('saml.response_unsigned')
}

/** Every signature that is there has to verify; the assertion's own, or the response's around it, vouches for it. */
const verifySignatures = (response: XmlElement, assertion: XmlElement, idp: ExpectedResponse['idp']): SignedElement => {
  const keys = idp.signingCertificates.map(({ key }) => key)
  const signedResponse = isSigned(response) ? verifySignature(response, keys) : undefined
  if (isSigned(assertion)) return verifySignature(assertion, keys)
  if (!signedResponse) throw new SamlError('saml.signature_missing')
  return signedChild(signedResponse, assertion)
}

const readHints = (response: XmlElement): ResponseHints => {
  const issuer = optionalChild(response, ASSERTION, 'Issuer')
  return {
    isSigned: isSigned(response),
    issuer: issuer && textOf(issuer),
    destination: attributeOf(response, 'Destination'),
    inResponseTo: attributeOf(response, 'InResponseTo'),
  }
}
