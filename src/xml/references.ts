const REFERENCES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  '\t': '&#x9;',
  '\n': '&#xA;',
  '\r': '&#xD;',
}

/** How a character is written where it may not stand as it is. Canonical XML 1.0, 2.3 */
export const reference = (character: string): string => REFERENCES[character] ?? character
