/** The kinds of values that keys have. The words beside each pattern are what an error message says was expected. */
import { z } from 'zod'

export const text = (expected: string, pattern: RegExp = /\S/) =>
  z.string({ error: expected }).regex(pattern, { error: expected })

export const path = (what: string) => text(`the path of ${what}`)

export const flag = () => z.boolean({ error: 'true or false' })

export const wholeNumber = (expected: string, min: number, max: number) =>
  z.int({ error: expected }).min(min, { error: expected }).max(max, { error: expected })

/** One text, or a list of at least one. */
export const oneOrMore = (expected: string) => {
  const one = z.string().min(1, { error: expected })
  return z.union([one, z.array(one).min(1, { error: expected })], { error: expected })
}

export const duration = (example: string) =>
  text(`a duration such as ${example}`, /^[0-9]{1,6}[smhd]( ?[0-9]{1,6}[smhd])*$/)

export const awsRegion = () => text('an AWS region such as eu-west-1', /^[a-z]{2,5}(-[a-z]+)+-[0-9]{1,2}$/)

export const template = (example: string) => text(`a template such as ${example}`)

export const listen = (port: number, what: string) =>
  z.strictObject({
    host: text('an address or host name').default('127.0.0.1').describe('Address to listen on.'),
    port: wholeNumber('a port from 0 to 65535', 0, 65_535).default(port).describe(`Port of ${what}. 0: any free one.`),
  })
