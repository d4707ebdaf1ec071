import { describe, expect, it } from 'vitest'
import { consoleSignInUrl } from '../../src/aws/console.ts'
import { partitionById } from '../../src/aws/facts/partitions.ts'
import { Secret } from '../../src/core/secret.ts'
import { answeringHalf, halfAnswers } from './half-answers.ts'

const partition = (id: string) => {
  const found = partitionById(id)
  if (!found) throw new Error(id)
  return found
}

const credentials = {
  accessKeyId: 'ASIAEXAMPLE',
  secretAccessKey: new Secret('secret&/='),
  sessionToken: new Secret('token+'),
  expiration: new Date('2026-11-22T13:00:00Z'),
}

const signIn = (answer: (init?: RequestInit) => Response | Promise<Response>, timeoutSeconds = 5) => {
  const requests: { url: string; init: RequestInit | undefined }[] = []
  const visit = {
    partition: partition('aws'),
    destination: 'https://console.aws.amazon.com/s3/',
    issuer: 'https://gateway.example/go?role=Dev',
  }
  const url = consoleSignInUrl(credentials, visit, {
    timeoutSeconds,
    fetch: async (target, init) => {
      requests.push({ url: String(target), init })
      return answer(init)
    },
  })
  return { url, requests }
}

describe('opening the console', () => {
  it('trades the credentials, in the body, for a token and puts that into the sign-in URL', async () => {
    const { url, requests } = signIn(() => Response.json({ SigninToken: 'T O+K' }))
    const target = await url
    expect(target.origin + target.pathname).toBe('https://signin.aws.amazon.com/federation')
    expect(Object.fromEntries(target.searchParams)).toEqual({
      Action: 'login',
      Issuer: 'https://gateway.example/go?role=Dev',
      Destination: 'https://console.aws.amazon.com/s3/',
      SigninToken: 'T O+K',
    })
    expect(requests[0]?.url).toBe('https://signin.aws.amazon.com/federation')
    expect(requests[0]?.init?.method).toBe('POST')
    const form = new URLSearchParams(String(requests[0]?.init?.body))
    expect(form.get('Action')).toBe('getSigninToken')
    expect(JSON.parse(form.get('Session') ?? '')).toEqual({
      sessionId: 'ASIAEXAMPLE',
      sessionKey: 'secret&/=',
      sessionToken: 'token+',
    })
    expect(form.has('SessionDuration')).toBe(false)
  })

  it.each([
    ['a refusal', () => new Response('Invalid Credentials parameter', { status: 400 })],
    ['a page of HTML', () => new Response('<html>')],
    [
      'an answer without end',
      () => new Response(new ReadableStream({ pull: (to) => to.enqueue(new Uint8Array(1024)) })),
    ],
    ['JSON without a token', () => Response.json({ SigninToken: '' })],
  ])('fails with a code on %s', async (_, answer) => {
    await expect(signIn(answer).url).rejects.toMatchObject({ code: 'sts.console_refused' })
  })

  it('fails with a code when AWS sign-in cannot be reached, after three attempts', async () => {
    const unreachable = () => Promise.reject(new TypeError('fetch failed'))
    const { url, requests } = signIn(unreachable, 1)
    await expect(url).rejects.toMatchObject({ code: 'sts.unreachable' })
    expect(requests).toHaveLength(3)
  })

  it.each([
    ['is unreachable', () => Promise.reject(new TypeError('fetch failed'))],
    ['answers 503', () => new Response('busy', { status: 503 })],
  ])('a call to AWS sign-in is tried again where AWS sign-in %s', async (_what, fail) => {
    let before = 0
    const { url, requests } = signIn(() => {
      before += 1
      return before < 3 ? fail() : Response.json({ SigninToken: 'T' })
    }, 1)
    expect((await url).searchParams.get('SigninToken')).toBe('T')
    expect(requests).toHaveLength(3)
  })

  it('says what AWS sign-in answered where it fails each time, and asks once where it refuses', async () => {
    const failing = signIn(() => new Response('busy', { status: 503 }), 1)
    await expect(failing.url).rejects.toMatchObject({ code: 'sts.console_refused', found: 'HTTP 503' })
    const refusing = signIn(() => new Response('no', { status: 400 }), 1)
    await expect(refusing.url).rejects.toMatchObject({ code: 'sts.console_refused', found: 'HTTP 400' })
    expect(refusing.requests).toHaveLength(1)
  })

  it.each(halfAnswers)('fails with that code too when AWS sign-in %s', async (_, goOn) => {
    const { origin, close } = await answeringHalf(goOn)
    try {
      const { url } = signIn((init) => fetch(origin, init), 0.2)
      await expect(url).rejects.toMatchObject({ code: 'sts.unreachable' })
    } finally {
      close()
    }
  })
})
