/**
 * What the token endpoint answered, kept aside for the duration of one grant: openid-client stops at the first thing
 * that is wrong and does not hand out the token, and a refusal has to say everything that is wrong with it. Answers
 * find their grant by its code verifier, which is in the request and belongs to one login.
 */
export interface TokenAnswers {
  /** Runs the grant. When it fails, `explain` is given what had been answered, and makes the error to throw. */
  during<Result>(
    codeVerifier: string,
    grant: () => Promise<Result>,
    explain: (error: unknown, answer: TokenAnswer) => Promise<Error>,
  ): Promise<Result>
  /** Notes the text that answered a token request with this body. */
  note(requestBody: unknown, text: string): void
}

/** The tokens in an answer, unverified, as far as it has any. */
export interface TokenAnswer {
  readonly idToken?: string
  readonly accessToken?: string
}

export const createTokenAnswers = (): TokenAnswers => {
  const texts = new Map<string, string>()
  return {
    during: async (codeVerifier, grant, explain) => {
      try {
        texts.set(codeVerifier, '')
        return await grant()
      } catch (error) {
        throw await explain(error, tokensIn(texts.get(codeVerifier) ?? ''))
      } finally {
        texts.delete(codeVerifier)
      }
    },
    note: (requestBody, text) => {
      const codeVerifier = requestBody instanceof URLSearchParams ? requestBody.get('code_verifier') : null
      if (codeVerifier !== null && texts.has(codeVerifier)) texts.set(codeVerifier, text)
    },
  }
}

const tokensIn = (text: string): TokenAnswer => {
  const { id_token: idToken, access_token: accessToken } = parseObject(text)
  return {
    ...(typeof idToken === 'string' ? { idToken } : {}),
    ...(typeof accessToken === 'string' ? { accessToken } : {}),
  }
}

const parseObject = (text: string): Readonly<Record<string, unknown>> => {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? { ...value } : {}
  } catch {
    return {}
  }
}
