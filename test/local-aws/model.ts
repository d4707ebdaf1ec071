/** A service model as botocore carries it, and our shapes in the same words. */
import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { Member, Shape } from '../../src/local-aws/query/shapes.ts'

interface ModelShape {
  readonly type: string
  readonly min?: number
  readonly max?: number
  readonly pattern?: string
  readonly sensitive?: boolean
  readonly required?: readonly string[]
  readonly members?: Readonly<Record<string, { readonly shape: string }>>
  readonly member?: { readonly shape: string }
}

export interface Model {
  readonly operations: Readonly<Record<string, { readonly input?: { readonly shape: string } }>>
  readonly shapes: Readonly<Record<string, ModelShape>>
}

const FIXTURES = fileURLToPath(new URL('../fixtures/aws-models/', import.meta.url))

/** The model of STS as of 2026, which is newer than Debian's. */
export const STS_MODEL = `${FIXTURES}sts.json`

/** The model of IAM: Debian's, with the operations that came after it. */
export const readIamModel = <Read extends { readonly operations: object; readonly shapes: object }>(): Read => {
  const debian = JSON.parse(readFileSync(modelOf('iam/2010-05-08'), 'utf8')) as Read
  const additions = JSON.parse(readFileSync(`${FIXTURES}iam-additions.json`, 'utf8')) as Read
  return {
    ...debian,
    operations: { ...debian.operations, ...additions.operations },
    shapes: { ...additions.shapes, ...debian.shapes },
  }
}

/** Where Debian's awscli and python3-botocore keep the model of a service, `iam/2010-05-08`. */
export const modelOf = (service: string): string =>
  ['/usr/lib/python3/dist-packages/awscli/botocore/data', '/usr/lib/python3/dist-packages/botocore/data']
    .map((folder) => `${folder}/${service}/service-2.json`)
    .find((path) => existsSync(path)) ?? '/usr/lib/python3/dist-packages/awscli'

/** A shape of the model with everything that constrains a value, and nothing else. */
export const ofModel = ({ shapes }: Model, name: string): unknown => {
  const { type, min, max, pattern, members, member, required = [] } = shapes[name] ?? { type: 'missing' }
  return {
    type,
    ...(min === undefined ? {} : { min }),
    ...(max === undefined ? {} : { max }),
    ...(pattern === undefined ? {} : { pattern }),
    ...(member === undefined ? {} : { member: ofModel({ shapes, operations: {} }, member.shape) }),
    ...(members === undefined
      ? {}
      : {
          required,
          members: Object.fromEntries(
            Object.entries(members).map(([key, { shape }]) => [key, ofModel({ shapes, operations: {} }, shape)]),
          ),
        }),
  }
}

/** The same of a shape of ours. */
const ofOurs = (shape: Shape): unknown => {
  if (shape.type === 'structure') return { type: 'structure', ...membersOf(shape.members) }
  if (shape.type === 'boolean') return { type: 'boolean' }
  const { min, max } = shape
  return {
    type: { text: 'string', integer: 'integer', list: 'list' }[shape.type],
    ...(min === undefined ? {} : { min }),
    ...(max === undefined ? {} : { max }),
    ...(shape.type === 'text' && shape.pattern ? { pattern: shape.pattern.text } : {}),
    ...(shape.type === 'list' ? { member: ofOurs(shape.of) } : {}),
  }
}

export const membersOf = (members: readonly Member[]) => ({
  required: members.filter(({ required }) => required).map(({ name }) => name),
  members: Object.fromEntries(members.map(({ name, shape }) => [name, ofOurs(shape)])),
})
