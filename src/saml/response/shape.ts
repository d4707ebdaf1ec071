import { XMLDSIG } from '../../xml/algorithms.ts'
import { attributeOf, childElements, childrenNamed, isNamed } from '../../xml/navigate.ts'
import type { XmlElement } from '../../xml/tree.ts'
import { SamlError, type SamlErrorCode } from '../errors.ts'
import { ASSERTION, PROTOCOL } from '../names.ts'

/** The shape that a response must have before any signature is looked at. security-requirements 2; Core 2.3, 3.2.2 */

const PREFIXES: ReadonlyMap<string, string> = new Map([
  [ASSERTION, 'saml:'],
  [PROTOCOL, 'samlp:'],
  [XMLDSIG, 'ds:'],
])

const RESPONSE_ORDER =
  /^(saml:Issuer )?(ds:Signature )?(samlp:Extensions )?(samlp:Status )?(saml:(Encrypted)?Assertion )*$/
const ASSERTION_ORDER =
  /^(saml:Issuer )?(ds:Signature )?(saml:Subject )?(saml:Conditions )?(saml:Advice )?(saml:(Authn|Attribute|AuthzDecision)?Statement )*$/
const SUBJECT_ORDER = /^(saml:(NameID|BaseID|EncryptedID) )?(saml:SubjectConfirmation )*$/

/** samlp:Response 2.0 with an ID and its children in order; the number of assertions is checked separately. */
export function mustBeAResponse(root: XmlElement): XmlElement {
  if (!isNamed(root, PROTOCOL, 'Response')) {
    throw new SamlError('saml.not_a_response', {
      expected: `{${PROTOCOL}}Response`,
      found: `{${root.uri}}${root.local}`,
    })
  }
  mustBeVersion2(root)
  mustBeInOrder(root, RESPONSE_ORDER)
  return root
}

function mustBeVersion2(element: XmlElement): void {
  const version = attributeOf(element, 'Version')
  if (version !== '2.0') {
    throw new SamlError('saml.version', {
      expected: '2.0',
      found: version ?? 'none',
      source: `${element.local}/@Version`,
    })
  }
  if (attributeOf(element, 'ID') === undefined)
    throw new SamlError('saml.id_missing', { source: `${element.local}/@ID` })
}

function mustBeInOrder(parent: XmlElement, order: RegExp): void {
  const found = namesOf(parent)
  if (order.test(found)) return
  throw new SamlError('saml.child_order', {
    expected: 'the order of the schema',
    found: found.slice(0, 200),
    source: parent.local,
  })
}

/** The children's names as one text, each followed by a space, so the schema's order is a regular expression. */
function namesOf(parent: XmlElement): string {
  return childElements(parent).reduce((names, { uri, local }) => `${names}${PREFIXES.get(uri) ?? '?:'}${local} `, '')
}

/** The response's one assertion, plain or encrypted, and none elsewhere; every Signature only in an allowed place. */
export function onlyAssertion(response: XmlElement): XmlElement {
  const plain = childrenNamed(response, ASSERTION, 'Assertion')
  const all = [...plain, ...childrenNamed(response, ASSERTION, 'EncryptedAssertion')]
  if (all.length > 1)
    throw new SamlError('saml.assertion_repeated', { expected: 'one', found: `${all.length}`, source: 'Response' })
  refuseMisplaced(response, new Set([response, ...plain]), response)
  const [assertion] = all
  if (!assertion) throw new SamlError('saml.assertion_missing', { expected: 'one', found: '0', source: 'Response' })
  if (!isEncrypted(assertion)) mustBeAnAssertion(assertion)
  return assertion
}

/** Signature wrapping needs a second assertion or signature somewhere: none is allowed anywhere but here. */
function refuseMisplaced(top: XmlElement, mayBeSigned: ReadonlySet<XmlElement>, mayAssert?: XmlElement): void {
  const visit = (parent: XmlElement): void => {
    for (const child of parent.children) {
      if (typeof child === 'string') continue
      const misplaced = misplacement(child, parent, mayBeSigned, mayAssert)
      if (misplaced) throw new SamlError(misplaced, { source: `${parent.local}/${child.local}` })
      visit(child)
    }
  }
  visit(top)
}

function misplacement(
  child: XmlElement,
  parent: XmlElement,
  mayBeSigned: ReadonlySet<XmlElement>,
  mayAssert: XmlElement | undefined,
): SamlErrorCode | undefined {
  const isAssertion = isNamed(child, ASSERTION, 'Assertion') || isEncrypted(child)
  if (isAssertion && parent !== mayAssert) return 'saml.assertion_misplaced'
  if (isNamed(child, XMLDSIG, 'Signature') && !mayBeSigned.has(parent)) return 'saml.signature_misplaced'
  return undefined
}

function mustBeAnAssertion(assertion: XmlElement): void {
  mustBeVersion2(assertion)
  mustBeInOrder(assertion, ASSERTION_ORDER)
  for (const subject of childrenNamed(assertion, ASSERTION, 'Subject')) mustBeInOrder(subject, SUBJECT_ORDER)
}

/** Whether it can only be read after decryption. Core 2.3.4 */
export function isEncrypted(assertion: XmlElement): boolean {
  return isNamed(assertion, ASSERTION, 'EncryptedAssertion')
}

/** Decrypted content must pass the same: one assertion with none inside, and no Signature but its own. */
export function mustBeALoneAssertion(assertion: XmlElement): void {
  refuseMisplaced(assertion, new Set([assertion]))
  mustBeAnAssertion(assertion)
}
