import { describe, expect, it } from 'vitest'
import {
  childElements,
  childrenNamed,
  collapsedTextOf,
  isMixed,
  isText,
  onlyChild,
  optionalChild,
  textOf,
  trimmedTextOf,
} from '../../src/xml/navigate.ts'
import { messageLimits, parseXml, readElements } from '../../src/xml/parse.ts'
import { resolvePrefix, type XmlElement } from '../../src/xml/tree.ts'
import { errorOf } from '../saml/saml-fixtures.ts'

const codeOf = (xml: string) => errorOf(() => parseXml(xml)).code
const text = (xml: string) => textOf(parseXml(xml))

describe('text (security-requirements 1.5)', () => {
  it.each([
    ['a comment', '<a>one<!-- two -->three</a>', 'onethree'],
    ['an empty comment', '<a>alice@example.org<!---->.evil</a>', 'alice@example.org.evil'],
    ['a CDATA section', '<a>one<![CDATA[<two>]]>three</a>', 'one<two>three'],
    ['an empty CDATA section', '<a>one<![CDATA[]]>two</a>', 'onetwo'],
    ['character references', '<a>&#111;n&#x65;</a>', 'one'],
    ['the five entities', '<a>&lt;&gt;&amp;&quot;&apos;</a>', '<>&"\''],
    ['carriage returns', '<a>1\r\n2\r3&#13;4</a>', '1\n2\n3\r4'],
    ['astral characters', '<a>😀&#x1F600;</a>', '😀😀'],
  ])('text is whole across %s', (_, xml, expected) => {
    expect(text(xml)).toBe(expected)
  })

  it('text with an element in it is refused', () => {
    expect(errorOf(() => text('<a>one<b/>two</a>')).code).toBe('xml.text_expected')
    expect(errorOf(() => text('<a><b>one</b></a>')).code).toBe('xml.text_expected')
  })
})

describe('the tree', () => {
  it('knows the namespaces of names', () => {
    const root = parseXml('<p:a xmlns:p="urn:p" xmlns="urn:d"><b p:c="1" c="2"/></p:a>')
    expect(root).toMatchObject({ name: 'p:a', prefix: 'p', local: 'a', uri: 'urn:p' })
    const [b] = childElements(root)
    expect(b).toMatchObject({
      uri: 'urn:d',
      attributes: [
        { uri: 'urn:p', value: '1' },
        { uri: '', value: '2' },
      ],
    })
  })

  it('keeps the namespaces in scope', () => {
    const [b] = childElements(parseXml('<a xmlns:p="urn:1" xmlns="urn:d"><b xmlns:p="urn:2" xmlns=""/></a>'))
    expect(resolvePrefix(b?.scope, 'p')).toBe('urn:2')
    expect(resolvePrefix(b?.scope, '')).toBe('')
    expect(resolvePrefix(b?.scope, 'q')).toBeUndefined()
  })

  it('takes attribute names that are properties of objects as names', () => {
    const { attributes } = parseXml('<a __proto__="1" constructor="2" toString="3"/>')
    expect(attributes.map(({ name, value }) => `${name}=${value}`)).toEqual([
      '__proto__=1',
      'constructor=2',
      'toString=3',
    ])
  })

  it('drops one byte order mark', () => {
    expect(parseXml('\ufeff<a/>').name).toBe('a')
    expect(codeOf('\ufeff\ufeff<a/>')).toBe('xml.malformed')
  })
})

