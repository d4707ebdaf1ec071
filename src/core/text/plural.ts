/** Counted things in English. */

/** A form for each plural category of English, with `{n}` for the number. */
export interface PluralForms {
  readonly one: string
  readonly other: string
}

const english = new Intl.PluralRules('en')

/** The form for that number, with the number in place. */
export function counted(forms: PluralForms, n: number): string {
  return forms[english.select(n) === 'one' ? 'one' : 'other'].replace('{n}', String(n))
}
