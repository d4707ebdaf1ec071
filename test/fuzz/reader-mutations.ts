/** Seeded documents that are almost XML: short ones of every production, and edits to them that know its grammar. */
import type { Random } from './mutations.ts'

/** Well-formed and otherwise; each has something that the others have not. */
const seeds: readonly string[] = [
  '<a/>',
  '<a b="1" c=\'2\'>text<d/>more</a>',
  '<?xml version="1.0"?>\n<a>x</a>\n',
  "<?xml version='1.0' encoding=\"UTF-8\" standalone='yes' ?><a />",
  '<?xml version="1.0" encoding="ISO-8859-1"?><a>x</a>',
  '<?xml version="1.0" encoding="us-ascii"?><a b="&#235;"/>',
  '\ufeff<a>x</a>',
  '<!-- before --><a><!-- in - side -->x<!----></a ><!-- after -->',
  '<a>1<![CDATA[<2>&]] >]]>3</a>',
  '<a>&lt;&gt;&amp;&quot;&apos;&#65;&#x42;&#13;&#xA;</a>',
  '<a b="&lt;&gt;&amp;&quot;&apos;&#65;&#x42;&#13;&#xA;&#9;"/>',
  '<a b="1\n2\t3\r4\r\n5">1\n2\t3\r4\r\n5</a>',
  '<p:a xmlns:p="urn:p" xmlns="urn:d" p:b="1" b="2"><c p:d="3"/><p:e xmlns:p="urn:q"><f xmlns=""/></p:e></p:a>',
  '<a xmlns:p="urn:p" xmlns:q="urn:q" p:b="1" q:b="2"><p:c xmlns:q="urn:p" q:d="1"/></a>',
  '<a xml:lang="en" xml:space="preserve" xmlns:xml="http://www.w3.org/XML/1998/namespace"><b xml:base="x"/></a>',
  '<é ü="ß"><Ł·̀ 名="😀"/>😀</é>',
  '<_a.-1 _:="x" xmlns:_="urn:_"/>',
  '<a><b><c><d><e/></d></c></b></a>',
  '<a ID="x"><b ID="y" Id="x"/></a>',
  '<a>]] > ]]&gt; ]&#93;> </a>',
  '<a b = "1"\n\tc\r\n=\t"2"\r></a\n>',
  '<r xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion"><saml:V>arn:aws:iam::1:role/a</saml:V><saml:V>b</saml:V></r>',
  '<r xmlns:ds="http://www.w3.org/2000/09/xmldsig#"><ds:Signature><ds:V>AA==</ds:V></ds:Signature></r>',
  '<?xml-stylesheet href="x"?><a/>',
  '<!DOCTYPE a><a/>',
  '<!DOCTYPE a [<!ENTITY e "x"><!ATTLIST a b CDATA "1">]><a>&e;</a>',
]

