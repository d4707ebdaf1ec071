import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import type { Member, Shape } from '../../src/local-aws/query/shapes.ts'
import { inputs } from '../../src/local-aws/sts/inputs.ts'
import { type Model, membersOf, ofModel, STS_MODEL } from './model.ts'

/** What the model calls sensitive. */
const sensitive = new Set([
  'AssumeRoleWithSAML.SAMLAssertion',
  'AssumeRoleWithWebIdentity.WebIdentityToken',
  'GetDelegatedAccessToken.TradeInToken',
])

/** The patterns of a shape and of everything in it. */
const textsIn = (shape: Shape): { readonly matches: RegExp; readonly text: string }[] => {
  if (shape.type === 'list') return textsIn(shape.of)
  if (shape.type === 'structure') return shape.members.flatMap((member) => textsIn(member.shape))
  return shape.type === 'text' && shape.pattern ? [shape.pattern] : []
}

describe("The limits of parameters are those of botocore's service model", () => {
  const model = JSON.parse(readFileSync(STS_MODEL, 'utf8')) as Model
  const operations = Object.entries(model.operations)

  it('knows every operation of the model, and no other', () => {
    expect(Object.keys(inputs).sort()).toEqual(operations.map(([name]) => name).sort())
  })

  it.each(operations)("the limits of parameters are those of botocore's service model: %s", (name, { input }) => {
    const ours = membersOf(inputs[name as keyof typeof inputs])
    const { required = [], members = {} } = model.shapes[input?.shape ?? ''] ?? {}
    expect([...ours.required].sort()).toEqual([...required].sort())
    expect(Object.keys(ours.members)).toEqual(Object.keys(members))
    for (const [member, { shape }] of Object.entries(members))
      expect(ours.members[member], member).toEqual(ofModel(model, shape))
  })

  it('means by its expressions what the patterns of the model say, for each character', () => {
    const texts = Object.values(inputs).flatMap((members) => members.flatMap(({ shape }) => textsIn(shape)))
    const characters = Array.from({ length: 0x3000 }, (_, code) => String.fromCharCode(code))
    expect(texts.length).toBeGreaterThan(20)
    for (const { matches, text } of texts) {
      // In Java \w and \d are ASCII, as they are here; the last range of an ARN's characters lies beyond \uFFFF.
      const java = new RegExp(`^(?:${text.replace(String.raw`\u10000-\u10FFFF`, '')})$`, 'u')
      const differing = characters.filter((character) => matches.test(character) !== java.test(character))
      expect(differing, text).toEqual([])
    }
  })

  it('repeats no assertion and no token in an error', () => {
    const secrets = Object.entries(inputs).flatMap(([operation, members]) =>
      (members as readonly Member[]).flatMap(({ name, shape }) =>
        shape.type === 'text' && shape.sensitive ? [`${operation}.${name}`] : [],
      ),
    )
    expect(new Set(secrets)).toEqual(sensitive)
  })
})
