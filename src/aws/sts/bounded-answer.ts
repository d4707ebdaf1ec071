import { Readable, Transform } from 'node:stream'
import type { STSClient } from '@aws-sdk/client-sts'

/** In octets: far more than any answer of STS has. */
const MAX_ANSWER = 1024 * 1024

const bounded = (body: Readable): Readable => {
  let size = 0
  const counting = new Transform({
    transform: (chunk: Buffer, _encoding, done) => {
      size += chunk.length
      if (size > MAX_ANSWER) done(new Error(`more than ${MAX_ANSWER} octets`))
      else done(null, chunk)
    },
  })
  body.on('error', (error) => counting.destroy(error))
  counting.on('close', () => body.destroy())
  return body.pipe(counting)
}

/** Has the client read no more than that of an answer, which it would otherwise take whole, whatever its size. */
export const boundAnswers = (client: STSClient): STSClient => {
  client.middlewareStack.add(
    (next) => async (args) => {
      const output = await next(args)
      const response = output.response as { body?: unknown }
      if (response.body instanceof Readable) response.body = bounded(response.body)
      return output
    },
    { step: 'deserialize', priority: 'low', name: 'boundAnswers' },
  )
  return client
}