const pieces: readonly string[] = [
  ...[
    '<',
    '>',
    '/',
    '/>',
    '</',
    '<a>',
    '</a>',
    '<a/>',
    '<b>',
    '</b>',
    '<p:a>',
    '</p:a>',
    '<a b="1">',
    '<é/>',
    '<1/>',
    '<:/>',
  ],
  ...[
    '<!',
    '<!-',
    '<!--',
    '-->',
    '--',
    '-',
    '--->',
    '<!-- x -->',
    '<!---->',
    '<![CDATA[',
    '<![CDATA[x]]>',
    '<![CDATA[]]>',
  ],
  ...[']]>', ']]', ']', '<![cdata[x]]>', '<!DOCTYPE a>', '<!doctype a>', '<!DOCTYPE', '<!ENTITY e "x">'],
  ...[
    '<?',
    '?>',
    '<?x?>',
    '<?x y?>',
    '<?xml?>',
    '<?xml version="1.0"?>',
    '<?XML version="1.0"?>',
    '<?xml-stylesheet a?>',
  ],
  ...[
    '<?xml version="1.0" encoding="UTF-8"?>',
    '<?xml version="1.1"?>',
    '<?xml version="1.0" encoding="UTF-16"?>',
    '<?a:b?>',
  ],
  ...[
    ' version="1.0"',
    ' encoding="utf-8"',
    ' encoding="latin1"',
    ' standalone="yes"',
    ' standalone="maybe"',
    'standalone',
  ],
  ...[
    '&',
    ';',
    '&amp;',
    '&lt;',
    '&gt;',
    '&quot;',
    '&apos;',
    '&nbsp;',
    '&e;',
    '&amp',
    '& ',
    '&;',
    '&#;',
    '&#x;',
    '&#X41;',
    '&#a;',
  ],
  ...[
    '&#0;',
    '&#1;',
    '&#9;',
    '&#10;',
    '&#13;',
    '&#32;',
    '&#65;',
    '&#x41;',
    '&#x00000041;',
    '&#xD7FF;',
    '&#xD800;',
    '&#xDFFF;',
  ],
  ...[
    '&#xE000;',
    '&#xFFFD;',
    '&#xFFFE;',
    '&#xFFFF;',
    '&#x10000;',
    '&#x10FFFF;',
    '&#x110000;',
    '&#99999999999999999999;',
    '&#-1;',
  ],
  ...[
    '"',
    "'",
    '=',
    '==',
    ' ',
    '  ',
    '\t',
    '\n',
    '\r',
    '\r\n',
    '\n\r',
    '\0',
    '\x01',
    '\x08',
    '\v',
    '\f',
    '\x1f',
    '\x7f',
    '\x80',
    '\x85',
    '\x9f',
  ],
  ...[
    '\xa0',
    '\xb7',
    '\xd7',
    '\xf7',
    'é',
    '\u0300',
    '\u037e',
    '\u200c',
    '\u200b',
    '\u2028',
    '\u203f',
    '\u2070',
    '\u3000',
    '\u3001',
  ],
  ...[
    '\ud7ff',
    '\ue000',
    '\ufdd0',
    '\ufeff',
    '\ufffd',
    '\ufffe',
    '\uffff',
    '\u{10000}',
    '😀',
    '\u{effff}',
    '\u{f0000}',
    '\u{10ffff}',
  ],
  ...[
    'a',
    'b',
    'x',
    '1',
    '.',
    '-',
    '_',
    ':',
    '::',
    'a:',
    ':a',
    'p:',
    'q:',
    'xml',
    'xml:',
    'xmlns',
    'xmlns:',
    'XML',
    'ID',
    'a:b:c',
    'p:1',
  ],
  ...[
    ' a="1"',
    ' b="1"',
    " b='1'",
    ' b=1',
    ' b',
    ' b=',
    ' b="',
    ' b="<"',
    ' b=">"',
    ' b="&"',
    " b='\"'",
    ' b="\'"',
    'b="1"',
    ' b = "1"',
  ],
  ...[
    ' p:a="1"',
    ' q:a="1"',
    ' p:b="1"',
    ' r:b="1"',
    ' ID="x"',
    ' ID="y"',
    ' ID=""',
    ' Id="x"',
    ' xml:id="x"',
    ' xml:lang="de"',
    ' xml:b="1"',
  ],
  ...[
    ' xmlns="urn:d"',
    ' xmlns=""',
    ' xmlns="urn:e"',
    ' xmlns:p="urn:p"',
    ' xmlns:p="urn:q"',
    ' xmlns:q="urn:p"',
    ' xmlns:q="urn:q"',
  ],
  ...[
    ' xmlns:p=""',
    ' xmlns:p=" "',
    ' xmlns:p=" urn:p"',
    ' xmlns:p="urn:p&#10;"',
    ' xmlns:é="urn:é"',
    ' xmlns:="urn:p"',
    ' xmlns:1="urn:p"',
  ],
  ...[
    ' xmlns:xml="http://www.w3.org/XML/1998/namespace"',
    ' xmlns:p="http://www.w3.org/XML/1998/namespace"',
    ' xmlns:xml="urn:x"',
  ],
  ...[
    ' xmlns="http://www.w3.org/XML/1998/namespace"',
    ' xmlns:xmlns="http://www.w3.org/2000/xmlns/"',
    ' xmlns:p="http://www.w3.org/2000/xmlns/"',
  ],
  ...[
    ' xmlns="http://www.w3.org/2000/xmlns/"',
    ' xmlns:xmlns="urn:x"',
    '<xmlns:a/>',
    '<xml:a/>',
    '<p:a xmlns:p="urn:p"/>',
    ' xmlns:P="urn:p"',
  ],
]

