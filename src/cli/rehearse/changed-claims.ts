/** Claims as the provider would send them after the change. Pure. */
import { isObject } from '../../core/json.ts'
import type { ClaimsInFile } from '../explain/claims-file.ts'
import type { Change, ClaimChange } from './change-file.ts'

type Claims = Readonly<Record<string, unknown>>

export function changedClaims(claims: ClaimsInFile, provider: string, changes: Change['claims']): ClaimsInFile {
  const all = new Map([...(changes.get('') ?? []), ...(changes.get(provider) ?? [])])
  if (all.size === 0) return claims
  if (claims.kind === 'web-identity') return { ...claims, claims: changedObject(claims.claims, all) }
  const changed = changedObject(Object.fromEntries(claims.attributes), all)
  const attributes = new Map(
    Object.entries(changed).map(([name, values]): [string, readonly string[]] => [name, [values].flat().map(String)]),
  )
  const subject = all.get('nameId')
  const nameId = claims.nameId && subject ? changedNameId(claims.nameId, subject) : claims.nameId
  return { ...claims, attributes, nameId } as ClaimsInFile
}

/** Renamed ones come last, so another claim of that name gives way. */
function changedObject(claims: Claims, changes: ReadonlyMap<string, ClaimChange>): Claims {
  const kept = Object.entries(claims).flatMap(([name, value]): [string, unknown][] => {
    const change = changes.get(name)
    if (!change) return [[name, value]]
    if (change.kind === 'mapped') return mapped(name, value, change.values)
    return []
  })
  const moved = [...changes].flatMap(([name, change]): [string, unknown][] => {
    if (change.kind === 'replaced') return [[name, change.values]]
    return change.kind === 'renamed' && Object.hasOwn(claims, name) ? [[change.to, claims[name]]] : []
  })
  return Object.fromEntries([...kept, ...moved])
}

/** A claim without values is absent. */
function mapped(name: string, value: unknown, values: ReadonlyMap<string, string | null>): [string, unknown][] {
  if (isObject(value)) return [[name, value]]
  const list = [value].flat().flatMap((each) => {
    const text = String(each)
    const next = values.has(text) ? values.get(text) : each
    return next === null || next === undefined ? [] : [next]
  })
  if (list.length === 0) return []
  return [[name, Array.isArray(value) ? list : list[0]]]
}

function changedNameId(nameId: { readonly value: string; readonly format?: string }, change: ClaimChange) {
  switch (change.kind) {
    case 'mapped': {
      const value = change.values.has(nameId.value) ? change.values.get(nameId.value) : nameId.value
      return value === null || value === undefined ? undefined : { ...nameId, value }
    }
    case 'replaced':
      return { ...nameId, value: change.values[0] ?? nameId.value }
    case 'dropped':
      return undefined
    case 'renamed':
      return nameId
  }
}
