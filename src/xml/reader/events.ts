import type { XmlElement, XmlNode } from '../tree.ts'

/** The limits of a document. Exceeding any of them ends the parse immediately. */
export interface XmlLimits {
  /** UTF-16 units of text. */
  readonly characters: number
  readonly depth: number
  readonly elements: number
  /** On one element, namespace declarations included. */
  readonly attributesPerElement: number
  /** In the document, namespace declarations included. */
  readonly attributes: number
  /** Whether a style sheet may be named outside the root, as in metadata that browsers display: it is ignored. */
  readonly takesStylesheet?: true
}

/** An element whose children are still being read. */
export interface OpenElement extends XmlElement {
  readonly children: XmlNode[]
}

/** The events of a document, in its order. To build a tree, add the children. */
export interface XmlEvents {
  /** The value of an attribute named exactly `ID`, before its element is opened. */
  id(value: string): void
  open(element: OpenElement, parent: OpenElement | undefined): void
  /**
   * Text or a CDATA section; a comment or the boundary of a CDATA section splits it. Not called for text around the
   * root.
   */
  text(piece: string, parent: OpenElement): void
  close(element: OpenElement): void
}

/** Accepts the text of a document in pieces; throws XmlError if it violates the rules. */
export interface XmlReader {
  write(text: string): XmlReader
  close(): unknown
  /** How many UTF-16 units have been read: within an event, up to the end of what it reports. */
  readonly position: number
}
