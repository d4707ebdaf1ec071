import { Readable } from 'node:stream'
import type { STSClient } from '@aws-sdk/client-sts'
import { bounded } from '../../core/bounded-body.ts'

/** In octets: far more than any answer of STS has. */
const MAX_ANSWER = 1024 * 1024

/** Has the client read no more than that of an answer, which it would otherwise take whole, whatever its size. */
export function boundAnswers(client: STSClient): STSClient {
  client.middlewareStack.add(
    (next) => async (args) => {
      const output = await next(args)
      const response = output.response as { body?: unknown }
      if (response.body instanceof Readable) response.body = Readable.from(bounded(response.body, MAX_ANSWER, tooLarge))
      return output
    },
    { step: 'deserialize', priority: 'low', name: 'boundAnswers' },
  )
  return client
}

function tooLarge(): Error {
  return new Error(`more than ${MAX_ANSWER} octets`)
}
