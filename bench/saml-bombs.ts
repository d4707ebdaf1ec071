/**
 * What unauthenticated clients send to make a gateway work: bombs, and what is only large. Each must be done with soon.
 */
import { deflateRawSync } from 'node:zlib'

const DS = 'http://www.w3.org/2000/09/xmldsig#'
const ENC = 'http://www.w3.org/2001/04/xmlenc#'

const times = (count: number, text: string | ((n: number) => string)): string =>
  Array.from({ length: count }, (_, n) => (typeof text === 'string' ? text : text(n))).join('')

/** `xml` is a good response; what it becomes is put where no signature has been checked yet. */
export const bombs = (xml: string): Readonly<Record<string, string>> => {
  const inStatus = (text: string): string => xml.replace('<samlp:Status>', `<samlp:Status>${text}`)
  const inSignature = (from: string | RegExp, to: string): string => xml.replace(from, () => to)
  const reference = /<ds:Reference .*<\/ds:Reference>/s.exec(xml)?.[0] ?? ''
  const transform = `<ds:Transform Algorithm="${DS}enveloped-signature"/>`
  return {
    'nesting of 100,000': inStatus(times(100_000, '<a>') + times(100_000, '</a>')),
    '200,000 unclosed tags': inStatus(times(200_000, '<a>')),
    '200,000 elements side by side': inStatus(times(200_000, '<a/>')),
    '50,000 attributes': inStatus(`<a ${times(50_000, (n) => `a${n}="" `)}/>`),
    '50,000 namespaces': inStatus(`<a ${times(50_000, (n) => `xmlns:a${n}="u" `)}/>`),
    '19,000 elements with 2 attributes': inStatus(times(19_000, '<a b="" c=""/>')),
    '40 prefixes, used at 90 depths, 15,000 leaves': inStatus(
      times(90, (n) => `<a ${times(40, (m) => `xmlns:p${n}-${m}="u" `)}>`) +
        times(15_000, '<p0-0:b/>') +
        times(90, '</a>'),
    ),
    '5,000 transforms': inSignature('<ds:Transforms>', `<ds:Transforms>${times(5_000, transform)}`),
    '500 references': inSignature('</ds:Reference>', `</ds:Reference>${times(499, reference)}`),
    '18,000 signatures': inStatus(times(18_000, `<ds:Signature xmlns:ds="${DS}"/>`)),
    '30,000 prefixes in a PrefixList': inSignature(
      '<ds:Transform Algorithm="http://www.w3.org/2001/10/xml-exc-c14n#"></ds:Transform>',
      `<ds:Transform Algorithm="http://www.w3.org/2001/10/xml-exc-c14n#"><InclusiveNamespaces xmlns="http://www.w3.org/2001/10/xml-exc-c14n#" PrefixList="${times(30_000, (n) => `p${n} `)}"/></ds:Transform>`,
    ),
    '15,000 encrypted keys': xml.replace(
      /<saml:Assertion.*<\/saml:Assertion>/s,
      `<saml:EncryptedAssertion xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion"><EncryptedData xmlns="${ENC}"/>${times(15_000, `<EncryptedKey xmlns="${ENC}"/>`)}</saml:EncryptedAssertion>`,
    ),
    'a billion laughs': xml.replace(
      '<samlp:Response',
      `<!DOCTYPE r [<!ENTITY a "ha">${times(9, (n) => `<!ENTITY a${n} "${times(10, n === 0 ? '&a;' : `&a${n - 1};`)}">`)}]><samlp:Response`,
    ),
    'a DOCTYPE of 700 KB': xml.replace(
      '<samlp:Response',
      `<!DOCTYPE r [${times(70_000, '<!-- x -->')}]><samlp:Response`,
    ),
    '100,000 comments in a text': inStatus(`<a>${times(100_000, 'x<!---->')}</a>`),
    '150,000 character references': inStatus(`<a>${times(150_000, '&#65;')}</a>`),
    'one text of a megabyte': inStatus(`<a>${times(1_030_000, 'x')}</a>`),
    'one attribute of a megabyte': inStatus(`<a b="${times(1_030_000, 'x')}"/>`),
    'base64 of 1.4 MB that is none': times(1_400_000, '!'),
    'ten megabytes': times(10_000_000, 'A'),
  }
}

/** For the redirect binding, where messages come packed. */
export const deflateBomb = (): string => deflateRawSync(Buffer.alloc(200_000_000, 0x20)).toString('base64')
