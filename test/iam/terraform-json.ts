/** Reads what is written in Terraform's JSON syntax: its templates and expressions, as far as we write them. */

type Value = string | number | boolean | null | readonly Value[] | Fields

export interface Fields {
  readonly [name: string]: Value
}

interface Document {
  readonly '//'?: readonly string[]
  readonly locals?: Fields
  readonly resource: { readonly [type: string]: { readonly [name: string]: Fields } }
}

/** What a reference to a resource or to data is. Throws for one that there is not. */
export type Resolve = (reference: string) => Value

/** A quoted text, a sign that stands for itself, an insertion, or any other character. */
const PIECES = /\$\$\{|%%\{|\$\{((?:"[^"]*"|[^"}])*)\}|[$%]\{|[\s\S]/g

/** The resources by address, with everything in them evaluated. Of those with `for_each`, one for each key. */
export const readTerraform = (text: string, resolve: Resolve): ReadonlyMap<string, Fields> => {
  const { locals = {}, resource } = JSON.parse(text) as Document
  const made = Object.entries(resource).flatMap(([type, named]) =>
    Object.entries(named).flatMap(([name, { for_each: each, ...body }]): [string, Fields][] => {
      const address = `${type}.${name}`
      const evaluate = (key?: string): Fields => valueIn(body, { locals, resolve, key }) as Fields
      if (each === undefined) return [[address, evaluate()]]
      const keys = valueIn(each, { locals, resolve }) as readonly string[]
      return keys.map((key) => [`${address}["${key}"]`, evaluate(key)])
    }),
  )
  return new Map(made)
}

/** The lines of the comment at its top. */
export const commentIn = (text: string): readonly string[] => (JSON.parse(text) as Document)['//'] ?? []

/** One text, which refers to nothing. */
export const readTemplate = (text: string): Value =>
  valueIn(text, {
    locals: {},
    resolve: (reference) => {
      throw new Error(`${reference}?`)
    },
  })

interface Scope {
  readonly locals: Fields
  readonly resolve: Resolve
  readonly key?: string | undefined
}

const valueIn = (value: Value, scope: Scope): Value => {
  if (typeof value === 'string') return template(value, scope)
  if (Array.isArray(value)) return (value as readonly Value[]).map((one) => valueIn(one, scope))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([name, one]) => [String(template(name, scope)), valueIn(one, scope)]),
  )
}

/** A text that is one insertion has its value; every other is a text (HCL native syntax, Template Expressions). */
const template = (text: string, scope: Scope): Value => {
  const pieces = [...text.matchAll(PIECES)].map(([written, expression]): Value => {
    if (expression !== undefined) return evaluated(expression, scope)
    if (written === '%{' || written === '${') throw new Error('a directive, or an insertion without its end')
    return written === '$${' || written === '%%{' ? written.slice(1) : written
  })
  return pieces.length === 1 ? (pieces[0] as Value) : pieces.join('')
}

const evaluated = (expression: string, scope: Scope): Value => {
  const [, quoted] = /^"([$%])"$/.exec(expression) ?? []
  if (quoted !== undefined) return quoted
  const [, argument] = /^jsonencode\((.*)\)$/.exec(expression) ?? []
  if (argument !== undefined) return JSON.stringify(evaluated(argument, scope))
  const [, local] = /^local\.(\w+(?:\.\w+|\[each\.key])*)$/.exec(expression) ?? []
  if (local === undefined) return scope.resolve(expression)
  return valueIn(localValue(local, scope), scope)
}

const localValue = (path: string, { locals, key }: Scope): Value =>
  (path.match(/\[each\.key]|\w+/g) ?? []).reduce<Value>((value, step) => {
    const found = (value as Fields)[step === '[each.key]' ? (key ?? '') : step]
    if (found === undefined) throw new Error(`no local value ${path}`)
    return found
  }, locals)
