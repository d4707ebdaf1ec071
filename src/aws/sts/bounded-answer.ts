import { Readable } from 'node:stream'
import type { STSClient } from '@aws-sdk/client-sts'
import { bounded } from '../../core/bounded-body.ts'

/** In octets: far more than any response of STS. */
const MAX_ANSWER = 1024 * 1024

/** Makes the client stop reading a response after that many octets; otherwise it reads responses of any size. */
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
