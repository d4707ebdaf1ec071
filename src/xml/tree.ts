/**
 * xml owns safe XML and nothing else: strict parsing into a small immutable tree, canonicalization of that tree,
 * signatures over it, and escaping for output. It does not know SAML, and never reads a clock or a network. Start here,
 * then parse.ts (text to tree, by reader/), signature.ts (which parts of the tree may be trusted), write.ts and sign.ts (output).
 * Nothing here keeps comments: text is always the whole text.
 */
export interface XmlAttribute {
  /** As written, with its prefix. */
  readonly name: string
  readonly prefix: string
  readonly local: string
  /** Empty for an attribute without prefix: the default namespace does not apply to attributes. */
  readonly uri: string
  readonly value: string
}

/**
 * What an element passes to its descendants: its namespace declarations, its `xml:` attributes, and those of its
 * ancestors.
 */
export interface NamespaceScope {
  /** Prefix (empty: default namespace) to URI (empty: undeclared default). */
  readonly declared: ReadonlyMap<string, string>
  /** `xml:lang` and similar: only inclusive canonicalization needs them. */
  readonly xmlAttributes: readonly XmlAttribute[]
  readonly outer: NamespaceScope | undefined
}

export interface XmlElement {
  readonly name: string
  readonly prefix: string
  readonly local: string
  readonly uri: string
  /** Without namespace declarations. */
  readonly attributes: readonly XmlAttribute[]
  /** Text is merged: no two strings are adjacent, and none is empty. */
  readonly children: readonly XmlNode[]
  /** undefined if neither it nor an ancestor passes anything on. */
  readonly scope: NamespaceScope | undefined
  /** True if this element itself declares namespaces: `scope.declared`. */
  readonly declaresNamespaces: boolean
}

export type XmlNode = XmlElement | string

/** The namespace of a prefix; undefined if the prefix is not bound. */
export function resolvePrefix(scope: NamespaceScope | undefined, prefix: string): string | undefined {
  for (let at = scope; at !== undefined; at = at.outer) {
    const uri = at.declared.get(prefix)
    if (uri !== undefined) return uri
  }
  return undefined
}
