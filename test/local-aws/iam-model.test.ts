import { describe, expect, it } from 'vitest'
import { type IamOperation, iamInputs } from '../../src/local-aws/iam/inputs.ts'
import { requireTool } from '../tools.ts'
import { type Model, membersOf, modelOf, ofModel, readIamModel } from './model.ts'

const MODEL = modelOf('iam/2010-05-08')

/** Members that have come since Debian's model (aws-facts B.5). */
const later: Readonly<Record<string, readonly string[]>> = {
  CreateSAMLProvider: ['AssertionEncryptionMode', 'AddPrivateKey'],
  UpdateSAMLProvider: ['AssertionEncryptionMode', 'AddPrivateKey', 'RemovePrivateKey'],
}

/** Members that were required and no longer are. */
const nowOptional: Readonly<Record<string, string>> = {
  CreateOpenIDConnectProvider: 'ThumbprintList',
  UpdateSAMLProvider: 'SAMLMetadataDocument',
}

describe.skipIf(!requireTool(MODEL))("The parameters of IAM are those of botocore's service model", () => {
  const model = readIamModel<Model>()

  it.each(Object.keys(iamInputs) as IamOperation[])(
    "the parameters of IAM are those of botocore's service model: %s",
    (name) => {
      const ours = membersOf(iamInputs[name])
      const shape = model.operations[name]?.input?.shape ?? ''
      const { required = [], members = {} } = model.shapes[shape] ?? {}
      expect([...ours.required].sort()).toEqual(required.filter((member) => member !== nowOptional[name]).sort())
      expect(Object.keys(ours.members)).toEqual([...Object.keys(members), ...(later[name] ?? [])])
      for (const [member, { shape: wanted }] of Object.entries(members)) {
        const { min = 0, ...rest } = ours.members[member] as { readonly min?: number }
        const { min: theirs = 0, ...others } = ofModel(model, wanted) as { readonly min?: number }
        expect([min, rest], member).toEqual([theirs, others])
      }
    },
  )
})
