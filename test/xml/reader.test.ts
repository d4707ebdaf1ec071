/** What the strict reader accepts and refuses, by the productions of XML 1.0 (fifth edition) and its Namespaces. */
import { describe, expect, it } from 'vitest'
import { textOf } from '../../src/xml/navigate.ts'
import { messageLimits, parseXml, readElements } from '../../src/xml/parse.ts'
import type { OpenElement } from '../../src/xml/reader/events.ts'
import { isUriReference } from '../../src/xml/reader/uri-reference.ts'
import { errorOf } from '../saml/saml-fixtures.ts'

const outcomeOf = (xml: string): string => {
  try {
    parseXml(xml)
    return 'accepted'
  } catch {
    return errorOf(() => parseXml(xml)).code ?? 'an error without a code'
  }
}

const MALFORMED = 'xml.malformed'
const ACCEPTED = 'accepted'

/** By production: documents, and what comes of each. */
const productions: Readonly<Record<string, readonly (readonly [document: string, outcome: string])[]>> = {
  '[1] document': [
    ['<a/>', ACCEPTED],
    [' \t\r\n<a/> \t\r\n', ACCEPTED],
    ['<!-- x --><a/><!-- y -->', ACCEPTED],
    ['<a/>\u00a0', MALFORMED],
    ['<a/>&#32;', MALFORMED],
    ['&amp;<a/>', MALFORMED],
    ['<a/></a>', MALFORMED],
    ['</a>', MALFORMED],
    ['<![CDATA[]]><a/>', MALFORMED],
    ['<a/><', MALFORMED],
    ['<', MALFORMED],
    ['\ufeff', MALFORMED],
  ],
  '[2] Char': [
    ['<a>\t\n\r </a>', ACCEPTED],
    ['<a>\x7f\x80\x85\x9f</a>', ACCEPTED],
    ['<a>\ud7ff\ue000\ufdd0\ufffd\u{10000}\u{1ffff}\u{10ffff}</a>', ACCEPTED],
    ['<a>\ufeff</a>', ACCEPTED],
    ['<a b="\x1f"/>', MALFORMED],
    ['<a>\v</a>', MALFORMED],
    ['<a>Ł\f</a>', MALFORMED],
    ['<a>\ufffe</a>', MALFORMED],
    ['<a/><!-- \0 -->', MALFORMED],
    ['<a>\udc00</a>', MALFORMED],
    ['<a>\ud800x</a>', MALFORMED],
  ],
  '[3] S': [
    ['<a \t\r\n/>', ACCEPTED],
    ['<a \t\r\nb \t\r\n= \t\r\n"" \t\r\n></a \t\r\n>', ACCEPTED],
    ['<a\u00a0b=""/>', MALFORMED],
    ['<a\u3000/>', MALFORMED],
    ['<a\x85b=""/>', MALFORMED],
    ['< a/>', MALFORMED],
    ['<a></ a>', MALFORMED],
    ['<a / >', MALFORMED],
  ],
  '[4] NameStartChar': [
    ['<_/>', ACCEPTED],
    ['<\u00c0/>', ACCEPTED],
    ['<\u037f/>', ACCEPTED],
    ['<\u200c/>', ACCEPTED],
    ['<\u2070/>', ACCEPTED],
    ['<\u3001/>', ACCEPTED],
    ['<\u{10000}/>', ACCEPTED],
    ['<\u{effff}/>', ACCEPTED],
    ['<1/>', MALFORMED],
    ['<-/>', MALFORMED],
    ['<./>', MALFORMED],
    ['<\u00b7/>', MALFORMED],
    ['<\u00d7/>', MALFORMED],
    ['<\u00f7/>', MALFORMED],
    ['<\u0300/>', MALFORMED],
    ['<\u037e/>', MALFORMED],
    ['<\u2000/>', MALFORMED],
    ['<\u203f/>', MALFORMED],
    ['<\u{f0000}/>', MALFORMED],
  ],
  '[4a] NameChar': [
    ['<a-.1_\u00b7\u0300\u036f\u203f\u2040/>', ACCEPTED],
    ['<a\u037e/>', MALFORMED],
    ['<a\u2041/>', MALFORMED],
    ['<a+/>', MALFORMED],
    ['<a$/>', MALFORMED],
    ['<a\u{f0000}/>', MALFORMED],
  ],
  '[10] AttValue': [
    ['<a b="\'>" c=\'">\'/>', ACCEPTED],
    ['<a b="]]>"/>', ACCEPTED],
    ['<a b="&lt;"/>', ACCEPTED],
    ['<a b="<"/>', MALFORMED],
    ['<a b="&"/>', MALFORMED],
    ['<a b="&amp"/>', MALFORMED],
    ['<a b="/>', MALFORMED],
    ['<a b=""', MALFORMED],
    ['<a b="1\'/>', MALFORMED],
    ['<a b=\u201c1\u201d/>', MALFORMED],
  ],
  '[14] CharData': [
    ['<a>] ]> ]]</a>', ACCEPTED],
    ['<a>"\'=/></a>', ACCEPTED],
    ['<a>]]&gt;</a>', ACCEPTED],
    ['<a>]]<!---->></a>', ACCEPTED],
    ['<a>x]]>y</a>', MALFORMED],
    ['<a>]]]></a>', MALFORMED],
  ],
  '[15] Comment': [
    ['<a><!----><!-- - --><!-->--></a>', ACCEPTED],
    ['<a><!-- <b> & ]]> --></a>', ACCEPTED],
    ['<a><!--- --></a>', ACCEPTED],
    ['<a><!-- ---></a>', MALFORMED],
    ['<a><!-- -- --></a>', MALFORMED],
    ['<a><!--></a>', MALFORMED],
    ['<a><!---></a>', MALFORMED],
    ['<a><!- x --></a>', MALFORMED],
    ['<a><! -- x --></a>', MALFORMED],
    ['<a/><!-- --', MALFORMED],
  ],
  '[16] PI': [
    ['<?x?><a/>', 'xml.processing_instruction'],
    ['<a><?x y="?"?></a>', 'xml.processing_instruction'],
    ['<?xmlx?><a/>', 'xml.processing_instruction'],
    ['<?xml-stylesheet href="x"?><a/>', 'xml.processing_instruction'],
    ['<?XML version="1.0"?><a/>', MALFORMED],
    ['<a/><?xml version="1.0"?>', MALFORMED],
    ['<?x:y?><a/>', MALFORMED],
    ['<?1?><a/>', MALFORMED],
    ['<??><a/>', MALFORMED],
    ['<? x?><a/>', MALFORMED],
    ['<?x+?><a/>', MALFORMED],
    ['<?x', MALFORMED],
  ],
  '[18] CDSect': [
    ['<a><![CDATA[<b> & -- ]] > ]]]></a>', ACCEPTED],
    ['<a><![CDATA[]]></a>', ACCEPTED],
    ['<a><![CDATA[<![CDATA[]]></a>', ACCEPTED],
    ['<a><![CDATA[]]>]]></a>', MALFORMED],
    ['<a><![cdata[x]]></a>', MALFORMED],
    ['<a><![ CDATA[x]]></a>', MALFORMED],
    ['<a><![CDATA[x]]</a>', MALFORMED],
  ],
  '[22] prolog, [23] XMLDecl': [
    ['<?xml version="1.0"?><a/>', ACCEPTED],
    ["<?xml\tversion\r=\n'1.0' encoding = 'UTF-8' standalone = 'no' ?><a/>", ACCEPTED],
    ['\ufeff<?xml version="1.0"?><a/>', ACCEPTED],
    ['<?xml?><a/>', MALFORMED],
    ['<?xml ?><a/>', MALFORMED],
    ['<?xml encoding="UTF-8"?><a/>', MALFORMED],
    ['<?xml encoding="UTF-8" version="1.0"?><a/>', MALFORMED],
    ['<?xml version="1.0" standalone="yes" encoding="UTF-8"?><a/>', MALFORMED],
    ['<?xml version="1.0"encoding="UTF-8"?><a/>', MALFORMED],
    ['<?xml version="1.0" standalone="Yes"?><a/>', MALFORMED],
    ['<?xml version="1.0" encoding=""?><a/>', MALFORMED],
    ['<?xml version="1.0" encoding="8"?><a/>', MALFORMED],
    ['<?xml version="1.0" x="y"?><a/>', MALFORMED],
    ['<?xml version="1.0\'?><a/>', MALFORMED],
    ['<?xml version=1.0?><a/>', MALFORMED],
    ['<?xml version="1.0" ><a/>', MALFORMED],
    ['<?xml version="2.0"?><a/>', MALFORMED],
    ['<?xml version="1.01"?><a/>', MALFORMED],
    ['<?xml version="1.0"?><?xml version="1.0"?><a/>', MALFORMED],
  ],
  '[28] doctypedecl': [
    ['<!DOCTYPE a><a/>', 'xml.doctype'],
    ['<?xml version="1.0"?> <!-- x --> <!DOCTYPE a [', 'xml.doctype'],
    ['<a/><!DOCTYPE a>', MALFORMED],
    ['<a><!DOCTYPE a></a>', MALFORMED],
    ['<!doctype a><a/>', MALFORMED],
    ['<!ENTITY e "x"><a/>', MALFORMED],
    ['<!DOCTYP', MALFORMED],
  ],
  '[40] STag, [42] ETag, [44] EmptyElemTag': [
    ['<a></a>', ACCEPTED],
    ['<a b="1"c="2"/>', MALFORMED],
    ['<a b/>', MALFORMED],
    ['<a b =/>', MALFORMED],
    ['<a =""/>', MALFORMED],
    ['<a/ >', MALFORMED],
    ['<a//>', MALFORMED],
    ['<a', MALFORMED],
    ['<a /', MALFORMED],
    ['<a><b/</a>', MALFORMED],
    ['<a></b>', MALFORMED],
    ['<a></ab>', MALFORMED],
    ['<ab></a>', MALFORMED],
    ['<a></a b="">', MALFORMED],
    ['<a></a', MALFORMED],
    ['<a></>', MALFORMED],
    ['<></>', MALFORMED],
    ['<a><b></a></b>', MALFORMED],
    ['<p:a xmlns:p="urn:p" xmlns:q="urn:p"></q:a>', MALFORMED],
  ],
  '[66] CharRef': [
    ['<a>&#9;&#10;&#13;&#x20;&#xD7ff;&#xe000;&#xFFFD;&#x10000;&#x10FFFF;</a>', ACCEPTED],
    ['<a>&#00000000000000000000065;</a>', ACCEPTED],
    ['<a>&#0;</a>', MALFORMED],
    ['<a>&#x8;</a>', MALFORMED],
    ['<a>&#xB;</a>', MALFORMED],
    ['<a>&#xFFFE;</a>', MALFORMED],
    ['<a>&#xD800;</a>', MALFORMED],
    ['<a>&#99999999999999999999999999;</a>', MALFORMED],
    ['<a>&#X41;</a>', MALFORMED],
    ['<a>&#x;</a>', MALFORMED],
    ['<a>&#;</a>', MALFORMED],
    ['<a>&#a;</a>', MALFORMED],
    ['<a>&#-1;</a>', MALFORMED],
    ['<a>&# 65;</a>', MALFORMED],
    ['<a>&#65</a>', MALFORMED],
  ],
  '[68] EntityRef': [
    ['<a>&lt;&gt;&amp;&quot;&apos;</a>', ACCEPTED],
    ['<a>&LT;</a>', MALFORMED],
    ['<a>&nbsp;</a>', MALFORMED],
    ['<a>&constructor;</a>', MALFORMED],
    ['<a>&;</a>', MALFORMED],
    ['<a>& amp;</a>', MALFORMED],
    ['<a>&amp ;</a>', MALFORMED],
    ['<a>&am<!---->p;</a>', MALFORMED],
    ['<a>&<![CDATA[amp;]]></a>', MALFORMED],
  ],
  'Namespaces: QName, NCName': [
    ['<p:a xmlns:p="urn:p"/>', ACCEPTED],
    ['<p:a xmlns:p="urn:p" p:b="" b=""/>', ACCEPTED],
    ['<:a/>', MALFORMED],
    ['<a:/>', MALFORMED],
    ['<:/>', MALFORMED],
    ['<p:1 xmlns:p="urn:p"/>', MALFORMED],
    ['<p:a:b xmlns:p="urn:p"/>', MALFORMED],
    ['<p::a xmlns:p="urn:p"/>', MALFORMED],
    ['<a xmlns:="urn:p"/>', MALFORMED],
    ['<a xmlns:1="urn:p"/>', MALFORMED],
  ],
  'Namespaces: declarations': [
    ['<a xmlns=""/>', ACCEPTED],
    ['<a xmlns:xml="http://www.w3.org/XML/1998/namespace"/>', ACCEPTED],
    ['<a b:c="" xmlns:b="urn:b"/>', ACCEPTED],
    ['<xml:a/>', ACCEPTED],
    ['<a xmlns:p=""/>', MALFORMED],
    ['<a xmlns:p=" "/>', MALFORMED],
    ['<a xmlns:xml="urn:x"/>', MALFORMED],
    ['<a xmlns:xmlns="http://www.w3.org/2000/xmlns/"/>', MALFORMED],
    ['<a xmlns:p="http://www.w3.org/2000/xmlns/"/>', MALFORMED],
    ['<a xmlns="http://www.w3.org/2000/xmlns/"/>', MALFORMED],
    ['<a xmlns="http://www.w3.org/XML/1998/namespace"/>', MALFORMED],
    ['<a xmlns:p="http://www.w3.org/XML/1998/namespace"/>', MALFORMED],
    ['<xmlns:a/>', MALFORMED],
    ['<a><b xmlns:p="urn:p"/><p:c/></a>', MALFORMED],
    ['<a><b xmlns:p="urn:p"></b><c p:d=""/></a>', MALFORMED],
    ['<a xmlns="urn:a" xmlns="urn:b"/>', MALFORMED],
    ['<a xmlns:p="urn:é"/>', 'xml.namespace'],
    ['<a xmlns="urn:a b"/>', 'xml.namespace'],
    ['<a xmlns="%zz"/>', 'xml.namespace'],
  ],
  'Namespaces: attributes are unique': [
    ['<a xmlns:p="urn:p" xmlns:q="urn:q" p:b="" q:b="" b=""/>', ACCEPTED],
    ['<a xmlns="urn:p" xmlns:p="urn:p" p:b="" b=""/>', ACCEPTED],
    ['<a b="" b=""/>', MALFORMED],
    ['<a xmlns:p="urn:p" xmlns:q="urn:p" p:b="" q:b=""/>', MALFORMED],
    ['<a xmlns:q="urn:p"><b p:c="" q:c="" xmlns:p="urn:p"/></a>', MALFORMED],
  ],
}

