/** The stream must hash what the tree does: on documents that nobody thought of, cut anywhere. */
import { createHash, generateKeyPairSync, sign } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { canonicalize } from '../../src/xml/canonicalize.ts'
import { parseXml, readElements } from '../../src/xml/parse.ts'
import type { OpenElement } from '../../src/xml/reader/events.ts'
import { verifyWhileReading } from '../../src/xml/signed-stream.ts'

const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
const DS = 'http://www.w3.org/2000/09/xmldsig#'
const EXC = 'http://www.w3.org/2001/10/xml-exc-c14n#'

const text = fc
  .stringMatching(/^[a-zé北𠮷 \t\n]{0,12}$/u)
  .chain((plain) =>
    fc.constantFrom(
      plain,
      `${plain}&amp;&lt;&gt;`,
      `<![CDATA[${plain}<&>]]>`,
      `${plain}<!--c-->`,
      '&#xD;&#9;&#233;',
      '\r\n',
    ),
  )
const name = fc.constantFrom('a', 'b:c', 'd:e', 'xml-f')
const declaration = fc.constantFrom(
  '',
  ' xmlns:b="urn:b"',
  ' xmlns:b="urn:other"',
  ' xmlns="urn:x"',
  ' xmlns=""',
  " xmlns:unused='urn:u'",
)
const attribute = fc.constantFrom(
  '',
  ' z="1"',
  ' a="&lt;&#10;&quot;\'"',
  " b:q='x&#9;y'",
  ' d:r="2" z="\ty"',
  ' xml:lang="en"',
  ' b:q="1" a="2"',
)

const { element } = fc.letrec<{ element: string; content: string }>((tie) => ({
  element: fc
    .tuple(name, declaration, attribute, fc.array(tie('content'), { maxLength: 4 }))
    .map(([tag, namespaces, attributes, content]) => `<${tag}${namespaces}${attributes}>${content.join('')}</${tag}>`),
  content: fc.oneof({ maxDepth: 5 }, text, tie('element')),
}))

const PREFIX_LISTS = ['', 'b', '#default unused', 'd b #default']
const document = (content: string, signature: string, before: string): string =>
  `<root xmlns:b="urn:b" xmlns:d="urn:d" b:q="0" ID="id">${before}${signature}${content}</root>`

/** Signed with our tree's own digest: whether that is right, libxml2 says in canonicalize.test.ts. */
const signed = (content: string, before: string, prefixes: string): string => {
  const listed = prefixes.split(' ').filter((prefix) => prefix !== '')
  const inclusivePrefixes = new Set(listed.map((prefix) => (prefix === '#default' ? '' : prefix)))
  const bare = parseXml(document(content, '', before))
  const digest = createHash('sha256').update(canonicalize(bare, { inclusivePrefixes })).digest('base64')
  const list =
    prefixes === '' ? '' : `<i:InclusiveNamespaces xmlns:i="${EXC}" PrefixList="${prefixes}"></i:InclusiveNamespaces>`
  const info = `<SignedInfo xmlns="${DS}"><CanonicalizationMethod Algorithm="${EXC}"></CanonicalizationMethod><SignatureMethod Algorithm="http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"></SignatureMethod><Reference URI="#id"><Transforms><Transform Algorithm="${DS}enveloped-signature"></Transform><Transform Algorithm="${EXC}">${list}</Transform></Transforms><DigestMethod Algorithm="http://www.w3.org/2001/04/xmlenc#sha256"></DigestMethod><DigestValue>${digest}</DigestValue></Reference></SignedInfo>`
  const value = sign('sha256', Buffer.from(info), privateKey).toString('base64')
  return document(
    content,
    `<Signature xmlns="${DS}">${info}<SignatureValue>${value}</SignatureValue></Signature>`,
    before,
  )
}

const limits = { characters: 1e6, depth: 100, elements: 1e5, attributesPerElement: 64, attributes: 1e5 }

const verify = (xml: string, pieceLength: number): void => {
  const stream = verifyWhileReading([publicKey])
  const reader = readElements(limits, { ...stream, id: () => {} })
  for (let at = 0; at < xml.length; at += pieceLength) reader.write(xml.slice(at, at + pieceLength))
  reader.close()
  stream.finish()
}

const codeOf = (xml: string): string => {
  try {
    verify(xml, 50)
    return 'accepted'
  } catch (error) {
    return (error as { code?: string }).code ?? String(error)
  }
}

describe('a signature verified as a stream', () => {
  it('covers what the tree says, whatever the document and however it is cut', () => {
    const documents = fc.tuple(
      fc.array(fc.oneof(text, element), { maxLength: 5 }),
      fc.constantFrom('', ' \n', '<!-- c -->\t'),
      fc.constantFrom(...PREFIX_LISTS),
      fc.integer({ min: 1, max: 40 }),
    )
    fc.assert(
      fc.property(documents, ([content, before, prefixes, pieceLength]) => {
        verify(signed(content.join(''), before, prefixes), pieceLength)
      }),
      { numRuns: 300, seed: 20261122 },
    )
  })

  it.each([
    ['text', '<a>1</a>', '<a>2</a>'],
    ['a name', '<a>1</a>', '<b>1</b>'],
    ['an attribute', '<a z="1"/>', '<a z="2"/>'],
    ['a namespace', '<b:a/>', '<b:a xmlns:b="urn:other"/>'],
    ['an element that is gone', '<a/><a/>', '<a/>'],
    ['text that only looks like a tag', '<a>&lt;x/></a>', '<a><x/></a>'],
    ['where text stands', '<a>1</a>2', '<a>12</a>'],
  ])('a signature verified as a stream does not cover %s when it was changed', (_, from, to) => {
    const xml = signed(from, '', '')
    expect(codeOf(xml)).toBe('accepted')
    expect(codeOf(xml.replace(from, to))).toBe('xml.signature_digest')
  })

  it('a signature verified as a stream is not there where the root has no child', () => {
    expect(codeOf('<root ID="id"/>')).toBe('xml.signature_shape')
  })

  it('a signature verified as a stream does not count when it is further down', () => {
    const xml = signed('<a/>', '', '')
      .replace('<Signature', '<a><Signature')
      .replace('</Signature>', '</Signature></a>')
    expect(codeOf(xml)).toBe('xml.signature_shape')
  })

  it('keeps nothing of the document but the Signature', () => {
    const kept: OpenElement[] = []
    const stream = verifyWhileReading([publicKey])
    const reader = readElements(limits, {
      ...stream,
      id: () => {},
      open: (opened, parent) => {
        if (!parent) kept.push(opened)
        stream.open(opened, parent)
      },
    })
    reader.write(signed('<a>1</a><b:c>2</b:c>', '', '')).close()
    stream.finish()
    expect(kept[0]?.children).toEqual([])
  })
})