describe('what is never accepted (security-requirements 1.2, 1.3)', () => {
  it.each([
    ['a DOCTYPE', '<!DOCTYPE a><a/>', 'xml.doctype'],
    ['an external subset', '<!DOCTYPE a SYSTEM "file:///etc/passwd"><a/>', 'xml.doctype'],
    ['an internal subset', '<!DOCTYPE a [<!ENTITY e "x">]><a>&e;</a>', 'xml.doctype'],
    ['a processing instruction before the root', '<?x y?><a/>', 'xml.processing_instruction'],
    ['a processing instruction in text', '<a>1<?x 2?>3</a>', 'xml.processing_instruction'],
    ['a processing instruction after the root', '<a/><?x?>', 'xml.processing_instruction'],
    ['an unknown entity', '<a>&nbsp;</a>', 'xml.malformed'],
    ['another encoding', '<?xml version="1.0" encoding="UTF-16"?><a/>', 'xml.encoding'],
    ['XML 1.1', '<?xml version="1.1"?><a/>', 'xml.malformed'],
    ['a late XML declaration', ' <?xml version="1.0"?><a/>', 'xml.malformed'],
    ['nothing', '', 'xml.malformed'],
    ['white space', ' \n', 'xml.malformed'],
    ['text before the root', 'x<a/>', 'xml.malformed'],
    ['text after the root', '<a/>x', 'xml.malformed'],
    ['CDATA after the root', '<a/><![CDATA[x]]>', 'xml.malformed'],
    ['two roots', '<a/><b/>', 'xml.malformed'],
    ['an unclosed element', '<a><b></a>', 'xml.malformed'],
    ['an unfinished tag', '<a><b', 'xml.malformed'],
    ['an unfinished comment', '<a/><!-- ', 'xml.malformed'],
    ['an unfinished CDATA section', '<a><![CDATA[x</a>', 'xml.malformed'],
    ['an unclosed root', '<a>', 'xml.malformed'],
    ['a stray end tag', '<a></b></a>', 'xml.malformed'],
    ['an unquoted attribute', '<a b=c/>', 'xml.malformed'],
    ['an attribute without value', '<a b/>', 'xml.malformed'],
    ['attributes without white space between', '<a b="1"c="2"/>', 'xml.malformed'],
    ['the same attribute twice', '<a b="1" b="2"/>', 'xml.malformed'],
    [
      'the same attribute twice by two prefixes',
      '<a xmlns:p="urn:x" xmlns:q="urn:x" p:b="1" q:b="2"/>',
      'xml.malformed',
    ],
    ['the same prefix twice', '<a xmlns:p="urn:x" xmlns:p="urn:y"/>', 'xml.malformed'],
    ['a < in an attribute', '<a b="<"/>', 'xml.malformed'],
    ['a bare ampersand', '<a>a & b</a>', 'xml.malformed'],
    [']]> in text', '<a>]]></a>', 'xml.malformed'],
    ['-- in a comment', '<a><!-- a -- b --></a>', 'xml.malformed'],
    ['a control character', '<a>\u0001</a>', 'xml.malformed'],
    ['NUL', '<a>\u0000</a>', 'xml.malformed'],
    ['a reference to NUL', '<a>&#0;</a>', 'xml.malformed'],
    ['a reference to a surrogate', '<a>&#xD83D;&#xDE00;</a>', 'xml.malformed'],
    ['a reference beyond Unicode', '<a>&#x110000;</a>', 'xml.malformed'],
    ['half a surrogate pair', '<a>\ud83d</a>', 'xml.malformed'],
    ['U+FFFF', '<a>\uffff</a>', 'xml.malformed'],
    ['an unbound prefix', '<p:a/>', 'xml.malformed'],
    ['an unbound attribute prefix', '<a p:b="1"/>', 'xml.malformed'],
    ['a prefix bound to nothing', '<a xmlns:p=""/>', 'xml.malformed'],
    ['xmlns as a prefix', '<xmlns:a/>', 'xml.malformed'],
    ['xml bound to something else', '<a xmlns:xml="urn:x"/>', 'xml.malformed'],
    ['something else bound to xml', '<a xmlns:p="http://www.w3.org/XML/1998/namespace"/>', 'xml.malformed'],
    ['a name with two colons', '<a:b:c xmlns:a="urn:a"/>', 'xml.malformed'],
    ['a namespace with white space around it', '<a xmlns=" urn:x"/>', 'xml.namespace'],
    ['a namespace with a line end in it', '<a xmlns:p="urn:x&#10;"/>', 'xml.namespace'],
  ])('what is never accepted: %s', (_, xml, code) => {
    expect(codeOf(xml)).toBe(code)
  })
})

