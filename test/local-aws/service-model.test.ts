import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import type { Member, Shape } from '../../src/local-aws/query/shapes.ts'
import { inputs } from '../../src/local-aws/sts/inputs.ts'
import { requireTool } from '../tools.ts'
import { type Model, membersOf, modelOf, ofModel } from './model.ts'

const MODEL = modelOf('sts/2011-06-15')

/** What newer models say otherwise than Debian's. */
const newer: Readonly<Record<string, unknown>> = {
  // The policy of AssumeRole has had a shape without a maximum since 2024.
  'AssumeRole.Policy': { type: 'string', min: 1, pattern: String.raw`[\u0009\u000A\u000D\u0020-\u00FF]+` },
  // Added in 2023.
  'AssumeRole.ProvidedContexts': {
    type: 'list',
    min: 1,
    max: 5,
    member: {
      type: 'structure',
      required: [],
      members: {
        ProviderArn: {
          type: 'string',
          min: 20,
          max: 2048,
          pattern: String.raw`[\u0009\u000A\u000D\u0020-\u007E\u0085\u00A0-\uD7FF\uE000-\uFFFD\u10000-\u10FFFF]+`,
        },
        ContextAssertion: { type: 'string', min: 4, max: 2048 },
      },
    },
  },
}

/** What newer models call sensitive, which Debian's does not say yet. */
const sensitive = new Set(['AssumeRoleWithSAML.SAMLAssertion', 'AssumeRoleWithWebIdentity.WebIdentityToken'])

/** The patterns of a shape and of everything in it. */
const textsIn = (shape: Shape): { readonly matches: RegExp; readonly text: string }[] => {
  if (shape.type === 'list') return textsIn(shape.of)
  if (shape.type === 'structure') return shape.members.flatMap((member) => textsIn(member.shape))
  return shape.type === 'text' && shape.pattern ? [shape.pattern] : []
}

describe.skipIf(!requireTool(MODEL))("The limits of parameters are those of botocore's service model", () => {
  const model = JSON.parse(readFileSync(MODEL, 'utf8')) as Model
  const operations = Object.entries(model.operations)

  it('knows every operation of the model, and no other', () => {
    expect(Object.keys(inputs).sort()).toEqual(operations.map(([name]) => name).sort())
  })

  it.each(operations)("the limits of parameters are those of botocore's service model: %s", (name, { input }) => {
    const ours = membersOf(inputs[name as keyof typeof inputs])
    const { required = [], members = {} } = model.shapes[input?.shape ?? ''] ?? {}
    expect([...ours.required].sort()).toEqual([...required].sort())
    const later = Object.keys(newer).flatMap((path) => (path.startsWith(`${name}.`) ? [path.split('.')[1] ?? ''] : []))
    expect(Object.keys(ours.members)).toEqual([...new Set([...Object.keys(members), ...later])])
    for (const [member, { shape }] of Object.entries(members))
      expect(ours.members[member], member).toEqual(newer[`${name}.${member}`] ?? ofModel(model, shape))
    for (const member of later) expect(ours.members[member]).toEqual(newer[`${name}.${member}`])
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
