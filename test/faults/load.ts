/** Users who sign in over HTTP, many at once: what each of them got as far as, and what they were answered. */
import { refusalIn } from '../harness/html.ts'
import { HttpBrowser, type Page } from '../harness/http-browser.ts'
import { FINISH, postAnswer, type SamlAnswer } from '../harness/sign-in.ts'
import { answerTo, requestOn, type TestIdp } from '../harness/test-idp.ts'

export interface Place {
  readonly url: string
  readonly idp: TestIdp
}

/** A page that was not what a sign-in needs. */
export interface Refusal {
  /** 0: the connection was lost or refused. */
  readonly status: number
  readonly code: string
  readonly milliseconds: number
}

export interface User {
  readonly subject: string
  readonly browser: HttpBrowser
  /** The identity provider's, while it is to be posted or was. */
  answer?: SamlAnswer
  /** The gateway acknowledged the response. */
  isAccepted: boolean
  /** The gateway acknowledged the session. */
  isSignedIn: boolean
  /** Was shown the roles. */
  isServed: boolean
  readonly refusals: Refusal[]
}

let users = 0

export const newUser = (): User => {
  users += 1
  return {
    subject: `user-${users}`,
    browser: new HttpBrowser(),
    isAccepted: false,
    isSignedIn: false,
    isServed: false,
    refusals: [],
  }
}

/** The page; undefined, with what happened noted, where it is not answered with this status. */
const asked = async (user: User, status: number, request: () => Promise<Page>): Promise<Page | undefined> => {
  const from = performance.now()
  const note = (found: number, code: string): undefined => {
    user.refusals.push({ status: found, code, milliseconds: performance.now() - from })
  }
  try {
    const page = await request()
    return page.status === status ? page : note(page.status, codeOf(page))
  } catch (error) {
    return note(0, String((error as { cause?: { code?: string } }).cause?.code ?? error))
  }
}

const codeOf = ({ body, status }: Page): string => {
  try {
    return refusalIn(body).code
  } catch {
    return `no error page: ${status}`
  }
}

const AT_IDP = /corp\.example/

/** Starts, signs in and opens the roles, as far as that goes. */
export const signIn = async (user: User, { url, idp }: Place): Promise<void> => {
  const { browser, subject } = user
  user.isAccepted = false
  user.isSignedIn = false
  user.isServed = false
  const started = await asked(user, 302, () => browser.open(`${url}/login/corp`, { stopBefore: AT_IDP }))
  if (!started) return
  const answer = await answerTo(idp, requestOn(started), {
    subject,
    attributes: { groups: ['dev'] },
    sign: 'assertion',
  })
  user.answer = answer
  const accepted = await asked(user, 303, () => postAnswer(browser, answer, { stopBefore: FINISH }))
  if (!accepted) return
  user.isAccepted = true
  const finished = await asked(user, 303, () => browser.open(accepted.location ?? '', { stopBefore: /\/roles$/ }))
  if (!finished) return
  user.isSignedIn = true
  user.isServed = await seesRoles(user, url)
}

export const seesRoles = async (user: User, url: string): Promise<boolean> =>
  (await asked(user, 200, () => user.browser.open(`${url}/roles`, { stopBefore: /\/login/ }))) !== undefined

/** Posts the response that it has used once more. true: it was accepted again. */
export const isAcceptedAgain = async ({ answer }: User): Promise<boolean> => {
  if (!answer) return false
  const page = await postAnswer(new HttpBrowser(), answer, { stopBefore: FINISH })
  return page.status < 400
}

/** Does that for each of them, so many at once. */
export const each = async <One>(
  ones: readonly One[],
  concurrency: number,
  work: (one: One) => Promise<void>,
): Promise<void> => {
  const waiting = [...ones]
  const one = async (): Promise<void> => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) await work(next)
  }
  await Promise.all(Array.from({ length: concurrency }, one))
}

export const count = <One>(ones: readonly One[], isSo: (one: One) => boolean): number => ones.filter(isSo).length