describe('a declared encoding (security-requirements 1.1)', () => {
  const declared = (encoding: string, content: string) =>
    `<?xml version="1.0" encoding="${encoding}"?><a>${content}</a>`

  it.each(['UTF-8', 'utf-8', 'US-ASCII', 'us-ascii', 'ISO-8859-1', 'iso-8859-1'])(
    '%s reads ASCII as UTF-8',
    (encoding) => {
      expect(textOf(parseXml(declared(encoding, 'Zo&#235;')))).toBe('Zoë')
    },
  )

  it.each(['US-ASCII', 'ISO-8859-1', 'iso-8859-1'])(
    '%s over anything but ASCII is refused: readers would differ',
    (encoding) => {
      expect(codeOf(declared(encoding, 'Zoë'))).toBe('xml.encoding')
      expect(codeOf(`${declared(encoding, '')}<!-- ë -->`)).toBe('xml.encoding')
      expect(codeOf(`\ufeff${declared(encoding, '')}`)).toBe('xml.encoding')
    },
  )

  it.each(['UTF-16', 'windows-1252', 'UTF-7', 'EBCDIC-CP-US', 'Shift_JIS', 'constructor'])(
    '%s is refused',
    (encoding) => {
      expect(codeOf(declared(encoding, 'a'))).toBe('xml.encoding')
    },
  )

  it('a declared encoding is held to it by a reader of pieces, too', () => {
    const events = { id: () => {}, open: () => {}, text: () => {}, close: () => {} }
    const reader = readElements(messageLimits, events)
    reader.write(declared('ISO-8859-1', 'a').slice(0, 30))
    reader.write(declared('ISO-8859-1', 'a').slice(30, 46))
    expect(errorOf(() => reader.write('ë</a>')).code).toBe('xml.encoding')
  })
})

describe('IDs (security-requirements 1.6, 2.2)', () => {
  it('IDs are refused when two are the same, wherever they are', () => {
    expect(codeOf('<a ID="x"><b><c ID="x"/></b></a>')).toBe('xml.duplicate_id')
  })

  it('IDs are refused when empty', () => {
    expect(codeOf('<a ID=""/>')).toBe('xml.duplicate_id')
  })

  it('IDs are only attributes named exactly ID', () => {
    expect(parseXml('<a ID="x" Id="x" id="x" xml:id="x" xmlns:p="urn:p" p:ID="x"/>').attributes).toHaveLength(5)
  })
})

describe('bounded work (security-requirements 1.4)', () => {
  const many = (n: number, part: (i: number) => string) => Array.from({ length: n }, (_, i) => part(i)).join('')

  it.each([
    ['100,000 levels', '<a>'.repeat(100_000) + '</a>'.repeat(100_000), 'xml.too_deep'],
    ['200,000 unclosed elements', `<r>${'<a>'.repeat(200_000)}`, 'xml.too_deep'],
    ['50,000 attributes', `<a ${many(50_000, (i) => `b${i}="" `)}/>`, 'xml.too_many_attributes'],
    ['50,000 namespaces', `<a ${many(50_000, (i) => `xmlns:b${i}="u" `)}/>`, 'xml.too_many_attributes'],
    [
      'attributes on many elements',
      `<a>${many(1_000, () => `<b ${many(60, (i) => `c${i}="" `)}/>`)}</a>`,
      'xml.too_many_attributes',
    ],
    ['200,000 siblings', `<r>${'<a/>'.repeat(200_000)}</r>`, 'xml.too_many_elements'],
    ['10 MB', `<r>${'x'.repeat(10_000_000)}</r>`, 'xml.too_large'],
  ])('%s are refused at the limit', (_, xml, code) => {
    expect(codeOf(xml)).toBe(code)
  })

  it('takes what is just within the limits', () => {
    const { depth, attributesPerElement } = messageLimits
    expect(() => parseXml('<a>'.repeat(depth) + '</a>'.repeat(depth))).not.toThrow()
    expect(() => parseXml(`<a ${many(attributesPerElement, (i) => `b${i}="" `)}/>`)).not.toThrow()
    expect(codeOf('<a>'.repeat(depth + 1))).toBe('xml.too_deep')
    expect(codeOf(`<a ${many(attributesPerElement + 1, (i) => `b${i}="" `)}/>`)).toBe('xml.too_many_attributes')
  })
})

