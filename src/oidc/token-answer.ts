import { AsyncLocalStorage } from 'node:async_hooks'

/**
 * What the token endpoint answered, kept aside for the duration of one grant: openid-client stops at the first thing
 * that is wrong and does not hand out the token, and a refusal has to say everything that is wrong with it.
 */
export interface TokenAnswer {
  body?: string
}

const current = new AsyncLocalStorage<TokenAnswer>()

/** Runs the grant; its token answer, if one came, is in `answer` afterwards, whether the grant succeeded or not. */
export const keepTokenAnswer = <Result>(answer: TokenAnswer, grant: () => Promise<Result>): Promise<Result> =>
  current.run(answer, grant)

/** The same response again, after its body was noted. */
export const recordTokenAnswer = async (response: Response): Promise<Response> => {
  const body = await response.text()
  const answer = current.getStore()
  if (answer) answer.body = body
  return new Response(body, { status: response.status, headers: response.headers })
}

/** The tokens in the answer, unverified, as far as it has any. */
export const tokensOf = ({ body }: TokenAnswer): { readonly idToken?: string; readonly accessToken?: string } => {
  const { id_token: idToken, access_token: accessToken } = parseObject(body)
  return {
    ...(typeof idToken === 'string' ? { idToken } : {}),
    ...(typeof accessToken === 'string' ? { accessToken } : {}),
  }
}

const parseObject = (body: string | undefined): Readonly<Record<string, unknown>> => {
  try {
    const value: unknown = JSON.parse(body ?? '')
    return typeof value === 'object' && value !== null ? { ...value } : {}
  } catch {
    return {}
  }
}
