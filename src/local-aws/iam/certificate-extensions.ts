/** Looks into a certificate for what Node does not tell: an extension that is there twice. RFC 5280 4.1, 4.2 */

interface Tlv {
  readonly tag: number
  readonly content: Buffer
}

/** The values of a constructed one, in DER. X.690 8.1 */
const valuesIn = (content: Buffer): readonly Tlv[] => {
  const values: Tlv[] = []
  for (let at = 0; at + 2 <= content.length; ) {
    const [tag = 0, first = 0] = content.subarray(at)
    const octets = first < 0x80 ? 0 : first & 0x7f
    const start = at + 2 + octets
    const length = octets === 0 ? first : Number(`0x${content.subarray(at + 2, start).toString('hex') || '0'}`)
    values.push({ tag, content: content.subarray(start, start + length) })
    at = start + length
  }
  return values
}

/** `extensions [3] EXPLICIT` of TBSCertificate. */
const EXTENSIONS = 0xa3

/** `der`: a certificate that Node has read. RFC 5280 4.2: no more than one instance of an extension. */
export const hasRepeatedExtension = (der: Buffer): boolean => {
  const [certificate] = valuesIn(der)
  const [toBeSigned] = certificate ? valuesIn(certificate.content) : []
  const wrapped = toBeSigned && valuesIn(toBeSigned.content).find(({ tag }) => tag === EXTENSIONS)
  const [list] = wrapped ? valuesIn(wrapped.content) : []
  const names = (list ? valuesIn(list.content) : []).map(({ content }) => valuesIn(content)[0]?.content.toString('hex'))
  return new Set(names).size < names.length
}
