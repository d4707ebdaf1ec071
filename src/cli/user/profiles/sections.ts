/** The sections of an INI file of AWS, as far as names and keys go. */
export interface Section {
  /** `default`, `x` for `[x]` and `[profile x]`. */
  readonly name: string
  /** Whether the header has the word `profile`. */
  readonly isProfile: boolean
  /** The names of its keys, without nested ones. */
  readonly keys: readonly string[]
}

export function sectionsOf(text: string): readonly Section[] {
  const sections: { name: string; isProfile: boolean; keys: string[] }[] = []
  for (const line of text.split(/\r?\n/)) {
    const [, profile, quoted, bare] = /^\s*\[\s*(profile\s+)?(?:"([^"]*)"|'?([^\]'"]*?)'?)\s*\]/.exec(line) ?? []
    const name = quoted ?? bare
    const key = /^([A-Za-z0-9_]+)\s*=/.exec(line)?.[1]
    if (name !== undefined) sections.push({ name, isProfile: profile !== undefined, keys: [] })
    else if (key !== undefined) sections.at(-1)?.keys.push(key.toLowerCase())
  }
  return sections
}
