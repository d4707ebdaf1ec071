/**
 * What must hold of every response that is accepted, however it was edited: each value in the session stands in octets
 * whose digest was verified, a fresh parse of those octets says the same, and xml-crypto in a strict profile agrees.
 */
import { createHash, type KeyObject } from 'node:crypto'
import { type AssertionContent, readAssertion } from '../../src/saml/response/assertion.ts'
import { openResponse } from '../../src/saml/response/open.ts'
import { evaluateResponse, type VerifiedAssertion } from '../../src/saml/response/validate.ts'
import { canonicalize } from '../../src/xml/canonicalize.ts'
import { attributeOf, childrenNamed, isNamed, onlyChild, textOf } from '../../src/xml/navigate.ts'
import { parseXml } from '../../src/xml/parse.ts'
import type { SignedElement } from '../../src/xml/signature.ts'
import type { XmlElement } from '../../src/xml/tree.ts'
import { coveredText } from '../saml/oracle.ts'
import { expected, idp, now } from '../saml/saml-fixtures.ts'

const SAML = 'urn:oasis:names:tc:SAML:2.0:assertion'
const DS = 'http://www.w3.org/2000/09/xmldsig#'
const keys: readonly KeyObject[] = idp.signingCertificates.map(({ key }) => key)

export type Outcome = { readonly kind: 'accepted' } | { readonly kind: 'refused'; readonly code: string }

/** Judges the mutant as the gateway would; throws when it was accepted and the property does not hold. */
export const examine = ({ xml, SAMLResponse }: { xml: string; SAMLResponse: string }): Outcome => {
  const evaluation = evaluateResponse({ SAMLResponse }, expected, now)
  if ('error' in evaluation) return { kind: 'refused', code: evaluation.error.code }
  const signed = signedElement(xml)
  const octets = hashedOctets(signed)
  const claims = openResponse({ SAMLResponse }, expected).assertion
  mustBeSame(claimsIn(octets), claims, 'a fresh parse of the hashed octets')
  for (const value of valuesOf(evaluation.assertion)) {
    if (!textsIn(parseXml(octets)).has(value)) throw new Error(`in the session, but not in what was signed: ${value}`)
  }
  const covered = coveredText(xml, keys)
  if (!covered) throw new Error('xml-crypto refuses it')
  for (const text of covered) mustBeSame(claimsIn(text), claims, 'what xml-crypto hashed')
  return { kind: 'accepted' }
}

const signatureOf = (element: XmlElement): XmlElement | undefined => childrenNamed(element, DS, 'Signature')[0]

/** The assertion where it is signed itself, else the response. */
const signedElement = (xml: string): XmlElement => {
  const response = parseXml(xml)
  const assertion = onlyChild(response, SAML, 'Assertion')
  return signatureOf(assertion) ? assertion : response
}

/** The octets, by the Signature's own word of how they are made; throws when its digest is not theirs. */
const hashedOctets = (element: XmlElement): string => {
  const signature = onlyChild(element, DS, 'Signature')
  const reference = onlyChild(onlyChild(signature, DS, 'SignedInfo'), DS, 'Reference')
  const lists = onlyChild(reference, DS, 'Transforms').children.flatMap((transform) =>
    typeof transform === 'string' ? [] : transform.children.flatMap((list) => (typeof list === 'string' ? [] : [list])),
  )
  const prefixes = lists.flatMap((list) => (attributeOf(list, 'PrefixList') ?? '').split(/\s+/))
  const inclusivePrefixes = new Set(prefixes.filter(Boolean).map((prefix) => (prefix === '#default' ? '' : prefix)))
  const text = canonicalize(element, { inclusivePrefixes, omit: signature })
  const digest = createHash('sha256').update(text).digest('base64')
  if (textOf(onlyChild(reference, DS, 'DigestValue')).replace(/\s/g, '') !== digest)
    throw new Error('not what was hashed')
  return text
}

const claimsIn = (octets: string): AssertionContent => {
  const root = parseXml(octets)
  const assertion = isNamed(root, SAML, 'Assertion') ? root : onlyChild(root, SAML, 'Assertion')
  return readAssertion(assertion as SignedElement)
}

/** Every text, also without the white space around it, and every attribute value. */
const textsIn = (element: XmlElement): ReadonlySet<string> => {
  const texts = new Set<string>()
  const visit = ({ attributes, children }: XmlElement): void => {
    if (children.length === 0) texts.add('')
    for (const { value } of attributes) texts.add(value)
    for (const child of children) typeof child === 'string' ? texts.add(child).add(child.trim()) : visit(child)
  }
  visit(element)
  return texts
}

const valuesOf = (assertion: VerifiedAssertion): readonly string[] => [
  assertion.id,
  assertion.issuer,
  assertion.subject,
  assertion.recipient,
  ...assertion.audiences,
  ...[...assertion.attributes].flatMap(([name, values]) => [name, ...values]),
  ...[assertion.inResponseTo, assertion.sessionIndex, assertion.authnContextClassRef, assertion.nameId?.format].filter(
    (value) => value !== undefined,
  ),
]

const asText = (value: unknown): string =>
  JSON.stringify(value, (_, inner) => (inner instanceof Map ? [...inner] : inner))

const mustBeSame = (found: unknown, wanted: unknown, where: string): void => {
  if (asText(found) !== asText(wanted))
    throw new Error(`${where} says something else:\n${asText(found)}\n${asText(wanted)}`)
}
