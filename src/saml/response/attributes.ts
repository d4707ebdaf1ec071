import type { Attributes } from '../../core/identity.ts'
import { attributeOf, childElements, childrenNamed, isNamed, textOf } from '../../xml/navigate.ts'
import type { XmlElement } from '../../xml/tree.ts'
import { SamlError } from '../errors.ts'
import { ASSERTION } from '../names.ts'

/**
 * Every attribute under its Name, values as sent; Attributes and AttributeStatements of one Name add up. A FriendlyName
 * is a further key to the same values, unless an attribute has it as its Name or two Names share it: Core 2.7.3.1
 * gives it no standing, so it never shadows a Name.
 */
export const readAttributes = (assertion: XmlElement): Attributes => {
  const elements = childrenNamed(assertion, ASSERTION, 'AttributeStatement').flatMap((statement) =>
    childrenNamed(statement, ASSERTION, 'Attribute'),
  )
  const attributes = new Map<string, string[]>()
  const friendly = new Map<string, Set<string>>()
  for (const element of elements) {
    const name = nameOf(element)
    const values = attributes.get(name) ?? []
    values.push(...readValues(element))
    attributes.set(name, values)
    const alias = attributeOf(element, 'FriendlyName')
    if (alias !== undefined && alias !== '') friendly.set(alias, (friendly.get(alias) ?? new Set()).add(name))
  }
  return addAliases(attributes, friendly)
}

const nameOf = (attribute: XmlElement): string => {
  const name = attributeOf(attribute, 'Name')
  if (name === undefined || name === '') throw new SamlError('saml.attribute_missing', { source: 'Attribute/@Name' })
  return name
}

const addAliases = (attributes: ReadonlyMap<string, string[]>, friendly: ReadonlyMap<string, ReadonlySet<string>>) => {
  const aliases = [...friendly].flatMap(([alias, names]): [string, string[]][] => {
    const [name = '', another] = names
    return attributes.has(alias) || another !== undefined ? [] : [[alias, attributes.get(name) ?? []]]
  })
  return new Map([...attributes, ...aliases])
}

const readValues = (attribute: XmlElement): readonly string[] =>
  childrenNamed(attribute, ASSERTION, 'AttributeValue').flatMap(readValue)

/**
 * The whole text; or the NameID that eduPersonTargetedID wraps. Other structures are left out: they are nobody's role
 * or group. Text with elements in between is refused, because readers would not agree on what it says.
 */
const readValue = (value: XmlElement): readonly string[] => {
  if (value.children.length < 2 && typeof (value.children[0] ?? '') === 'string') return [textOf(value)]
  const [only, ...more] = childElements(value)
  return only && more.length === 0 && isNamed(only, ASSERTION, 'NameID') ? [textOf(only)] : []
}
