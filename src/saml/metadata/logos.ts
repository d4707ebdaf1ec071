/** mdui:Logo of an identity provider. Metadata UI 1.0, 2.1.5 */
import { attributeOf, childrenNamed, textOf } from '../../xml/navigate.ts'
import type { XmlElement } from '../../xml/tree.ts'
import { METADATA } from '../names.ts'

/** Metadata UI 1.0, 2.1 */
export const MDUI = 'urn:oasis:names:tc:SAML:metadata:ui'

export interface Logo {
  /** An https URL, or a `data:` URL. */
  readonly url: string
  readonly width: number
  readonly height: number
}

/** The logos that can be shown. */
export function readLogos(idp: XmlElement): readonly Logo[] {
  return childrenNamed(idp, METADATA, 'Extensions')
    .flatMap((extensions) => childrenNamed(extensions, MDUI, 'UIInfo'))
    .flatMap((info) => childrenNamed(info, MDUI, 'Logo'))
    .map((logo) => ({
      url: textOf(logo).trim(),
      width: Number(attributeOf(logo, 'width')),
      height: Number(attributeOf(logo, 'height')),
    }))
    .filter(({ url }) => /^(https:|data:image\/)/i.test(url))
}
