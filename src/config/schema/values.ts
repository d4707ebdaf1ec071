/** The kinds of values. The text beside each pattern is the "expected" of error messages. */
import { z } from 'zod'

export function text(expected: string, pattern: RegExp = /\S/) {
  return z.string({ error: expected }).regex(pattern, { error: expected })
}

export function path(what: string) {
  return text(`the path of ${what}`)
}

export function flag() {
  return z.boolean({ error: 'true or false' })
}

export function wholeNumber(expected: string, min: number, max: number) {
  return z.int({ error: expected }).min(min, { error: expected }).max(max, { error: expected })
}

/** One text, or a list of at least one. */
export function oneOrMore(expected: string) {
  const one = z.string().min(1, { error: expected })
  return z.union([one, z.array(one).min(1, { error: expected })], { error: expected })
}

export function duration(example: string) {
  return text(`a duration such as ${example}`, /^[0-9]{1,6}[smhd]( ?[0-9]{1,6}[smhd])*$/)
}

/** Requests in a second, a minute or an hour. */
export function rate(most: string) {
  return text('a rate from 1/h to 100000/s, such as 60/m', /^([1-9][0-9]{0,4}|100000)\/[smh]$/).default(most)
}

export function awsRegion() {
  return text('an AWS region such as eu-west-1', /^[a-z]{2,5}(-[a-z]+)+-[0-9]{1,2}$/)
}

export function template(example: string) {
  return text(`a template such as ${example}`)
}

export function listen(port: number, what: string) {
  return z.strictObject({
    host: text('an address or host name').default('127.0.0.1').describe('Address or host name to listen on.'),
    port: wholeNumber('a port from 0 to 65535', 0, 65_535).default(port).describe(`Port of ${what}. 0: any free port.`),
  })
}
