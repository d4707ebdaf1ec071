/** EC2's operations that are here: for each its permissions, then with DryRun an error, then the answer. */
import { partitionOfRegion } from '../../../aws/facts/partitions.ts'
import { glob } from '../../../core/patterns/glob.ts'
import { element, type Markup } from '../../../xml/write.ts'
import type { SignedCaller } from '../../permissions.ts'
import { timestamp } from '../../query/answer.ts'
import { regionsOf } from '../../regions.ts'
import type { Call, Sts } from '../../sts/call.ts'
import { ServiceError } from '../service-error.ts'
import {
  DEFAULT_TYPE,
  type Instance,
  type InstanceStateName,
  type InstanceStore,
  newInstanceId,
  stateCodes,
} from './instances.ts'
import { type Filter, filtersIn, instanceIdsIn, instanceTagsIn, numbered, requiredIn } from './parameters.ts'
import { instanceKeys, newInstanceKeys, requireEc2, type Wanted } from './permission.ts'

/** A call by a verified caller. */
export interface Ec2Call {
  readonly aws: Sts
  readonly instances: InstanceStore
  readonly call: Call
  readonly caller: SignedCaller
}

interface Operation {
  /** Everything that must be allowed. Throws for parameters that are not valid. */
  wanted(asked: Ec2Call): readonly Wanted[]
  /** The members of the response. */
  answer(asked: Ec2Call): readonly Markup[]
}

const MOST_AT_ONCE = 20
const MOST_INSTANCES = 1000

const describeInstances: Operation = {
  wanted: () => [{ action: 'ec2:DescribeInstances', resource: '*' }],
  answer: (asked) => {
    const { parameters } = asked.call
    const all = own(asked)
    const ids = numbered(parameters, 'InstanceId')
    const named = ids.length === 0 ? all : ids.map((id) => existing(all, id))
    const filters = filtersIn(parameters)
    const found = named.filter((instance) => filters.every((filter) => passes(instance, filter)))
    return [
      element(
        'reservationSet',
        {},
        found.map((one) => reservation(asked, [one], one.state)),
      ),
    ]
  },
}

const describeRegions: Operation = {
  wanted: () => [{ action: 'ec2:DescribeRegions', resource: '*' }],
  answer: ({ aws, call, caller }) => {
    const { parameters } = call
    const { enabled } = aws.iam.stsRegions(caller.account)
    const known = regionsOf(caller.partition, enabled)
    const asked = numbered(parameters, 'RegionName')
    const unknown = asked.find((name) => !known.some((region) => region.name === name))
    if (unknown !== undefined)
      throw new ServiceError('InvalidParameterValue', 400, `Invalid region provided: ${unknown}`)
    const shown = known.filter(({ name }) => asked.length === 0 || asked.includes(name))
    return [
      element(
        'regionInfo',
        {},
        shown.map(({ name, isOptIn }) =>
          element('item', {}, [
            element('regionName', {}, name),
            element('regionEndpoint', {}, `ec2.${name}.${partitionOfRegion(name)?.dnsSuffix ?? 'amazonaws.com'}`),
            element('optInStatus', {}, isOptIn ? 'opted-in' : 'opt-in-not-required'),
          ]),
        ),
      ),
    ]
  },
}

const startInstances = changing('ec2:StartInstances', 'pending', (instance) => {
  if (instance.state === 'terminated') throw wrongState(instance, 'started')
  return { ...instance, state: 'running' }
})

const stopInstances = changing('ec2:StopInstances', 'stopping', (instance) => {
  if (instance.state === 'terminated') throw wrongState(instance, 'stopped')
  return { ...instance, state: 'stopped' }
})

const terminateInstances = changing('ec2:TerminateInstances', 'shutting-down', (instance) => ({
  ...instance,
  state: 'terminated',
}))