describe('navigation goes by child, namespace and local name', () => {
  const root: XmlElement = parseXml('<a xmlns="urn:a" xmlns:o="urn:o"><b/><o:b/><c><d/></c><c/></a>')

  it('navigation never finds a grandchild', () => {
    expect(childrenNamed(root, 'urn:a', 'd')).toEqual([])
  })

  it('tells namespaces apart', () => {
    expect(childrenNamed(root, 'urn:o', 'b')).toHaveLength(1)
    expect(onlyChild(root, 'urn:a', 'b').name).toBe('b')
  })

  it('refuses a second one where one may be', () => {
    expect(errorOf(() => onlyChild(root, 'urn:a', 'c')).code).toBe('xml.element_repeated')
    expect(errorOf(() => optionalChild(root, 'urn:a', 'c')).code).toBe('xml.element_repeated')
  })

  it('refuses absence where one must be', () => {
    expect(errorOf(() => onlyChild(root, 'urn:a', 'x')).code).toBe('xml.element_missing')
    expect(optionalChild(root, 'urn:a', 'x')).toBeUndefined()
  })

  it('refuses text among elements', () => {
    expect(errorOf(() => childElements(parseXml('<a><b/>text</a>'))).code).toBe('xml.elements_expected')
    expect(childElements(parseXml('<a> <b/>\n</a>'))).toHaveLength(1)
  })

  it('tells text from elements, and from both at once', () => {
    const kinds = ['', 'text', '<b/>', ' <b/> <b/>\n', 'text<b/>', '<b/>text', '<!-- c -->text<![CDATA[ ]]>'].map(
      (content) => {
        const element = parseXml(`<a>${content}</a>`)
        return [isText(element), isMixed(element)]
      },
    )
    expect(kinds).toEqual([
      [true, false],
      [true, false],
      [false, false],
      [false, false],
      [false, true],
      [false, true],
      [true, false],
    ])
  })
})

describe('white space around a text', () => {
  const of = (content: string) => parseXml(`<a>${content}</a>`)

  it('white space around a text is trimmed: what XML calls white space, and nothing else', () => {
    expect(trimmedTextOf(of(' \n\t&#13;alice  smith&#9; '))).toBe('alice  smith')
    for (const kept of ['\u00a0alice', 'alice\u2003', '\u2028alice', '\u200balice', 'alice\u3000'])
      expect(trimmedTextOf(of(kept))).toBe(kept)
    expect(trimmedTextOf(of(' \n '))).toBe('')
    expect(trimmedTextOf(of(''))).toBe('')
  })

  it('white space around a text is collapsed: what is inside becomes one space', () => {
    expect(collapsedTextOf(of('\n  urn:a \t urn:b\n'))).toBe('urn:a urn:b')
    expect(collapsedTextOf(of('\u00a0urn:a'))).toBe('\u00a0urn:a')
  })

  it('takes no longer for a million of them', () => {
    const text = of(`a${' '.repeat(500_000)}b${' '.repeat(500_000)}`)
    const start = performance.now()
    expect(trimmedTextOf(text)).toHaveLength(500_002)
    expect(collapsedTextOf(text)).toBe('a b')
    expect(performance.now() - start).toBeLessThan(5000)
  })

  it('white space around a text with an element in it is refused as ever', () => {
    for (const read of [trimmedTextOf, collapsedTextOf])
      expect(errorOf(() => read(of(' <b/> '))).code).toBe('xml.text_expected')
  })
})
