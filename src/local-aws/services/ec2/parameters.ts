/** The parameters of EC2's Query protocol: lists are numbered without a `member`. */
import type { Parameters } from '../../query/parameters.ts'
import { ServiceError } from '../service-error.ts'

/** `InstanceId.1`, `InstanceId.2`, … until the first gap. */
export function numbered(parameters: Parameters, name: string): readonly string[] {
  const values: string[] = []
  for (;;) {
    const value = parameters.get(`${name}.${values.length + 1}`)
    if (value === undefined) return values
    values.push(value)
  }
}

export interface Filter {
  readonly name: string
  readonly values: readonly string[]
}

/** `Filter.1.Name`, `Filter.1.Value.1`, … */
export function filtersIn(parameters: Parameters): readonly Filter[] {
  const filters: Filter[] = []
  for (;;) {
    const at = `Filter.${filters.length + 1}`
    const name = parameters.get(`${at}.Name`)
    if (name === undefined) return filters
    filters.push({ name, values: numbered(parameters, `${at}.Value`) })
  }
}

/** The tags for instances: `TagSpecification.1.ResourceType`, `TagSpecification.1.Tag.1.Key`, … */
export function instanceTagsIn(parameters: Parameters): ReadonlyMap<string, string> {
  const tags = new Map<string, string>()
  for (let n = 1; parameters.has(`TagSpecification.${n}.ResourceType`); n++) {
    if (parameters.get(`TagSpecification.${n}.ResourceType`) !== 'instance') continue
    for (let t = 1; parameters.has(`TagSpecification.${n}.Tag.${t}.Key`); t++) {
      const at = `TagSpecification.${n}.Tag.${t}`
      tags.set(parameters.get(`${at}.Key`) ?? '', parameters.get(`${at}.Value`) ?? '')
    }
  }
  return tags
}

/** Throws MissingParameter. */
export function requiredIn(parameters: Parameters, name: string): string {
  const value = parameters.get(name)
  if (value !== undefined && value !== '') return value
  throw new ServiceError('MissingParameter', 400, `The request must contain the parameter ${name}`)
}

/** At least one ID of an instance. Throws MissingParameter or InvalidInstanceID.Malformed. */
export function instanceIdsIn(parameters: Parameters): readonly string[] {
  requiredIn(parameters, 'InstanceId.1')
  const ids = numbered(parameters, 'InstanceId')
  const malformed = ids.find((id) => !/^i-[0-9a-f]{8}(?:[0-9a-f]{9})?$/.test(id))
  if (malformed === undefined) return [...new Set(ids)]
  throw new ServiceError('InvalidInstanceID.Malformed', 400, `Invalid id: "${malformed}"`)
}
