import { XmlElement as LibElement, XmlDocument } from 'libxml2-wasm'
import { describe, expect, it } from 'vitest'
import { canonicalize, canonicalizeInclusive } from '../../src/xml/canonicalize.ts'
import { attributeOf } from '../../src/xml/navigate.ts'
import { parseXml } from '../../src/xml/parse.ts'
import type { XmlElement } from '../../src/xml/tree.ts'
import { fixture, fixtureNames } from '../saml/saml-fixtures.ts'

/** The element with that ID, wherever it is. */
const find = (element: XmlElement, id: string): XmlElement | undefined => {
  if (attributeOf(element, 'ID') === id) return element
  for (const child of element.children) {
    const found = typeof child === 'string' ? undefined : find(child, id)
    if (found) return found
  }
  return undefined
}

const ours = (xml: string, id: string, prefixes: readonly string[]): string => {
  const apex = find(parseXml(xml), id)
  if (!apex) throw new Error(`no ${id}`)
  return canonicalize(apex, {
    inclusivePrefixes: new Set(prefixes.map((prefix) => (prefix === '#default' ? '' : prefix))),
  })
}

const libxml2 = (xml: string, id: string, prefixes: readonly string[]): string => {
  const document = XmlDocument.fromString(xml)
  try {
    const apex = document.get(`//*[@ID='${id}']`)
    if (!(apex instanceof LibElement)) throw new Error(`no ${id}`)
    // libxml2 names the default namespace by the empty prefix.
    return apex.canonicalizeToString({
      mode: 1,
      withComments: false,
      inclusiveNamespacePrefixes: prefixes.map((prefix) => (prefix === '#default' ? '' : prefix)),
    })
  } finally {
    document.dispose()
  }
}

const libxml2Inclusive = (xml: string, id: string): string => {
  const document = XmlDocument.fromString(xml)
  try {
    const apex = document.get(`//*[@ID='${id}']`)
    if (!(apex instanceof LibElement)) throw new Error(`no ${id}`)
    return apex.canonicalizeToString({ mode: 0, withComments: false })
  } finally {
    document.dispose()
  }
}

const oursInclusive = (xml: string, id: string): string | undefined => {
  const apex = find(parseXml(xml), id)
  if (!apex) throw new Error(`no ${id}`)
  return canonicalizeInclusive(apex)
}

const samples: Readonly<Record<string, string>> = {
  'nothing special': '<a ID="x"><b/></a>',
  'a prefix used below its declaration': '<p:r xmlns:p="urn:p"><a ID="x"><p:b p:c="1"/></a></p:r>',
  'a prefix used by an attribute only': '<r xmlns:p="urn:p"><a ID="x" p:c="1"><b p:c="2"/></a></r>',
  'a prefix not used at all': '<r xmlns:p="urn:p"><a ID="x" xmlns:q="urn:q"><b/></a></r>',
  'a prefix bound again':
    '<p:r xmlns:p="urn:1"><a ID="x"><p:b><p:c xmlns:p="urn:2"><p:d xmlns:p="urn:1"/></p:c></p:b></a></p:r>',
  'the same binding declared again': '<p:r xmlns:p="urn:1"><p:a ID="x"><p:b xmlns:p="urn:1"/></p:a></p:r>',
  'a default namespace': '<r xmlns="urn:d"><a ID="x"><b/><c xmlns="urn:e"><d/></c></a></r>',
  'a default namespace undeclared': '<r xmlns="urn:d"><a ID="x"><b xmlns=""><c/><d xmlns="urn:d"/></b></a></r>',
  'an undeclared default at the top': '<r xmlns="urn:d"><a ID="x" xmlns=""><b/></a></r>',
  'a default namespace over an undeclared one':
    '<r><p:a xmlns:p="urn:p" ID="x"><b xmlns=""/><c xmlns="urn:c"><p:d><e/></p:d></c></p:a></r>',
  'attributes in any order': '<a ID="x" z="1" b="2" xmlns:y="urn:1" xmlns:w="urn:2" w:a="3" y:b="4" y:a="5" a="6"/>',
  'attributes ordered by URI and not by prefix': '<a ID="x" xmlns:a="urn:z" xmlns:z="urn:a" a:k="1" z:k="2"/>',
  'xml attributes':
    '<r xml:lang="de" xml:space="preserve"><a ID="x" xml:lang="en"><b xml:base="urn:b" id="1"/></a></r>',
  'the xml prefix declared': '<r xmlns:xml="http://www.w3.org/XML/1998/namespace"><a ID="x" xml:lang="en"/></r>',
  'line ends': '<a ID="x" t="1\r\n2\r3\n4&#13;&#10;&#9;5">1\r\n2\r3\n4&#13;&#10;&#9;5</a>',
  'white space in attributes': '<a ID="x" t="  a \t b\n c  "> text </a>',
  'every escape': '<a ID="x" t="&lt;&gt;&amp;&quot;&apos;\'>">&lt;&gt;&amp;&quot;&apos;"\'</a>',
  'emoji and other planes': '<a ID="x" t="😀">Zoë 😀 \u00a0\u2028 &#x1F600; \ue000</a>',
  CDATA: '<a ID="x">1<![CDATA[<&>]]>2<![CDATA[]]>3<![CDATA[]]]]><![CDATA[>]]></a>',
  'comments between and inside text': '<a ID="x"><!-- 1 -->a<!-- 2 -->b<c><!-- 3 --></c></a>',
  'names of other scripts': '<ä:é xmlns:ä="urn:u" ID="x" ö="1"/>',
  'empty and blank elements': '<a ID="x"><b></b><c> </c>\n</a>',
  'many prefixes': '<r xmlns:c="urn:c" xmlns:b="urn:b" xmlns:a="urn:a"><b:x ID="x" c:k="" a:k="" b:k=""/></r>',
}