describe.each(Object.entries(productions))('the strict reader and %s (security-requirements 1.3)', (_, documents) => {
  it.each(documents)('%j is as the table says: %s', (document, outcome) => {
    expect(outcomeOf(document)).toBe(outcome)
  })
})

describe('the strict reader and the end of a document', () => {
  const whole = '<?xml version="1.0"?><!-- c --><p:a xmlns:p="urn:p" b="1">x<![CDATA[y]]>&amp;<c/></p:a>'

  it('refuses every beginning of a document', () => {
    for (let end = 0; end < whole.length; end += 1) expect(outcomeOf(whole.slice(0, end))).toBe(MALFORMED)
    expect(outcomeOf(whole)).toBe(ACCEPTED)
  })
})

describe('what written text means', () => {
  it.each([
    ['\r\n\r\n\n\r', '\n\n\n\n'],
    ['&#13;\r\n&#13;&#10;', '\r\n\r\n'],
    ['&amp;lt;', '&lt;'],
    ['&#38;#60;', '&#60;'],
    ['<![CDATA[\r\n\r&amp;]]>', '\n\n&amp;'],
  ])('text %j is read as %j', (written, text) => {
    expect(textOf(parseXml(`<a>${written}</a>`))).toBe(text)
  })

  it.each([
    ['\r\n\r\n\n\r\t', '     '],
    ['&#13;&#10;&#9; ', '\r\n\t '],
    ['  x  ', '  x  '],
    ['&amp;lt;', '&lt;'],
  ])('an attribute %j is read as %j', (written, value) => {
    expect(parseXml(`<a b="${written}"/>`).attributes[0]?.value).toBe(value)
  })
})

