import type { NameId } from '../core/identity.ts'
import { attributeOf, optionalChild, trimmedTextOf } from '../xml/navigate.ts'
import type { XmlElement } from '../xml/tree.ts'
import { SamlError } from './errors.ts'
import { ASSERTION } from './names.ts'
import { parseTime } from './times.ts'

/** Values that several kinds of messages contain, as sent. */

/** Throws `saml.attribute_missing`, also if it is empty. The sentence names it. */
export function requiredAttribute(element: XmlElement, name: string): string {
  const value = attributeOf(element, name)
  if (value === undefined || value === '') {
    const source = `${element.local}/@${name}`
    throw new SamlError('saml.attribute_missing', { source, sentence: `The message has no \`${source}\`.` })
  }
  return value
}

/** Throws `saml.attribute_missing` or `saml.time_malformed`. */
export function requiredTime(element: XmlElement, name: string): Date {
  requiredAttribute(element, name)
  return optionalTime(element, name) ?? new Date(Number.NaN)
}

/** A time that is present but unreadable is refused: every comparison with it would be false. */
export function optionalTime(element: XmlElement, name: string): Date | undefined {
  const text = attributeOf(element, name)
  if (text === undefined) return undefined
  const time = parseTime(text)
  if (!time) {
    throw new SamlError('saml.time_malformed', {
      expected: 'a time like 2026-11-22T12:00:00Z',
      found: text.slice(0, 100),
      source: `${element.local}/@${name}`,
    })
  }
  return time
}

/** The NameID in this element, at most one. Core 2.2.3 */
export function readNameId(parent: XmlElement): NameId | undefined {
  const element = optionalChild(parent, ASSERTION, 'NameID')
  return element && nameIdIn(element)
}

/**
 * White space around the value is ignored: templates with line breaks put it there, and other implementations drop it.
 * What is signed is unchanged. Every NameID here is read by this function, so a sign-in, a logout and `explain` mean
 * the same user. White space inside is part of the value.
 */
export function nameIdIn(element: XmlElement): NameId {
  const format = attributeOf(element, 'Format')
  const nameQualifier = attributeOf(element, 'NameQualifier')
  const spNameQualifier = attributeOf(element, 'SPNameQualifier')
  return {
    value: trimmedTextOf(element),
    ...(format !== undefined && { format }),
    ...(nameQualifier !== undefined && { nameQualifier }),
    ...(spNameQualifier !== undefined && { spNameQualifier }),
  }
}
