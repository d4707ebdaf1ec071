import { parse } from 'node:querystring'

/** The parameters of a Query call. Of a name that is repeated the first value counts. */
export type Parameters = ReadonlyMap<string, string>

/** No call of STS comes near: 50 tags with key and value, ten policies, and the scalars. */
const MAX_PARAMETERS = 1000

/** `form`: a body or a query in application/x-www-form-urlencoded. */
export const parseParameters = (form: string): Parameters => {
  const fields = parse(form, '&', '=', { maxKeys: MAX_PARAMETERS })
  return new Map(
    Object.entries(fields).flatMap(([name, value]): [string, string][] => {
      const first = Array.isArray(value) ? value[0] : value
      return first === undefined ? [] : [[name, first]]
    }),
  )
}

/** `Name.member.1`, `Name.member.2`, … until the first gap; `suffix` for members of structures, such as `.arn`. */
export const listOf = (parameters: Parameters, name: string, suffix = ''): string[] => {
  const values: string[] = []
  for (;;) {
    const value = parameters.get(`${name}.member.${values.length + 1}${suffix}`)
    if (value === undefined) return values
    values.push(value)
  }
}