describe('a document in pieces', () => {
  const document =
    '\ufeff<?xml version="1.0"?><!-- <c> --><p:a xmlns:p="urn:p" b=\'"&gt;\'>x\r\ny<![CDATA[<z>]]>😀&#x1F600;<!---->\n<c/></p:a >\n'
  const eventsOf = (pieces: readonly string[]): readonly string[] => {
    const events: string[] = []
    const reader = readElements(messageLimits, {
      id: () => {},
      open: ({ name, attributes }) => events.push(`<${name} ${JSON.stringify(attributes)} ${reader.position}`),
      text: (text) => events.push(text),
      close: ({ name }) => events.push(`>${name} ${reader.position}`),
    })
    for (const piece of pieces) reader.write(piece)
    reader.close()
    return events
  }

  it('a document cut anywhere gives the same events at the same positions', () => {
    const whole = eventsOf([document])
    expect(whole).toHaveLength(8)
    for (let cut = 0; cut <= document.length; cut += 1)
      expect(eventsOf([document.slice(0, cut), document.slice(cut)])).toEqual(whole)
    expect(eventsOf([...document])).toEqual(whole)
  })

  it('a byte order mark before another encoding than UTF-8 is refused, wherever the document is cut', () => {
    const marked = '\ufeff<?xml version="1.0" encoding="ISO-8859-1"?><a/>'
    for (let cut = 0; cut <= marked.length; cut += 1)
      expect(errorOf(() => eventsOf([marked.slice(0, cut), marked.slice(cut)])).code).toBe('xml.encoding')
  })

  it('a tag that grows with every piece is refused', () => {
    const reader = readElements(messageLimits, { id() {}, open() {}, text() {}, close() {} })
    const growing = () => {
      reader.write('<a ')
      for (let left = 40; left > 0; left -= 1) reader.write(' '.repeat(64 * 1024))
    }
    expect(errorOf(growing).code).toBe('xml.too_large')
  })

  it('more names than are remembered are read all the same', () => {
    const names = Array.from({ length: 9000 }, (_, n) => `<p:a${n}/>`)
    const opened: OpenElement[] = []
    const reader = readElements(messageLimits, { id() {}, open: (one) => opened.push(one), text() {}, close() {} })
    reader.write('<r xmlns:p="urn:p"><s xmlns:q="urn:q"/>')
    for (const name of names) reader.write(name)
    reader.write('</r>').close()
    expect(new Set(opened.slice(2).map(({ uri }) => uri))).toEqual(new Set(['urn:p']))
    expect(opened).toHaveLength(9002)
  })
})

describe('where something is not well-formed', () => {
  it.each([
    ['<a>\n<b c=1/></a>', '2:1: '],
    ['<a>\n\n  <b></c></a>', '3:6: '],
    ['x', '1:1: '],
  ])('%j names line and column', (document, place) => {
    expect(errorOf(() => parseXml(document))).toHaveProperty('found', expect.stringContaining(place))
  })
})

describe('a URI as a namespace name', () => {
  it.each([
    '',
    'urn:oasis:names:tc:SAML:2.0:assertion',
    'http://www.w3.org/2000/09/xmldsig#',
    'a',
    '../a?b#c',
    '//a@b:1/c',
    '%41',
  ])('%j is a URI', (uri) => {
    expect(isUriReference(uri)).toBe(true)
  })
  it.each([
    ' ',
    'urn:a b',
    'é',
    '%4',
    '1:a',
    ':a',
    'a#b#c',
    'http://a:b/c',
    'http://[::1]/',
    '<',
    '"',
    '\\',
    '{}',
    '|',
    '^',
    '`',
  ])('%j is no URI', (uri) => {
    expect(isUriReference(uri)).toBe(false)
  })
})
