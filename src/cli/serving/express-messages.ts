import { IncomingMessage, ServerResponse } from 'node:http'
import type { Express } from 'express'

/** What node:http makes requests and responses of. */
export interface MessageClasses {
  readonly IncomingMessage: typeof IncomingMessage
  readonly ServerResponse: typeof ServerResponse
}

/**
 * Classes whose instances are requests and responses of this Express app from the start. Otherwise Express would change the
 * prototype of each, for which V8 in Node 20 makes a hidden class that no other object has: no inline cache would know it,
 * and every access to a property would be a search.
 */
export function messageClasses(app: Express): MessageClasses {
  class AppRequest extends IncomingMessage {}
  class AppResponse<Request extends IncomingMessage> extends ServerResponse<Request> {}
  Object.setPrototypeOf(AppRequest.prototype, app.request)
  Object.setPrototypeOf(AppResponse.prototype, app.response)
  Object.assign(app, { request: AppRequest.prototype, response: AppResponse.prototype })
  return { IncomingMessage: AppRequest, ServerResponse: AppResponse }
}