const runInstances: Operation = {
  wanted: (asked) => {
    const { caller, call } = asked
    const { parameters, region } = call
    const { imageId, type, tags } = launchOf(asked)
    const keys = newInstanceKeys(type, tags)
    const ours = (resource: string): string => `arn:${caller.partition}:ec2:${region}:${caller.account}:${resource}`
    const key = parameters.get('KeyName')
    const groups = numbered(parameters, 'SecurityGroupId')
    const resources = [
      `arn:${caller.partition}:ec2:${region}::image/${imageId}`,
      ours('instance/*'),
      ours('network-interface/*'),
      ...(groups.length === 0 ? [ours('security-group/*')] : groups.map((id) => ours(`security-group/${id}`))),
      ours(`subnet/${parameters.get('SubnetId') ?? '*'}`),
      ours('volume/*'),
      ...(key === undefined ? [] : [ours(`key-pair/${key}`)]),
    ]
    return [
      ...resources.map((resource) => ({ action: 'ec2:RunInstances', resource, keys })),
      ...(tags.size === 0
        ? []
        : [
            {
              action: 'ec2:CreateTags',
              resource: ours('instance/*'),
              keys: [...keys, { key: 'ec2:CreateAction', values: ['RunInstances'], multi: false }],
            },
          ]),
    ]
  },
  answer: (asked) => {
    const { caller, call, instances } = asked
    const { imageId, type, tags, count } = launchOf(asked)
    if (own(asked).filter(({ state }) => state !== 'terminated').length + count > MOST_INSTANCES)
      throw new ServiceError('InstanceLimitExceeded', 400, `Your quota allows for ${MOST_INSTANCES} instances here.`)
    const started = Array.from(
      { length: count },
      (): Instance => ({
        id: newInstanceId(),
        account: caller.account,
        region: call.region,
        imageId,
        type,
        state: 'running',
        tags,
        launchedAt: call.now,
      }),
    )
    for (const instance of started) instances.put(instance)
    return reservationMembers(asked, started, 'pending')
  },
}

/** In the order of docs and messages. */
export const ec2Operations: ReadonlyMap<string, Operation> = new Map([
  ['DescribeInstances', describeInstances],
  ['DescribeRegions', describeRegions],
  ['RunInstances', runInstances],
  ['StartInstances', startInstances],
  ['StopInstances', stopInstances],
  ['TerminateInstances', terminateInstances],
])

/** Throws UnauthorizedOperation, then DryRunOperation if only that was asked. */
export function authorizeEc2(operation: Operation, asked: Ec2Call): void {
  const { aws, call, caller } = asked
  for (const wanted of operation.wanted(asked)) requireEc2(aws, call, caller, wanted)
  if (call.parameters.get('DryRun') === 'true')
    throw new ServiceError('DryRunOperation', 412, 'Request would have succeeded, but DryRun flag is set.')
}

/** Starts, stops or ends the named instances, each with a permission of its own. */
function changing(action: string, shown: InstanceStateName, change: (instance: Instance) => Instance): Operation {
  return {
    wanted: (asked) => {
      const { caller, call } = asked
      const all = own(asked)
      return instanceIdsIn(call.parameters).map((id) => {
        const instance = all.find((one) => one.id === id)
        const resource = `arn:${caller.partition}:ec2:${call.region}:${caller.account}:instance/${id}`
        // The existence of an instance is not told to those who may do nothing with it.
        return { action, resource, keys: instance ? instanceKeys(instance) : [] }
      })
    },
    answer: (asked) => {
      const all = own(asked)
      const before = instanceIdsIn(asked.call.parameters).map((id) => existing(all, id))
      const after = before.map(change)
      for (const instance of after) asked.instances.put(instance)
      return [
        element(
          'instancesSet',
          {},
          before.map((one, n) =>
            element('item', {}, [
              element('instanceId', {}, one.id),
              // Without a change EC2 shows the state that it is in.
              stateMarkup('currentState', after[n]?.state === one.state ? one.state : shown),
              stateMarkup('previousState', one.state),
            ]),
          ),
        ),
      ]
    },
  }
}

/** The caller's instances in the region of the call. */
function own({ instances, caller, call }: Ec2Call): readonly Instance[] {
  return instances.in(caller.account, call.region)
}

