/** What every IAM operation goes through: shapes, signature, permission, and the trail. */
import { requestTagContext, resourceContext } from '../../iam/condition-keys/condition-keys.ts'
import type { ContextValue } from '../../iam/condition-keys/context.ts'
import { requirePermission } from '../authorize.ts'
import type { JsonObject, JsonValue } from '../cloud-trail/facts.ts'
import type { OutboundIssuers } from '../outbound/issuers.ts'
import type { SignedCaller } from '../permissions.ts'
import type { Parameters } from '../query/parameters.ts'
import { checkShapes, type Member, type Shape } from '../query/shapes.ts'
import { signedCaller } from '../signed-caller.ts'
import type { IamStore, Tags } from '../state.ts'
import type { Action, Answer } from '../sts/call.ts'
import { type IamOperation, iamInputs } from './inputs.ts'
import { tagsIn } from './tags.ts'

/** One call, by an authorized caller: it works on the caller's own account. */
export interface IamCall {
  readonly iam: IamStore
  readonly parameters: Parameters
  readonly account: string
  readonly partition: string
  readonly caller: SignedCaller
  readonly outbound: OutboundIssuers
  readonly now: Date
}

export interface Operation {
  /** The ARN that a permission for this call must name. */
  resource(call: IamCall): string
  /** How IAM's refusal names it, if not by its ARN. */
  shownAs?(call: IamCall): string
  /** Tags of the existing resource: a policy may refer to them. */
  tags?(call: IamCall): Tags | undefined
  /** Condition keys of this operation. */
  keys?(call: IamCall): readonly ContextValue[]
  answer(call: IamCall): Omit<Answer, 'summary'>
}

/** The trail must not contain a whole metadata document. */
const LONGEST_TOLD = 2048

/** The wildcard ARN of that resource type in the account, `arn:aws:iam::111122223333:role/*`. */
export function arnIn({ partition, account }: IamCall, resource: string): string {
  return `arn:${partition}:iam::${account}:${resource}`
}

export function iamAction(name: IamOperation, { resource, shownAs, tags, keys: own, answer }: Operation): Action {
  return (aws, call) => {
    const { parameters, now, endpoint } = call
    const caller = signedCaller(aws, call, 'iam')
    call.note({ requestParameters: told(iamInputs[name], parameters) })
    checkShapes(iamInputs[name], parameters)
    const { account } = caller
    const partition = endpoint.partition ?? caller.partition
    const asked: IamCall = { iam: aws.iam, parameters, account, partition, caller, outbound: aws.outbound, now }
    const keys = [
      ...(own?.(asked) ?? []),
      ...resourceContext(tags?.(asked) ?? new Map()),
      ...requestTagContext(tagsIn(parameters)),
    ]
    const wanted = { action: `iam:${name}`, resource: resource(asked), shownAs: shownAs?.(asked), keys }
    requirePermission(aws, call, caller, wanted)
    return { ...answer(asked), summary: `by ${caller.arn}` }
  }
}

/** The parameters in CloudTrail's spelling, without secret ones. */
function told(members: readonly Member[], parameters: Parameters, prefix = ''): JsonObject {
  return Object.fromEntries(
    members.map(({ name, shape }) => [
      name.charAt(0).toLowerCase() + name.slice(1),
      toldValue(shape, prefix + name, parameters),
    ]),
  )
}

function toldValue(shape: Shape, name: string, parameters: Parameters): JsonValue {
  if (shape.type === 'structure') return told(shape.members, parameters, `${name}.`)
  if (shape.type === 'list') return toldList(shape.of, name, parameters)
  const value = parameters.get(name)
  if (value === undefined || (shape.type === 'text' && shape.sensitive)) return undefined
  if (shape.type === 'integer') return Number(value)
  if (shape.type === 'boolean') return value.toLowerCase() === 'true'
  return value.length > LONGEST_TOLD ? `${value.slice(0, LONGEST_TOLD)}…` : value
}

function toldList(of: Shape, name: string, parameters: Parameters): JsonValue {
  const members: JsonValue[] = []
  const names = [...parameters.keys()]
  for (;;) {
    const member = `${name}.member.${members.length + 1}`
    if (!names.some((each) => each === member || each.startsWith(`${member}.`))) break
    members.push(toldValue(of, member, parameters))
  }
  return members.length > 0 ? members : undefined
}