/** Octets that no encoder makes: overlong forms, surrogates, beyond Unicode, incomplete, never used. */
const strayOctets: readonly (readonly number[])[] = [
  [0xc0, 0x80],
  [0xc1, 0xbc],
  [0xe0, 0x80, 0xbc],
  [0xf0, 0x80, 0x80, 0xbc],
  [0xed, 0xa0, 0x80],
  [0xed, 0xbf, 0xbf],
  [0xed, 0xa0, 0xbd, 0xed, 0xb8, 0x80],
  [0xf4, 0x90, 0x80, 0x80],
  [0xf5, 0x80, 0x80, 0x80],
  [0x80],
  [0xbf],
  [0xc3],
  [0xe2, 0x82],
  [0xf0, 0x9f, 0x98],
  [0xfe],
  [0xff],
  [0xef, 0xbb, 0xbf],
  [0xef, 0xbf, 0xbe],
  [0xfe, 0xff],
  [0xff, 0xfe],
]

type Edit = (text: string, random: Random) => string

const pick = (from: readonly string[], random: Random): string => from[random(from.length)] ?? ''

/** Mostly where the grammar changes, otherwise anywhere. */
const place = (text: string, random: Random): number => {
  const at = random(text.length + 1)
  if (random(4) === 0) return at
  const found = text.slice(at).search(/[<>/="'&;\s[\]?!-]/)
  return found === -1 ? at : at + found + random(2)
}

const range = (text: string, random: Random): readonly [number, number] => {
  const [one, other] = [place(text, random), place(text, random)]
  return [Math.min(one, other), Math.max(one, other)]
}

/** What may stand between tags, or within a start tag: most of these edits leave a well-formed document. */
const contents = pieces.filter((piece) =>
  /^(?:<(\p{L})[^<]*\/>|<(\p{L}).*<\/\2>|<!--.*-->|<!\[CDATA.*|&.*;|[^<&]+)$/u.test(piece),
)
const attributes = pieces.filter((piece) => /^ \S+\s*=\s*["'].*["']$/.test(piece))

const after = (text: string, wanted: string, random: Random): number => {
  const found = text.indexOf(wanted, random(text.length + 1))
  return (found === -1 ? text.indexOf(wanted) : found) + 1
}

const edits: readonly Edit[] = [
  ...Array.from({ length: 4 }, () => insertion),
  ...Array.from(
    { length: 4 },
    (): Edit => (text, random) => {
      const at = after(text, '>', random)
      return text.slice(0, at) + pick(contents, random) + text.slice(at)
    },
  ),
  ...Array.from(
    { length: 4 },
    (): Edit => (text, random) => {
      const at = after(text, '<', random)
      return text.slice(0, at) + text.slice(at).replace(/^[^\s/>]+/, (name) => name + pick(attributes, random))
    },
  ),
  (text, random) => {
    const at = place(text, random)
    return text.slice(0, at) + text.slice(at + 1)
  },
  (text, random) => {
    const at = place(text, random)
    return text.slice(0, at) + pick(pieces, random) + text.slice(at + 1)
  },
  (text, random) => {
    const [start, end] = range(text, random)
    return text.slice(0, start) + text.slice(end)
  },
  (text, random) => {
    const [start, end] = range(text, random)
    const at = place(text, random)
    return text.slice(0, at) + text.slice(start, end) + text.slice(at)
  },
  (text, random) => text.slice(0, place(text, random)),
  (text, random) => text.slice(place(text, random)),
  (text, random) => {
    const other = pick(seeds, random)
    const at = place(text, random)
    return text.slice(0, at) + other + text.slice(at)
  },
  (text, random) => text.replace(/[\n ]/, pick(['\r\n', '\r', '\t', '', '  '], random)),
]

function insertion(text: string, random: Random): string {
  const at = place(text, random)
  return text.slice(0, at) + pick(pieces, random) + text.slice(at)
}

/** One to three edits of a seed or of one of these documents; now and then in the octets themselves. */
export const almostXml = (documents: readonly string[], random: Random): Buffer => {
  const source = random(24) === 0 && documents.length > 0 ? pick(documents, random) : pick(seeds, random)
  let text = source
  for (let left = 1 + random(random(3) + 1); left > 0; left -= 1)
    text = edits[random(edits.length)]?.(text, random) ?? text
  const octets = Buffer.from(text, 'utf8')
  if (random(12) > 0) return octets
  const at = random(octets.length + 1)
  const stray = random(3) === 0 ? [random(256)] : (strayOctets[random(strayOctets.length)] ?? [])
  return Buffer.concat([octets.subarray(0, at), Buffer.from(stray), octets.subarray(at + random(2))])
}
