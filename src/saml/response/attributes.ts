import type { Attributes } from '../../core/identity.ts'
import { attributeOf, childElements, childrenNamed, isMixed, isNamed, isText, textOf } from '../../xml/navigate.ts'
import type { XmlElement } from '../../xml/tree.ts'
import { ASSERTION } from '../names.ts'
import { nameIdIn } from '../values.ts'

export interface ReadAttributes {
  readonly attributes: Attributes
  /**
   * The attributes, by Name and FriendlyName, with an ambiguous value, which is left out above. It matters only if the
   * attribute is used.
   */
  readonly unreadableAttributes: ReadonlySet<string>
}

/**
 * Every attribute by its Name, values as sent; Attributes and AttributeStatements with the same Name are merged. A
 * FriendlyName is another key for the same values, unless an attribute has it as its Name or two Names share it: Core
 * 2.7.3.1 makes it informative only, so it never replaces a Name. An Attribute without a Name is ignored.
 */
export function readAttributes(assertion: XmlElement): ReadAttributes {
  const elements = childrenNamed(assertion, ASSERTION, 'AttributeStatement').flatMap((statement) =>
    childrenNamed(statement, ASSERTION, 'Attribute'),
  )
  const attributes = new Map<string, string[]>()
  const friendly = new Map<string, Set<string>>()
  const unreadableAttributes = new Set<string>()
  for (const element of elements) {
    const name = attributeOf(element, 'Name') ?? ''
    if (name === '') continue
    const alias = attributeOf(element, 'FriendlyName') ?? ''
    if (alias !== '') friendly.set(alias, (friendly.get(alias) ?? new Set()).add(name))
    const values = readValues(element)
    if (values.includes(undefined)) for (const key of [name, alias || name]) unreadableAttributes.add(key)
    attributes.set(name, [...(attributes.get(name) ?? []), ...values.filter((value) => value !== undefined)])
  }
  return { attributes: addAliases(attributes, friendly), unreadableAttributes }
}

/** undefined: a value that cannot be read. */
function readValues(attribute: XmlElement): readonly (string | undefined)[] {
  const values: (string | undefined)[] = []
  for (const child of attribute.children) {
    if (typeof child === 'string' || !isNamed(child, ASSERTION, 'AttributeValue')) continue
    if (isText(child)) values.push(textOf(child))
    else values.push(...readStructure(child))
  }
  return values
}

/**
 * The NameID in an eduPersonTargetedID. Other structures are left out: they are never a role or group. Text with
 * elements in between cannot be read, because parsers disagree about it.
 */
function readStructure(value: XmlElement): readonly (string | undefined)[] {
  if (isMixed(value)) return [undefined]
  const [only, ...more] = childElements(value)
  if (!only || more.length > 0 || !isNamed(only, ASSERTION, 'NameID')) return []
  return [isText(only) ? nameIdIn(only).value : undefined]
}

function addAliases(attributes: ReadonlyMap<string, string[]>, friendly: ReadonlyMap<string, ReadonlySet<string>>) {
  const aliases = [...friendly].flatMap(([alias, names]): [string, string[]][] => {
    const [name = '', another] = names
    return attributes.has(alias) || another !== undefined ? [] : [[alias, attributes.get(name) ?? []]]
  })
  return new Map([...attributes, ...aliases])
}
