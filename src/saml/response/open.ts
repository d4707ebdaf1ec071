import type { KeyObject } from 'node:crypto'
import { type CheckResult, type Finding, failed, notRun, passed, type Verdict } from '../../core/verdict.ts'
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

/** A response whose signatures verified, before its claims are checked. */
export interface OpenedResponse {
  readonly response: ResponseHints
  readonly assertion: AssertionContent
}

/** What the steps depend on; recipient and times are checked later. */
export type Opening = Pick<
  ExpectedResponse,
  'idp' | 'signature' | 'decryptionKeys' | 'acceptCbcWithoutSignedResponse' | 'wantAssertionsEncrypted'
>

/** The finding of every step, with the opened response or the error of the step that failed. */
export type OpeningResult =
  | { readonly verdict: Verdict; readonly opened: OpenedResponse }
  | { readonly verdict: Verdict; readonly error: SamlError }

/** What the steps have read so far; each adds its part for those after it. */
interface OpeningState {
  readonly form: ResponseForm
  readonly expected: Opening
  text?: string
  response?: XmlElement
  /** The response's Assertion or EncryptedAssertion. */
  content?: XmlElement
  /** Only where the Response has a signature of its own. */
  signedResponse?: SignedElement
  /** Only where the content is an EncryptedAssertion. */
  decrypted?: XmlElement
  /** Only where the Assertion has a signature of its own. */
  signedAssertion?: SignedElement
  opened?: OpenedResponse
}

interface Step {
  readonly name: string
  /** Whether the step applies; absent: always. If it does not, its finding is `not-run`. */
  readonly isNeeded?: (state: OpeningState) => boolean
  /** Throws SamlError or XmlError. */
  readonly run: (state: OpeningState) => void
}

/**
 * What must hold before a claim is read, in this order: each step needs the previous ones. The Response's signature is
 * verified before anything that it covers is decrypted.
 */
const steps = [
  { name: 'isReadable', run: readText },
  { name: 'isStrictXml', run: parseResponse },
  { name: 'isAResponse', run: ({ response }) => mustBeAResponse(known(response)) },
  { name: 'isSuccess', run: ({ response }) => mustBeSuccess(known(response)) },
  { name: 'holdsOneAssertion', run: findAssertion },
  { name: 'isEncryptedAsRequired', run: mustBeEncrypted },
  { name: 'responseSignatureVerifies', isNeeded: isResponseSigned, run: verifyResponse },
  { name: 'isDecrypted', isNeeded: isContentEncrypted, run: decryptAssertion },
  { name: 'isSignedAsRequired', run: mustBeSigned },
  { name: 'assertionSignatureVerifies', isNeeded: isAssertionSigned, run: verifyAssertion },
  { name: 'assertionIsReadable', run: readSigned },
] as const satisfies readonly Step[]

/** The names of the steps, in their order. */
export const responseSteps = steps.map(({ name }) => name)

/** From an untrusted form to signed claims, which the caller must check. Throws SamlError. */
export function openResponse(form: ResponseForm, expected: Opening): OpenedResponse {
  const result = runResponseSteps(form, expected)
  if ('error' in result) throw result.error
  return result.opened
}

/** The same with the finding of every step: none is run after the first that fails. */
export function runResponseSteps(form: ResponseForm, expected: Opening): OpeningResult {
  const state: OpeningState = { form, expected }
  const verdict: Finding[] = []
  let error: SamlError | undefined
  for (const step of steps) {
    const isSkipped = error !== undefined || !isNeeded(step, state)
    if (!isSkipped) error = errorOf(step, state)
    verdict.push({ name: step.name, ...(isSkipped ? notRun() : resultOf(step, error)) })
  }
  return error ? { verdict, error } : { verdict, opened: known(state.opened) }
}

function isNeeded(step: Step, state: OpeningState): boolean {
  return step.isNeeded?.(state) ?? true
}

/** The error of a step. Everything below throws SamlError or XmlError: here both become SamlError. */
function errorOf({ run }: Step, state: OpeningState): SamlError | undefined {
  try {
    asSamlError(() => run(state))
    return undefined
  } catch (error) {
    if (error instanceof SamlError) return error
    throw error
  }
}

