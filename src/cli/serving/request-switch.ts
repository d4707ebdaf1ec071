import type { RequestListener } from 'node:http'

/** Who answers requests, while that may change. */
export interface RequestSwitch {
  readonly listener: RequestListener
  /** New requests go to that one; resolves when the one before has answered all of its own. */
  replace(next: RequestListener): Promise<void>
}

interface Turn {
  readonly listener: RequestListener
  /** Requests that have not ended. */
  underWay: number
  /** Called when there are none any more, once it was replaced. */
  ended?: () => void
}

/** Starts with that listener. A request is answered by the one that got it. */
export function createRequestSwitch(first: RequestListener): RequestSwitch {
  let turn: Turn = { listener: first, underWay: 0 }
  return {
    listener: (request, response) => {
      const mine = turn
      mine.underWay += 1
      response.once('close', () => {
        mine.underWay -= 1
        if (mine.underWay === 0) mine.ended?.()
      })
      mine.listener(request, response)
    },
    replace: (next) =>
      new Promise((resolve) => {
        turn.ended = resolve
        if (turn.underWay === 0) resolve()
        turn = { listener: next, underWay: 0 }
      }),
  }
}
