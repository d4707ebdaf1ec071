/**
 * xml owns safe XML and nothing else: strict parsing into a small immutable tree, canonicalization of that
 * tree, signatures over it, and escaping what is written. It does not know SAML, and never reads a clock or a network.
 * Start here, then parse.ts (bytes to tree), signature.ts (which parts of the tree may be believed), write.ts and
 * sign.ts (the way out). Nothing here keeps comments: text is always the whole text.
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
 * What one element hands down to those in it: the namespaces that it declares, its `xml:` attributes, and all around
 * it.
 */
export interface NamespaceScope {
  /** Prefix (empty: default namespace) to URI (empty: undeclared default). */
  readonly declared: ReadonlyMap<string, string>
  /** `xml:lang` and the like: inclusive canonicalization alone asks for them. */
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
  /** Text is merged: no two strings are neighbours, and none is empty. */
  readonly children: readonly XmlNode[]
  /** undefined when nothing is handed down by it or by what is around it. */
  readonly scope: NamespaceScope | undefined
  /** True when namespaces are declared on this very element: `scope.declared`. */
  readonly declaresNamespaces: boolean
}

export type XmlNode = XmlElement | string

/** The namespace that a prefix is bound to; undefined when it is not. */
export function resolvePrefix(scope: NamespaceScope | undefined, prefix: string): string | undefined {
  for (let at = scope; at !== undefined; at = at.outer) {
    const uri = at.declared.get(prefix)
    if (uri !== undefined) return uri
  }
  return undefined
}
