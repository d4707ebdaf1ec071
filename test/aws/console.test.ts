import { describe, expect, it } from 'vitest'
import { consoleHome, consoleSignInUrl, isConsolePage } from '../../src/aws/console.ts'
import { partitionById } from '../../src/aws/facts/partitions.ts'
import { Secret } from '../../src/core/secret.ts'

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

const signIn = (answer: () => Response | Promise<Response>) => {
  const requests: { url: string; init: RequestInit | undefined }[] = []
  const url = consoleSignInUrl(credentials, partition('aws'), 'https://console.aws.amazon.com/s3/', {
    issuer: 'https://gateway.example',
    timeoutSeconds: 5,
    fetch: async (target, init) => {
      requests.push({ url: String(target), init })
      return answer()
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
      Issuer: 'https://gateway.example',
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
    ['JSON without a token', () => Response.json({ SigninToken: '' })],
  ])('fails with a code on %s', async (_, answer) => {
    await expect(signIn(answer).url).rejects.toMatchObject({ code: 'sts.console_refused' })
  })

  it('fails with a code when AWS sign-in cannot be reached', async () => {
    const unreachable = () => Promise.reject(new TypeError('fetch failed'))
    await expect(signIn(unreachable).url).rejects.toMatchObject({ code: 'sts.unreachable' })
  })
})

describe('pages of the console', () => {
  it.each([
    ['aws', 'https://console.aws.amazon.com/s3/home?region=eu-west-1'],
    ['aws', 'https://eu-west-1.console.aws.amazon.com/ec2/'],
    ['aws-cn', 'https://cn-north-1.console.amazonaws.cn/'],
    ['aws-us-gov', 'https://console.amazonaws-us-gov.com/'],
  ])('of %s: %s', (id, url) => {
    expect(isConsolePage(partition(id), url)).toBe(true)
  })

  it.each([
    ['aws', 'http://console.aws.amazon.com/'],
    ['aws', 'https://console.aws.amazon.com.evil.example/'],
    ['aws', 'https://evilconsole.aws.amazon.com/'],
    ['aws', 'https://user@console.aws.amazon.com/'],
    ['aws', 'https://console.aws.amazon.com\\@evil.example/'],
    ['aws', 'https://console.aws.amazon.com/\t@evil.example/'],
    ['aws', 'https://console.aws.amazon.com:8443/'],
    ['aws', 'https://console.amazonaws.cn/'],
    ['aws', 'https://evil.example/?console.aws.amazon.com'],
    ['aws', '//console.aws.amazon.com/'],
    ['aws', 'javascript:alert(1)'],
    ['aws', ''],
  ])('not of %s: %s', (id, url) => {
    expect(isConsolePage(partition(id), url)).toBe(false)
  })

  it('begin at home, in the region', () => {
    expect(consoleHome(partition('aws-cn'), 'cn-north-1')).toBe(
      'https://console.amazonaws.cn/console/home?region=cn-north-1',
    )
  })
})
