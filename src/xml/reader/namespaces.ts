import { XmlError } from '../errors.ts'
import { type NamespaceScope, resolvePrefix } from '../tree.ts'
import { continuesName, endOfName, hasAt, NC_NAME } from './characters.ts'
import { Malformed } from './malformed.ts'
import { isUriReference } from './uri-reference.ts'

const XML_NAMESPACE = 'http://www.w3.org/XML/1998/namespace'
const XMLNS_NAMESPACE = 'http://www.w3.org/2000/xmlns/'

/** ASCII names; the other expression accepts them too, and costs more. */
const PLAIN_NAME = /^(?:[A-Z_a-z][-.\w]*:)?[A-Z_a-z][-.\w]*$/
const QUALIFIED_NAME = new RegExp(`^(?:${NC_NAME}:)?${NC_NAME}$`, 'u')

/** Names that are remembered; a document with more of them is read without remembering them all. */
const MAX_NAMES = 4096

/** A prefix (empty: the default namespace) and what it is bound to at this place of the document. */
export interface Prefix {
  readonly name: string
  /** undefined if it is not bound. */
  uri: string | undefined
}

export interface QualifiedName {
  readonly name: string
  readonly prefix: Prefix
  readonly local: string
  /** The prefix that an attribute of this name declares (empty: the default namespace). */
  readonly declares: string | undefined
}

/**
 * The names of a document and the namespaces of their prefixes, at the place that is being read. A prefix is one object
 * that every name with it refers to, so that a name is resolved without a search. Namespaces in XML 1.0
 */
export class Namespaces {
  readonly #around: NamespaceScope | undefined
  #names = new Map<string, QualifiedName>()
  #prefixes = new Map<string, Prefix>()
  /** What the declarations in scope hide, from the root on. */
  readonly #hidden: { readonly prefix: Prefix; readonly uri: string | undefined }[] = []

  /** `around`: of the document that the text is a part of. */
  constructor(around: NamespaceScope | undefined) {
    this.#around = around
  }

  /**
   * The name that begins there; `expected` is tried first, because the next name is often the last one again. Throws
   * Malformed for what is not a qualified name.
   */
  nameAt(text: string, at: number, expected: QualifiedName | undefined): QualifiedName {
    if (expected !== undefined) {
      const { name } = expected
      if (hasAt(text, at, name) && !continuesName(text.charCodeAt(at + name.length))) return expected
    }
    const name = text.slice(at, endOfName(text, at))
    return this.#names.get(name) ?? this.#remember(name)
  }

  #remember(text: string): QualifiedName {
    if (!PLAIN_NAME.test(text) && !QUALIFIED_NAME.test(text))
      throw new Malformed(text === '' ? 'no name where one must be' : `the name ${text}`)
    const colon = text.indexOf(':')
    const prefix = text.slice(0, Math.max(colon, 0))
    const local = text.slice(colon + 1)
    const declares = prefix === 'xmlns' ? local : text === 'xmlns' ? '' : undefined
    const name = { name: text, prefix: this.#prefix(prefix), local, declares }
    this.#names.set(text, name)
    return name
  }

  #prefix(name: string): Prefix {
    const known = this.#prefixes.get(name)
    if (known) return known
    const prefix = { name, uri: name === 'xml' ? XML_NAMESPACE : resolvePrefix(this.#around, name) }
    this.#prefixes.set(name, prefix)
    return prefix
  }

  /**
   * Binds a prefix until `leave`. Throws Malformed for a binding that is not allowed (3), and XmlError `xml.namespace`
   * for what is not a URI, as some processors refuse that, and some trim white space.
   */
  declare(name: string, uri: string): void {
    mustBeDeclarable(name, uri)
    const prefix = this.#prefix(name)
    this.#hidden.push({ prefix, uri: prefix.uri })
    prefix.uri = uri
  }

  /** Ends the scope of that many declarations, the last ones. */
  leave(declarations: number): void {
    for (let left = declarations; left > 0; left -= 1) {
      const hidden = this.#hidden.pop()
      if (hidden) hidden.prefix.uri = hidden.uri
    }
  }

  /** Forgets names that are not in use, if there are too many. Not to be called within a tag. */
  forget(): void {
    if (this.#names.size <= MAX_NAMES) return
    this.#names = new Map()
    this.#prefixes = new Map([...this.#prefixes].filter(([, { uri }]) => uri !== undefined))
  }
}

function mustBeDeclarable(name: string, uri: string): void {
  const trimmed = uri.trim()
  if (name === 'xmlns' || trimmed === XMLNS_NAMESPACE) throw new Malformed('a declaration of xmlns')
  if ((name === 'xml') !== (trimmed === XML_NAMESPACE)) throw new Malformed('another meaning of xml')
  if (name !== '' && trimmed === '') throw new Malformed(`the prefix ${name} declared as empty`)
  if (!isUriReference(uri)) throw new XmlError('namespace', { found: uri })
}
