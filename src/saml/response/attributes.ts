import type { Attributes } from '../../core/identity.ts'
import { attributeOf, childElements, childrenNamed, isMixed, isNamed, isText, textOf } from '../../xml/navigate.ts'
import type { XmlElement } from '../../xml/tree.ts'
import { ASSERTION } from '../names.ts'
import { nameIdIn } from '../values.ts'

export interface ReadAttributes {
  readonly attributes: Attributes
  /**
   * By Name and FriendlyName: those with a value that readers would not agree on, which is left out above. Whether that
   * matters depends on whether anybody asks for them.
   */
  readonly unreadableAttributes: ReadonlySet<string>
}

/**
 * Every attribute under its Name, values as sent; Attributes and AttributeStatements of one Name add up. A FriendlyName
 * is a further key to the same values, unless an attribute has it as its Name or two Names share it: Core 2.7.3.1
 * gives it no standing, so it never shadows a Name. An Attribute without a Name is none that anybody could ask for.
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

/** undefined stands for a value that cannot be read. */
function readValues(attribute: XmlElement): readonly (string | undefined)[] {
  return childrenNamed(attribute, ASSERTION, 'AttributeValue').flatMap(readValue)
}

/**
 * The whole text; or the NameID that eduPersonTargetedID wraps. Other structures are left out: they are nobody's role
 * or group. Text with elements in between cannot be read, because readers would not agree on what it says.
 */
function readValue(value: XmlElement): readonly (string | undefined)[] {
  if (isText(value)) return [textOf(value)]
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
