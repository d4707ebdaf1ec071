/** One used response, posted again and again while the gateway is restarted: it is accepted once in all. */
import { setTimeout as delay } from 'node:timers/promises'
import { HttpBrowser } from '../harness/http-browser.ts'
import { FINISH, postAnswer } from '../harness/sign-in.ts'
import { answerOf } from '../harness/test-idp.ts'
import { atLeast, exactly, type Figure, type Scenario } from './figures.ts'
import { startProcess } from './gateway-process.ts'

const POSTERS = 4

const acrossRestarts = async (restarts: number): Promise<readonly Figure[]> => {
  const gateway = await startProcess()
  try {
    const says = { subject: 'alice', attributes: { groups: ['dev'] } }
    const answer = await answerOf(gateway.idp, new HttpBrowser(), gateway.url, 'corp', says)
    let isOver = false
    let [accepted, refused, unreached, other] = [0, 0, 0, 0]
    const poster = async (): Promise<void> => {
      while (!isOver) {
        const status = await postAnswer(new HttpBrowser(), answer, { stopBefore: FINISH }).then(
          (page) => page.status,
          () => 0,
        )
        if (status === 303) accepted += 1
        else if (status === 409) refused += 1
        else if (status === 0) unreached += 1
        else other += 1
        await delay(status === 0 ? 50 : 10)
      }
    }
    const posting = Array.from({ length: POSTERS }, poster)
    // A kill between its use and its answer would leave it used, and accepted by nobody.
    while (accepted === 0) await delay(20)
    for (let n = 0; n < restarts; n += 1) {
      await delay(300)
      await gateway.end(n % 2 === 0 ? 'SIGKILL' : 'SIGTERM')
      await gateway.start()
    }
    await delay(300)
    isOver = true
    await Promise.all(posting)
    return [
      exactly('restarts', restarts, restarts),
      atLeast('posts of the same response that were answered', accepted + refused + other, restarts),
      exactly('of them accepted', accepted, 1),
      exactly('of them neither accepted nor refused as used', other, 0),
      atLeast('posts that reached nobody', unreached, 0),
    ]
  } finally {
    await gateway.close()
  }
}

export const replayAcrossRestarts: Scenario = {
  name: 'replay-across-restarts',
  run: (size) => acrossRestarts(size === 'full' ? 10 : 4),
}
