import { GatewayError } from '../gateway/errors.ts'
import { fields } from './fields.ts'
import { texts } from './parameters.ts'
import { MOST_AT_ONCE } from './role-list.ts'

/** The roles that a form or a query names, each once; one without a name for none. Throws GatewayError `role.too_many`. */
export const pickedArns = (form: Readonly<Record<string, unknown>>): readonly [string, ...string[]] => {
  const [first = '', ...others] = new Set(texts(form[fields.role]))
  const count = others.length + 1
  if (count > MOST_AT_ONCE)
    throw new GatewayError('role.too_many', { expected: `at most ${MOST_AT_ONCE}`, found: `${count}` })
  return [first, ...others]
}
