import { parseArn } from '../../core/arn.ts'
import { nearest } from '../../core/text/suggest.ts'

/** Characters that look like another, apart from accents and widths: enough to find deceptive names. */
const PASS_FOR: ReadonlyMap<string, string> = new Map([
  ...Object.entries({ а: 'a', е: 'e', о: 'o', р: 'p', с: 'c', у: 'y', х: 'x', і: 'i', ѕ: 's', ո: 'n', ԁ: 'd', ɡ: 'g' }),
  ...Object.entries({ '0': 'o', '1': 'l', І: 'l', Ι: 'l', ı: 'i', '–': '-', '‐': '-' }),
])

/** The same for ARNs of providers, and for names of those that have none. */
export function difference(name: string, meant: string): string | undefined {
  const [arn, meantArn] = [parseArn(name), parseArn(meant)]
  if (!arn || !meantArn) return arn || meantArn ? undefined : differenceOfNames(name, meant)
  if (typeOf(arn.resource) !== typeOf(meantArn.resource)) return undefined
  if (arn.resource === meantArn.resource) {
    if (arn.account !== meantArn.account) return `it is in account ${arn.account}`
    return arn.partition === meantArn.partition ? undefined : `it is in partition ${arn.partition}`
  }
  return differenceOfNames(nameOf(arn.resource), nameOf(meantArn.resource))
}

/** How a name differs from another that it could be mistaken for; undefined: it could not, or it is the same. */
function differenceOfNames(name: string, meant: string): string | undefined {
  if (name === meant) return undefined
  if (trimmed(name) === trimmed(meant)) return 'it differs by a slash at the end'
  if (name.toLowerCase() === meant.toLowerCase()) return 'it differs by upper and lower case'
  if (skeleton(name) === skeleton(meant)) return 'it is written with other letters'
  if (name.startsWith(`${meant}.`)) return 'it ends in another domain'
  if (name.endsWith(`.${meant}`) || name.endsWith(`-${meant}`)) return 'it has something before it'
  return meant.length > 5 && nearest(name, [meant]) !== undefined ? 'it differs by a letter or two' : undefined
}

function trimmed(text: string): string {
  return text.replace(/\/+$/, '')
}

function skeleton(text: string): string {
  return [...text.normalize('NFKD').replaceAll(/\p{M}/gu, '').toLowerCase()]
    .map((one) => PASS_FOR.get(one) ?? one)
    .join('')
}

function typeOf(resource: string): string {
  return resource.slice(0, resource.indexOf('/'))
}

function nameOf(resource: string): string {
  return resource.slice(resource.indexOf('/') + 1)
}