const lists: readonly (readonly string[])[] = [
  [],
  ['p'],
  ['#default'],
  ['p', 'q', '#default', 'missing'],
  ['xml', 'a', 'b', 'y'],
]

describe('exclusive canonicalization, as libxml2 does it', () => {
  const cases = Object.entries(samples).flatMap(([name, xml]) =>
    lists.map((list) => [name, list.join(' '), xml, list] as const),
  )
  it.each(cases)('%s, PrefixList "%s"', (_name, _list, xml, list) => {
    expect(ours(xml, 'x', list)).toBe(libxml2(xml, 'x', list))
  })

  const inClear = fixtureNames('accepted').filter((name) => fixture('accepted', name).includes('ID="_assertion"'))
  it.each(inClear)('exclusive canonicalization of the fixture %s', (name) => {
    const xml = fixture('accepted', name).replace(/^\ufeff/, '')
    for (const id of ['_assertion', '_response']) {
      for (const list of [[], ['xs', '#default']]) expect(ours(xml, id, list)).toBe(libxml2(xml, id, list))
    }
  })

  it('omits one element by identity, not every one that looks like it', () => {
    const root = parseXml('<a ID="x"><s/><s/><b><s/></b></a>')
    const [first] = root.children
    if (typeof first !== 'object') throw new Error('no child')
    expect(canonicalize(root, { omit: first })).toBe('<a ID="x"><s></s><b><s></s></b></a>')
  })

  it('exclusive canonicalization of its own result is that result', () => {
    for (const xml of Object.values(samples)) {
      const once = ours(xml, 'x', [])
      expect(ours(once, 'x', [])).toBe(once)
    }
  })
})

describe('inclusive canonicalization, as libxml2 does it', () => {
  const inContext: Readonly<Record<string, string>> = {
    ...samples,
    'xml attributes of several ancestors':
      '<r xml:lang="de" xml:space="preserve"><m xml:lang="en" xml:base="urn:m"><n xml:id="n"><a ID="x"><b/></a></n></m></r>',
    'an xml attribute of its own': '<r xml:lang="de"><a ID="x" xml:lang="" b="1"><b xml:lang="de"/></a></r>',
    'namespaces that nothing uses': '<r xmlns:z="urn:z" xmlns="urn:d"><m xmlns:y="urn:y"><a ID="x"><b/></a></m></r>',
    'a namespace bound again on the way': '<r xmlns:p="urn:1"><m xmlns:p="urn:2"><a ID="x"><p:b/></a></m></r>',
    'a default undeclared on the way': '<r xmlns="urn:d"><m xmlns=""><a ID="x"><b xmlns="urn:d"/></a></m></r>',
    'a namespace declared below and nowhere else': '<r><a ID="x"><b xmlns:q="urn:q"><c xmlns:q="urn:q"/></b></a></r>',
  }
  it.each(Object.entries(inContext))('inclusive canonicalization: %s', (_name, xml) => {
    expect(oursInclusive(xml, 'x')).toBe(libxml2Inclusive(xml, 'x'))
  })

  const inClear = fixtureNames('accepted').filter((name) => fixture('accepted', name).includes('ID="_assertion"'))
  it.each(inClear)('inclusive canonicalization of the fixture %s', (name) => {
    const xml = fixture('accepted', name).replace(/^\ufeff/, '')
    for (const id of ['_assertion', '_response']) expect(oursInclusive(xml, id)).toBe(libxml2Inclusive(xml, id))
  })

  it('inclusive canonicalization of decrypted content uses the context of its place', () => {
    const xml = '<r xmlns:p="urn:p" xml:lang="de"><m xmlns:q="urn:q"><a ID="x"/></m></r>'
    const outer = parseXml(xml.replace('<a ID="x"/>', ''))
    const [place] = outer.children
    if (typeof place !== 'object') throw new Error('no place')
    const decrypted = parseXml('<a ID="x"/>', undefined, { scope: place.scope, ids: [] })
    expect(canonicalizeInclusive(decrypted)).toBe(libxml2Inclusive(xml, 'x'))
  })

  it('inclusive canonicalization is not begun for an unlimited number of namespaces', () => {
    const many = Array.from({ length: 60 }, (_, i) => ` xmlns:p${i}="urn:${i}"`).join('')
    const more = Array.from({ length: 60 }, (_, i) => ` xmlns:q${i}="urn:${i}"`).join('')
    expect(oursInclusive(`<r${many}><a ID="x"/></r>`, 'x')).toBeDefined()
    expect(oursInclusive(`<r${many}><a ID="x"><b${more}/></a></r>`, 'x')).toBeUndefined()
  })
})
