/** Where users ask for roles, what an account is used for, and which roles are sensitive. */
import { describe, expect, it } from 'vitest'
import { parse, problemsOf, sample } from './sample.ts'

const withKeys = (yaml: string): string => `${sample}${yaml}\n`
const pathsOf = (yaml: string): readonly string[] =>
  problemsOf(withKeys(yaml)).map((line) => /^\d+:\d+ ([^:]*):/.exec(line)?.[1] ?? line)

describe('requestAccess', () => {
  it('requestAccess is a URL, or a URL with the roles to show', () => {
    const url = 'https://tickets.example.com/new?role={arn}'
    expect(parse(withKeys(`requestAccess: "${url}"`)).requestAccess).toEqual({ url, show: [] })
    const { requestAccess } = parse(
      withKeys(`requestAccess: { url: "${url}", show: ["arn:aws:iam::1*:role/*"] }\ncatalog: ./accounts.csv`),
    )
    expect(requestAccess?.show.map((one) => one.test('arn:aws:iam::111122223333:role/x'))).toEqual([true])
    expect('requestAccess' in parse(sample)).toBe(false)
  })

  it.each([
    ['plain http', 'requestAccess: "http://tickets.example.com/{arn}"', 'requestAccess'],
    ['a script', 'requestAccess: "javascript:alert(1)"', 'requestAccess'],
    ['another name in braces', 'requestAccess: "https://x.example/{role}"', 'requestAccess'],
    ['a host that depends on the role', 'requestAccess: "https://{arn}.example/"', 'requestAccess'],
    ['a user and a password', 'requestAccess: "https://me:pw@x.example/"', 'requestAccess'],
    ['a mapping with http', 'requestAccess: { url: "http://x.example/" }', 'requestAccess'],
    [
      'roles to show without a catalogue',
      'requestAccess: { url: "https://x.example/", show: ["arn:*"] }',
      'requestAccess.show',
    ],
  ])('requestAccess with %s is refused', (_, yaml, path) => {
    expect(pathsOf(yaml).map((found) => found.slice(0, path.length))).toEqual([path])
  })
})
