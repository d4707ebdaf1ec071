import { IncomingMessage, type RequestListener, ServerResponse } from 'node:http'
import type { Express } from 'express'
import { type MessageClasses, messageClasses } from './express-messages.ts'

/** Who answers requests, while that may change. */
export interface RequestSwitch {
  readonly listener: RequestListener
  /** For the server that calls the listener: what it makes is of the app that answers. */
  readonly messages: MessageClasses
  /** New requests go to that one; resolves when the one before has answered all of its own. */
  replace(next: Express): Promise<void>
}

interface Turn {
  readonly app: Express
  readonly messages: MessageClasses
  /** Requests that have not ended. */
  underWay: number
  /** Called when there are none any more, once it was replaced. */
  ended?: () => void
}

/** Starts with that app. A request is answered by the one that got it. */
export function createRequestSwitch(first: Express): RequestSwitch {
  let turn = turnOf(first)
  return {
    listener: (request, response) => {
      const mine = turn
      mine.underWay += 1
      response.once('close', () => {
        mine.underWay -= 1
        if (mine.underWay === 0) mine.ended?.()
      })
      mine.app(request, response)
    },
    messages: {
      IncomingMessage: made(IncomingMessage, () => turn.messages.IncomingMessage),
      ServerResponse: made(ServerResponse, () => turn.messages.ServerResponse),
    },
    replace: (next) =>
      new Promise((resolve) => {
        turn.ended = resolve
        if (turn.underWay === 0) resolve()
        turn = turnOf(next)
      }),
  }
}

function turnOf(app: Express): Turn {
  return { app, messages: messageClasses(app), underWay: 0 }
}

/** The class, but its instances are of the class that `current` returns. */
function made<Class extends abstract new (...given: never[]) => object>(of: Class, current: () => Class): Class {
  return new Proxy(of, { construct: (_class, given) => Reflect.construct(current(), given) })
}
