import { describe, expect, it } from 'vitest'
import { attributeOf, childElements, textOf } from '../../src/xml/navigate.ts'
import { parseXml } from '../../src/xml/parse.ts'
import { element, render } from '../../src/xml/write.ts'
import { errorOf } from '../saml/saml-fixtures.ts'

const hostile = [
  '<&>"\'',
  ']]>',
  '<!--',
  '\r\n\t x \t',
  '&amp;',
  '</a><b>',
  '😀\u0085\u2028\ud7ff\ue000\ufffd',
  '{x}{y}',
]

describe('what is written', () => {
  it.each(hostile)('reads back as it was: %j', (value) => {
    const root = parseXml(render(element('p:a', { 'xmlns:p': 'urn:p', b: value }, [element('c', {}, value), value])))
    expect(attributeOf(root, 'b')).toBe(value)
    const [c] = root.children
    expect(typeof c === 'object' && textOf(c)).toBe(value)
    expect(root.children[1]).toBe(value)
  })

  it('leaves out what is undefined', () => {
    expect(render(element('a', { b: undefined, c: '' }, [undefined, element('d', {})]))).toBe('<a c=""><d/></a>')
  })

  it('keeps the order of attributes and children', () => {
    const root = parseXml(render(element('a', { z: '1', b: '2' }, [element('y', {}), element('x', {})])))
    expect(root.attributes.map(({ name }) => name)).toEqual(['z', 'b'])
    expect(childElements(root).map(({ name }) => name)).toEqual(['y', 'x'])
  })

  it.each(['\u0000', '\u0001', '\ud800', '\ufffe', '\uffff'])('refuses %j, which XML cannot carry', (value) => {
    expect(errorOf(() => element('a', {}, value)).code).toBe('xml.unwritable')
    expect(errorOf(() => element('a', { b: value })).code).toBe('xml.unwritable')
  })

  it.each(['', 'a b', 'a>', '1a', 'a:b:c', ':a', 'a"', '<'])('refuses the name %j', (name) => {
    expect(errorOf(() => element(name, {})).code).toBe('xml.unwritable')
    expect(errorOf(() => element('a', { [name]: '' })).code).toBe('xml.unwritable')
  })
})