/** Throws InvalidInstanceID.NotFound. */
function existing(all: readonly Instance[], id: string): Instance {
  const instance = all.find((one) => one.id === id)
  if (instance) return instance
  throw new ServiceError('InvalidInstanceID.NotFound', 400, `The instance ID '${id}' does not exist`)
}

function wrongState({ id, state }: Instance, verb: string): ServiceError {
  return new ServiceError(
    'IncorrectInstanceState',
    400,
    `The instance '${id}' is not in a state from which it can be ${verb}. Current state: ${state}`,
  )
}

/** What RunInstances is asked to start. Throws for parameters that are missing or not valid. */
function launchOf({ call: { parameters } }: Ec2Call) {
  const imageId = requiredIn(parameters, 'ImageId')
  if (!/^ami-[0-9a-f]{8}(?:[0-9a-f]{9})?$/.test(imageId))
    throw new ServiceError('InvalidAMIID.Malformed', 400, `Invalid id: "${imageId}"`)
  const [least, most] = [requiredIn(parameters, 'MinCount'), requiredIn(parameters, 'MaxCount')].map(Number)
  if (!isCount(least) || !isCount(most) || least > most)
    throw new ServiceError('InvalidParameterValue', 400, `Here MinCount and MaxCount are 1 to ${MOST_AT_ONCE}.`)
  return {
    imageId,
    type: parameters.get('InstanceType') ?? DEFAULT_TYPE,
    tags: instanceTagsIn(parameters),
    count: most,
  }
}

function isCount(value: number | undefined): value is number {
  return value !== undefined && Number.isInteger(value) && value >= 1 && value <= MOST_AT_ONCE
}

/** The filters that are here; any other is refused, as it must not be ignored. `*` and `?` match as in EC2. */
function passes(instance: Instance, { name, values }: Filter): boolean {
  const actual = filtered(instance, name)
  return actual.some((text) => values.some((wanted) => glob(wanted).test(text)))
}

function filtered(instance: Instance, name: string): readonly string[] {
  if (name.startsWith('tag:')) return [instance.tags.get(name.slice('tag:'.length)) ?? []].flat()
  const known: Readonly<Record<string, readonly string[]>> = {
    'instance-id': [instance.id],
    'instance-state-name': [instance.state],
    'instance-type': [instance.type],
    'image-id': [instance.imageId],
    'tag-key': [...instance.tags.keys()],
  }
  const values = Object.hasOwn(known, name) ? known[name] : undefined
  if (values) return values
  throw new ServiceError('InvalidParameterValue', 400, `The filter '${name}' is invalid`)
}

function reservation(asked: Ec2Call, instances: readonly Instance[], state: InstanceStateName): Markup {
  return element('item', {}, reservationMembers(asked, instances, state))
}

function reservationMembers(
  { caller }: Ec2Call,
  instances: readonly Instance[],
  state: InstanceStateName,
): readonly Markup[] {
  return [
    element('reservationId', {}, `r-${instances[0]?.id.slice(2) ?? ''}`),
    element('ownerId', {}, caller.account),
    element('groupSet', {}),
    element(
      'instancesSet',
      {},
      instances.map((instance) => instanceMarkup(instance, state)),
    ),
  ]
}

function instanceMarkup({ id, imageId, type, tags, launchedAt, region }: Instance, state: InstanceStateName): Markup {
  const pairs = [...tags].map(([key, value]) =>
    element('item', {}, [element('key', {}, key), element('value', {}, value)]),
  )
  return element('item', {}, [
    element('instanceId', {}, id),
    element('imageId', {}, imageId),
    stateMarkup('instanceState', state),
    element('instanceType', {}, type),
    element('launchTime', {}, timestamp(launchedAt)),
    element('placement', {}, [element('availabilityZone', {}, `${region}a`)]),
    ...(pairs.length === 0 ? [] : [element('tagSet', {}, pairs)]),
  ])
}

function stateMarkup(name: string, state: InstanceStateName): Markup {
  return element(name, {}, [element('code', {}, String(stateCodes[state])), element('name', {}, state)])
}
