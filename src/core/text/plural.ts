/** Counted things in English. */

/** One form for each case that English has, with `{n}` in the place of the number. */
export interface PluralForms {
  readonly one: string
  readonly other: string
}

const english = new Intl.PluralRules('en')

/** The form for that number, with the number in it. */
export function counted(forms: PluralForms, n: number): string {
  return forms[english.select(n) === 'one' ? 'one' : 'other'].replace('{n}', String(n))
}