function resultOf({ name }: Step, error: SamlError | undefined): CheckResult {
  if (!error) return passed()
  const { expected = 'what SAML asks for', found = error.code, source = name } = error
  return failed(expected, found, source)
}

/** What an earlier step has read. */
function known<Value>(value: Value | undefined): Value {
  if (value === undefined) throw new Error('a step ran before one that it needs')
  return value
}

function readText(state: OpeningState): void {
  state.text = decodeResponse(state.form)
}

function parseResponse(state: OpeningState): void {
  state.response = parseXml(known(state.text))
}

function findAssertion(state: OpeningState): void {
  state.content = onlyAssertion(known(state.response))
}

function mustBeEncrypted(state: OpeningState): void {
  const { wantAssertionsEncrypted = false } = state.expected
  if (wantAssertionsEncrypted && !isContentEncrypted(state)) throw new SamlError('saml.assertion_not_encrypted')
}

function isContentEncrypted({ content }: OpeningState): boolean {
  return isEncrypted(known(content))
}

function isResponseSigned({ response }: OpeningState): boolean {
  return isSigned(known(response))
}

function verifyResponse(state: OpeningState): void {
  state.signedResponse = verifySignature(known(state.response), signingKeysOf(state))
}

function signingKeysOf({ expected }: OpeningState): readonly KeyObject[] {
  return expected.idp.signingCertificates.map(({ key }) => key)
}

function decryptAssertion(state: OpeningState): void {
  state.decrypted = openEncryptedAssertion(known(state.content), decryptionOf(state), signingKeysOf(state))
}

function decryptionOf({ response, expected }: OpeningState): Decryption {
  const { decryptionKeys = [], acceptCbcWithoutSignedResponse = false } = expected
  const root = known(response)
  return {
    root,
    keys: decryptionKeys,
    isVouchedFor: isSigned(root),
    acceptsBareCbc: acceptCbcWithoutSignedResponse,
  }
}

function mustBeSigned(state: OpeningState): void {
  const required = state.expected.signature
  const signed = { response: isResponseSigned(state), assertion: isAssertionSigned(state) }
  if (!signed.response && !signed.assertion) throw new SamlError('saml.signature_missing', { expected: required })
  if (required !== 'any' && required !== 'response' && !signed.assertion) throw new SamlError('saml.assertion_unsigned')
  if (required !== 'any' && required !== 'assertion' && !signed.response) throw new SamlError('saml.response_unsigned')
}

function isAssertionSigned(state: OpeningState): boolean {
  return isSigned(assertionIn(state))
}

function assertionIn({ content, decrypted }: OpeningState): XmlElement {
  return decrypted ?? known(content)
}

function verifyAssertion(state: OpeningState): void {
  state.signedAssertion = verifySignature(assertionIn(state), signingKeysOf(state))
}

function readSigned(state: OpeningState): void {
  const signed = isAssertionSigned(state) ? known(state.signedAssertion) : signedByResponse(state)
  const decryption = decryptionOf(state)
  state.opened = {
    response: readHints(known(state.response), known(state.content)),
    assertion: readAssertion(signed, (encryptedId) => openEncryptedId(encryptedId, decryption)),
  }
}

/** An assertion without a signature of its own is covered by the Response's, which also covered its ciphertext. */
function signedByResponse({ signedResponse, content, decrypted }: OpeningState): SignedElement {
  if (!signedResponse) throw new SamlError('saml.signature_missing')
  const signed = signedChild(signedResponse, known(content))
  return decrypted ? decryptedFrom(signed, decrypted) : signed
}

function readHints(response: XmlElement, content: XmlElement): ResponseHints {
  const issuer = optionalChild(response, ASSERTION, 'Issuer')
  requiredTime(response, 'IssueInstant') // nothing depends on it, but every message must have it: Core 3.2.2
  return {
    isSigned: isSigned(response),
    isEncrypted: isEncrypted(content),
    issuer: issuer && textOf(issuer),
    destination: attributeOf(response, 'Destination'),
    inResponseTo: attributeOf(response, 'InResponseTo'),
  }
}
